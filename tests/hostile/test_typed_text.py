"""Hostile and over-long text typed into every form of every page: answered in words, and still there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from tests.factories import World
from tests.hostile.test_hostile_text import EVIL, MARK
from tests.html_forms import Form, forms_of
from tests.pages import PAGES, client_of

TYPED = {
    "tricks": EVIL,
    "a zero character": f"{MARK}\0{MARK}",
    "half a pair": f"{MARK}\ud800{MARK}",
    "too long": f"{MARK} " * 4000,
}
#: Buttons whose form is about leaving or erasing, and those that belong to other tests.
SKIPPED_ACTIONS = ("/accounts/", "/language/", "/demo/")


def text_boxes(form: Form) -> list[str]:
    """The fields of a form in which people write."""
    typed = {name for name, kind in form.kinds.items() if kind in ("text", "url", "search")}
    return sorted(typed | (form.values.keys() - form.kinds.keys() - form.choices.keys()))


@pytest.mark.django_db
@pytest.mark.parametrize("page", [p for p in PAGES if p.answers["steward"] == 200], ids=lambda page: page.name)
def test_whatever_is_typed_is_answered_in_words(page: Any, standing_world: World) -> None:
    browser = client_of(standing_world, "steward")
    browser.raise_request_exception = False
    path = page.path(standing_world)
    answer = browser.get(path)
    if not answer["Content-Type"].startswith("text/html") or answer.streaming:
        return
    for form in forms_of(answer.content):
        fields = text_boxes(form)
        if form.method != "post" or not fields or form.action.startswith(SKIPPED_ACTIONS):
            continue
        for what, typed in TYPED.items():
            for name, value in form.buttons or {("", "")}:
                data = {**form.values, **dict.fromkeys(fields, typed), **({name: value} if name else {})}
                body = {
                    key: text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for key, text in data.items()
                }
                with transaction.atomic():
                    given = browser.post(form.action or path, body)
                    transaction.set_rollback(True)
                assert given.status_code < 500, f"{page.name}: {what} in {fields} with {value}"
                if what == "too long" and given.status_code == 200:
                    assert given.content.decode().count(MARK) > 100, f"{page.name}: what was typed for {value} is gone"


@pytest.mark.django_db
def test_ten_megabytes_are_refused_in_words(standing_world: World) -> None:
    browser = client_of(standing_world, "contributor")
    for path in ("/problems/new/", "/settings/", "/log/", f"/report/problem/{standing_world.problem.pk}/"):
        answer = browser.post(path, {"title": "x" * 10_000_000, "do": "save"})
        assert answer.status_code in (400, 404, 413), path
        assert b"<html" in answer.content
