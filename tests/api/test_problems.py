"""Whatever goes wrong is answered as a problem document: bad bodies, big bodies, wrong methods, faults of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.test import Client, override_settings

from core.api import endpoints
from tests.api.callers import api_world, call, call_as
from tests.factories import World


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield api_world()
        transaction.set_rollback(True)


def check(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """It is a whole problem document of that status."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status and told["title"] and told["detail"] and told["type"] == "about:blank"
    assert not code or told["code"] == code
    return told


BAD_BODIES = {
    "not JSON": "{",
    "a list": "[]",
    "a word": '"words"',
    "null": "null",
    "not a number": '{"title": NaN}',
    "deep": "[" * 100_000,
    "a number without end": '{"affected_count": ' + "9" * 5000 + "}",
    "a null character": '{"guild": "g", "title": "a\\u0000b"}',
    "half a surrogate": '{"guild": "g", "title": "\\ud800"}',
    "an unknown field": '{"guild": "g", "title": "T", "state": "accepted"}',
    "a field of another kind": '{"guild": {"$ne": 1}, "title": ["T"]}',
}


@pytest.mark.django_db
@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_cannot_be_taken_is_said_to_be_so(body: Any, world: World) -> None:
    check(call_as(world, "contributor", "post", "/problems", body), 400)


@pytest.mark.django_db
def test_errors_name_their_fields_also_inside_others(world: World) -> None:
    entry = {"worked_on": "1999-02-03", "minutes": 0}
    sent = {"client_id": "x", "task": str(world.open_work.pk), "entries": [entry]}
    told = check(call_as(world, "contributor", "post", "/hours", sent), 400, "invalid")
    assert {error["field"] for error in told["errors"]} == {"client_id", "entries.0.minutes"}
    assert all(error["code"] and error["message"] for error in told["errors"])


@pytest.mark.django_db
def test_a_change_may_leave_out_fields_but_not_those_of_the_things_in_a_list(world: World) -> None:
    path = f"/hours/{world.extra['draft_work'].pk}"  # type: ignore[attr-defined]
    told = check(call_as(world, "contributor", "patch", path, {"entries": [{"minutes": 20}]}), 400, "invalid")
    assert [error["field"] for error in told["errors"]] == ["entries.0.worked_on"]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [262_145, 10_000_000])
def test_a_body_that_is_too_big_is_not_read(size: int, world: World) -> None:
    body = '{"title": "'
    body += "a" * (size - len(body) - 2) + '"}'
    check(call_as(world, "contributor", "post", "/problems", body), 413, "body_too_big")


@pytest.mark.django_db
def test_other_kinds_of_bodies_are_refused(world: World) -> None:
    token = world.extra["tokens"]["contributor"]  # type: ignore[index]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "a-key-of-mine"}
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        answer = Client().generic("POST", "/api/v1/problems", data="a=b", content_type=kind, headers=headers)
        check(answer, 415)


@pytest.mark.django_db
def test_wrong_methods_and_addresses(world: World) -> None:
    for method, path in (("delete", "/guilds"), ("put", "/me"), ("options", "/me"), ("post", "/me/hours")):
        answer = call_as(world, "contributor", method, path)
        check(answer, 405)
        assert answer["Allow"]
    for path in ("/", "/guild", "/guilds/", "/guilds/a/b/c", "/tasks/not-an-id", "/guilds/%00", "/guilds/none"):
        for caller in ("anonymous", "contributor"):
            check(call_as(world, caller, "get", path), 404)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=" + "A" * 599, "cursor=W10", "limit=0", "limit=101", "limit=-1", "limit=x", "unknown=1", "state=x",
     "text=%00", "minutes=99999999999999999999", "cursor=WyJsaXN0X2d1aWxkcyIsICIyMDI2LTAxLTAxIiwgIjEiXQ"],
)  # fmt: skip
def test_questions_that_are_not_understood_are_refused(query: str, world: World) -> None:
    told = check(call_as(world, "anonymous", "get", f"/problems?{query}"), 400, "invalid")
    assert told["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.django_db
def test_a_cursor_of_one_list_is_none_of_another(world: World) -> None:
    address = call_as(world, "anonymous", "get", "/tasks?limit=1").json()["next"]
    check(call_as(world, "anonymous", "get", "/problems" + address.removeprefix("/api/v1/tasks")), 400, "invalid")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/problems", "/tasks", "/guilds", "/me/hours", "/me/points", "/me/inbox", "/reviews"])
def test_pages_of_a_list_tell_every_row_once(path: str, world: World) -> None:
    caller = "maintainer" if path == "/reviews" else "contributor"
    whole = call_as(world, caller, "get", f"{path}?limit=100").json()["items"]
    told, address = [], f"{path}?limit=2"
    while address:
        answer = call_as(world, caller, "get", address).json()
        assert len(answer["items"]) <= 2
        told += answer["items"]
        address = (answer["next"] or "").removeprefix("/api/v1")
    assert told == whole and len(whole) >= 2


@pytest.mark.django_db
def test_a_fault_of_ours_is_told_without_its_secrets(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_args: Any) -> None:
        raise RuntimeError("the password is 1234")

    monkeypatch.setattr(endpoints, "shown", break_down)
    answer = call_as(world, "contributor", "get", "/me")
    told = check(answer, 500, "fault")
    assert "1234" not in str(told) and told["request_id"]


@pytest.mark.django_db
def test_a_database_that_is_gone_is_said_to_be_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_args: Any) -> None:
        raise OperationalError("connection refused at 10.0.0.7")

    monkeypatch.setattr(endpoints, "shown", break_down)
    answer = call_as(world, "contributor", "get", "/me")
    assert "10.0.0.7" not in str(check(answer, 503, "unavailable")) and answer["Retry-After"]


def test_what_fails_before_an_endpoint_is_a_problem_document_too() -> None:
    check(Client().get("/api/v1/guilds", headers={"Host": "elsewhere.example"}), 400)


@pytest.mark.django_db
@override_settings(API_PER_MINUTE={"reads": 2, "writes": 1, "anonymous": 1})
def test_too_much_in_a_minute_is_refused_until_the_next(world: World) -> None:
    for _ in range(2):
        assert call_as(world, "contributor", "get", "/me").status_code == 200
    answer = call_as(world, "contributor", "get", "/me")
    check(answer, 429)
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert call_as(world, "reviewer", "get", "/me").status_code == 200, "others are not held up"
    assert call_as(world, "contributor", "post", "/me/inbox/read").status_code == 200, "writes are counted apart"
    assert call_as(world, "anonymous", "get", "/guilds").status_code == 200
    check(call_as(world, "anonymous", "get", "/guilds"), 429)


@pytest.mark.django_db
def test_names_are_for_members_and_ids_for_nobody(world: World) -> None:
    path = f"/tasks/{world.extra['claimed_task'].pk}"  # type: ignore[attr-defined]
    for caller in ("anonymous", "outsider", "neighbour"):
        text = call_as(world, caller, "get", path).content.decode()
        assert "The contributor" not in text and str(world.contributor.pk) not in text
    told = call_as(world, "reviewer", "get", path).json()
    assert told["claimed_by"] == {"name": "The contributor", "is_you": False}
    assert call("get", path).json()["lease_ends_at"] is None


@pytest.mark.django_db
def test_what_a_token_opened_is_kept_by_nobody_on_the_way(world: World) -> None:
    assert call_as(world, "contributor", "get", "/guilds")["Cache-Control"] == "no-store"
    assert "Authorization" in call_as(world, "anonymous", "get", "/guilds")["Vary"]
