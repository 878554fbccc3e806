"""Every form of every page, found and not listed: pressed twice it makes nothing twice, and no value breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from tests.contributions.histories import as_file, days_of
from tests.factories import World
from tests.html_forms import Form, forms_of
from tests.pages import PAGES, READERS, Page, client_of

pytestmark = pytest.mark.django_db

#: Forms whose second press is meant to do something again, by the name of their button, and why.
AGAIN: dict[str, str] = {
    "invite": "the secret of the first link was in the answer that got lost, so it can't be shown again; a steward ends it",
}

#: Forms of the frame, which stand on every page and are tried by their own tests.
_FRAME = ("/language/", "/accounts/logout/", "/demo/")

#: Fields that take a word of their own kind.
NAMED = {"slug": "word", "handle": "word", "sure": "erase", "page-links": "url"}

#: Pages whose forms surely make a row when they are pressed once, or these tests would prove nothing.
MAKES_ROWS = {
    "guilds:guild_new", "guilds:guild", "projects:problem_new", "projects:task_new of the project", "projects:task",
    "contributions:log", "contributions:reviews", "contributions:history of the project", "accounts:settings",
}  # fmt: skip

HOSTILE = (
    "\x00",
    "9" * 400,
    "-1",
    "1e400",
    "\u202e\u200b\ud7ff",
    "'; DROP TABLE guilds_guild; --",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "00000000-0000-0000-0000-000000000000",
    "9999-12-31",
    "٣",
    "x" * 20_000,
)


def forms_on(page: Page, world: World) -> Iterator[tuple[str, Form, tuple[str, str]]]:
    """Each form and button of a page once, with the first reader who is offered it."""
    seen: set[tuple[str, tuple[str, str]]] = set()
    for reader in READERS:
        if page.answers[reader] != 200:
            continue
        answer = client_of(world, reader).get(page.path(world))
        if "html" not in answer.headers["Content-Type"]:
            return
        for form in forms_of(answer.content):
            address = form.action.split("#")[0] or page.path(world)
            if form.method != "post" or address.startswith(_FRAME):
                continue
            form.action = address
            for button in sorted(form.buttons):
                # The same button beside another thing of a list is the same form.
                key = (resolve(address.partition("?")[0]).view_name, button)
                if key not in seen:
                    seen.add(key)
                    yield reader, form, button


def filled(form: Form, button: tuple[str, str]) -> dict[str, Any]:
    """What somebody would type into it."""
    typed: dict[str, Any] = dict(form.values)
    for name, choices in form.choices.items():
        real = [choice for choice in choices if choice]
        if not typed.get(name) and real:
            typed[name] = real[len(real) // 2]
    for name, value in typed.items():
        if value:
            continue
        kind = NAMED.get(name, form.kinds.get(name, "text"))
        typed[name] = {
            "word": "some-words",
            "erase": "erase",
            "file": SimpleUploadedFile("h.jsonl.gz", as_file(days_of("Zo", 3, first=20))),
            "date": timezone.localdate().isoformat(),
            "time": "",
            "number": "30",
            "url": "https://example.org/it",
            "email": "somebody@example.org",
        }.get(kind, "Some plain words")
    if button[0]:
        typed[button[0]] = button[1]
    return typed


def rows() -> dict[str, int]:
    """How many rows each of our tables has."""
    labels = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    tables = [table for table in labels if table not in ("django_session", "django_admin_log")]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())


def press(client: Client, address: str, typed: dict[str, Any]) -> int:
    for value in typed.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    return client.post(address, typed).status_code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_form_makes_nothing_twice_and_no_value_breaks_it(page: Page, standing_world: World) -> None:
    twice, made = [], False
    for reader, form, button in forms_on(page, standing_world):
        typed = filled(form, button)
        with transaction.atomic():
            phone, tablet = client_of(standing_world, reader), client_of(standing_world, reader)
            before = rows()
            first = press(phone, form.action, typed)
            after = rows()
            second = press(tablet, form.action, typed)
            more = {table: n - after[table] for table, n in rows().items() if n != after[table]}
            transaction.set_rollback(True)
        assert first < 500 and second < 500, f"{button} by {reader}"
        made |= any(after[table] > n for table, n in before.items())
        if more and button[1] not in AGAIN:
            twice.append(f"{button[1] or form.action} by {reader}: {more}")
        _try_hostile_values(standing_world, reader, form, button)
    assert twice == [], "sent again, because the answer was lost"
    assert made or page.name not in MAKES_ROWS, "the forms of this page were not filled in well enough to try them"


def _try_hostile_values(world: World, reader: str, form: Form, button: tuple[str, str]) -> None:
    client = client_of(world, reader)
    for number, name in enumerate(sorted(form.values)):
        if name in ("csrfmiddlewaretoken", "do"):
            continue
        value = HOSTILE[(number + len(button[1])) % len(HOSTILE)]
        with transaction.atomic():
            status = press(client, form.action, {**filled(form, button), name: value})
            transaction.set_rollback(True)
        assert status < 500, f"{name}={value[:20]!r} with {button} by {reader}"
