"""Whatever goes wrong is said in the site's frame: what happened, what is safe, what to do."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.factories import World
from tests.pages import PAGES, client_of

pytestmark = pytest.mark.django_db

#: Answered to machines, which read no frame.
_FOR_MACHINES = {"healthz", "readyz", "robots"}


def frame_of(answer: Any) -> str:
    page: str = answer.content.decode()
    assert page.startswith("<!doctype html>") and '<main id="main"' in page and "<h1>" in page
    return page


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_wrong_method_is_answered_with_words(standing_world: World, method: str) -> None:
    for page in PAGES:
        if page.route in _FOR_MACHINES or page.path(standing_world).startswith("/api/"):
            continue
        for reader in ("anonymous", "steward"):
            answer = getattr(client_of(standing_world, reader), method)(page.path(standing_world))
            assert answer.status_code < 500, page.name
            if answer.status_code == 405:
                assert "This page does not take that" in frame_of(answer) and answer["Allow"], page.name
            elif "html" in answer.headers.get("Content-Type", "") and answer.status_code >= 400:
                frame_of(answer)


def test_a_button_that_no_page_has_is_answered_with_words(standing_world: World) -> None:
    answer = client_of(standing_world, "contributor").post("/settings/", {"do": "<script>"})
    assert answer.status_code == 400
    assert "This page has no such button" in frame_of(answer)


def test_what_is_too_big_is_said_to_be_too_big(standing_world: World) -> None:
    answer = client_of(standing_world, "contributor").post("/log/", {"note": "x" * 4_000_000})
    page = frame_of(answer)
    assert answer.status_code == 413
    assert "larger than this site takes" in page and "nothing of it was saved" in page


def test_too_many_fields_are_too_much(standing_world: World) -> None:
    answer = client_of(standing_world, "contributor").post("/log/", {f"f{n}": "x" for n in range(2000)})
    assert answer.status_code == 413
    frame_of(answer)


def test_a_form_without_its_token_is_asked_for_again(standing_world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(standing_world.contributor.user)
    answer = client.post("/settings/", {"do": "save"})
    assert answer.status_code == 403
    assert "Please send it again" in frame_of(answer)


def test_a_broken_page_says_what_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError("the database went away")

    monkeypatch.setattr("guildhub.views.front.hub_numbers", broken)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    page = frame_of(answer)
    assert "not your fault" in page and "What was saved before is safe" in page and "database went" not in page


@pytest.mark.parametrize("address", ["/nowhere/", "/u/a/b/c/", "/problems/no/such/", "/tasks/x/", "/%00/", "/\u202e/"])
def test_an_address_of_nothing_leads_on(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 404
    assert "Nothing you did is lost" in frame_of(answer)
