"""One id from the request into its jobs, events and log lines; and what a log line never holds."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from core import request_ids
from core.jobs import job
from core.log_integrity import LogCounts, walk_log
from core.models import Event
from core.public_log import append_events, document_of
from guildhub.logs import JsonFormatter, WithRequestId, loggable_path
from guildhub.middleware import RequestMiddleware
from tests.core.happenings import NOW, happen
from tests.factories import World, make_world
from tests.pages import client_of

GIVEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the log says in JSON while the test runs."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(WithRequestId())
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield out
    logging.getLogger().removeHandler(handler)


def said(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


@pytest.mark.parametrize("given", [GIVEN, GIVEN.upper(), "01234567-89ab-cdef-0123-456789abcdef"])
@pytest.mark.django_db
def test_a_proxys_id_is_kept(given: str) -> None:
    assert Client().get("/", headers={"X-Request-ID": given})["X-Request-ID"] == GIVEN


@pytest.mark.parametrize("given", ["", "1", "x" * 32, GIVEN + "0", GIVEN + "\n", "'; DROP TABLE", "{" + GIVEN + "}"])
@pytest.mark.django_db
def test_anything_else_is_not_believed(given: str) -> None:
    made = Client().get("/", HTTP_X_REQUEST_ID=given)["X-Request-ID"]
    assert request_ids.read_request_id(made) == made != GIVEN
    assert request_ids.current_request_id() == "", "nothing is left over for the next request of this thread"


@pytest.mark.django_db
def test_an_event_knows_its_request_and_its_leaf_does_not() -> None:
    world = make_world()
    client = client_of(world, "contributor")
    answer = client.post(world.task.get_absolute_url(), {"do": "claim"})
    event = Event.objects.latest("id")
    assert event.kind == "task.claimed" and event.request_id is not None
    assert event.request_id.hex == answer["X-Request-ID"]
    assert answer["X-Request-ID"][:8].encode() not in document_of(event)


@pytest.mark.django_db
def test_what_happened_outside_a_request_names_none_and_the_log_holds_both() -> None:
    token = request_ids.begin(GIVEN)
    with transaction.atomic():
        happen()
    request_ids.end(token)
    with transaction.atomic():
        happen()
    assert [event.request_id and event.request_id.hex for event in Event.objects.order_by("-id")[:2]] == [None, GIVEN]
    append_events(list(Event.objects.all()), now=NOW)
    assert list(walk_log(LogCounts())) == []


seen_by_job: list[str] = []


@job(name="test.see_request")
def see_request() -> None:
    """Remembers for which request it runs."""
    seen_by_job.append(request_ids.current_request_id())
    logging.getLogger("guildhub.test").warning("in the job")


def test_a_job_works_for_the_request_that_sent_it(lines: io.StringIO) -> None:
    seen_by_job.clear()
    see_request.apply(headers={"guildhub_request": GIVEN})
    see_request.apply()
    assert seen_by_job == [GIVEN, ""]
    own = [line for line in said(lines) if line["logger"] == "guildhub.test"]
    assert [(line.get("request_id"), line.get("job")) for line in own] == [
        (GIVEN, "test.see_request"), (None, "test.see_request"),
    ]  # fmt: skip


def test_a_message_carries_the_id() -> None:
    headers: dict[str, Any] = {}
    token = request_ids.begin(GIVEN)
    before_task_publish.send(sender="x", headers=headers)
    request_ids.end(token)
    assert headers == {"guildhub_request": GIVEN}


@pytest.mark.django_db
def test_a_line_tells_of_the_request_and_not_of_people(
    lines: io.StringIO, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.LOG_REQUESTS = True
    client = Client()
    client.get("/numbers/?text=asha%40example.org", headers={"X-Request-ID": GIVEN})
    client.get("/u/asha-of-majuli/")
    client.get("/no/such/page/?key=1")
    client.get("/healthz")
    requests = [line for line in said(lines) if line["logger"] == "guildhub.requests"]
    assert [(line["method"], line["path"], line["status"]) for line in requests] == [
        ("GET", "/numbers/", 200), ("GET", "/u/<slug:handle>/", 404), ("GET", "/no/such/page/", 404),
    ]  # fmt: skip
    assert requests[0]["request_id"] == GIVEN and requests[0]["ms"] >= 0
    assert "asha" not in lines.getvalue() and "key=1" not in lines.getvalue()


def test_an_address_of_a_thing_stays_readable() -> None:
    for path, shown in (
        ("/problems/", "/problems/"),
        ("/guilds/flood/", "/guilds/flood/"),
        ("/u/asha/work/", "/u/<slug:handle>/work/"),
    ):
        request = RequestFactory().get(path + "?q=1")
        request.resolver_match = resolve(path)
        assert loggable_path(request) == shown


def test_an_error_is_one_line_without_the_rows_values(lines: io.StringIO) -> None:
    words = "duplicate key\nDETAIL:  Key (email)=(asha@example.org) already exists."
    try:
        raise ValueError(words)
    except ValueError:
        logging.getLogger("guildhub.test").exception("It failed\nin two lines\x1b[2J")
    (line,) = said(lines)
    assert "ValueError: duplicate key" in line["error"] and "asha" not in line["error"]
    assert len(lines.getvalue().splitlines()) == 1 and "\x1b" not in lines.getvalue()


@pytest.mark.django_db
def test_health_costs_no_statement_even_with_a_session_and_asks_no_host(world: World) -> None:
    client = client_of(world, "contributor")
    with CaptureQueriesContext(connection) as statements:
        answer = client.get("/healthz", headers={"host": "10.1.2.3:8000"})
    assert answer.status_code == 200 and len(statements) == 0
    client.get("/readyz")
    with CaptureQueriesContext(connection) as statements:
        answer = client.get("/readyz", headers={"host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.content) == (200, b"ready\n") and len(statements) == 1


@pytest.fixture
def world() -> World:
    return make_world()


def test_the_id_is_forgotten_when_the_request_failed() -> None:
    def fail(request: Any) -> Any:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        RequestMiddleware(fail)(RequestFactory().get("/"))
    assert request_ids.current_request_id() == ""


@pytest.mark.django_db
def test_the_page_of_a_fault_names_the_request_that_the_log_names(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("guildhub.views.front.hub_numbers", fail)
    answer = Client(raise_request_exception=False).get("/", headers={"X-Request-ID": GIVEN})
    assert answer.status_code == 500 and f'<code dir="ltr">{GIVEN}</code>' in answer.content.decode()
    faults = [line for line in said(lines) if line["level"] == "ERROR"]
    assert [(line["request_id"], "RuntimeError: broken" in line["error"]) for line in faults] == [(GIVEN, True)]
