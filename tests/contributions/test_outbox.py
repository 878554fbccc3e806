"""What a phone's outbox gets from the server: who is signed in, and an answer for each entry, whatever is sent."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Subject
from contributions.models import Contribution
from contributions.models.contribution import Need
from contributions.services import KEPT_MOST, EntryInput, approve_contribution
from contributions.services.outbox import KeptHours, log_kept_hours
from core import jobs, limits
from core.ids import uuid7
from tests.factories import World, make_world
from tests.hostile.races import at_once
from tests.pages import client_of

pytestmark = pytest.mark.django_db
OUTBOX = "/log/outbox/"


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=2))


def entry(world: World, **changes: Any) -> dict[str, Any]:
    """One entry as the phone sends it."""
    typed = {"client_id": str(uuid4()), "task": str(world.open_work.pk), "minutes": 30, "started": ""}
    return {**typed, "worked_on": timezone.localdate().isoformat(), "note": "", "link": "", **changes}


def send(client: Client, person: Subject, *entries: Any) -> Any:
    body = json.dumps({"user": str(person.pk), "entries": entries})
    return client.post(OUTBOX, body, content_type="application/json")


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [taken["outcome"] for taken in answer.json()["entries"]]


def test_it_says_who_is_signed_in_and_is_never_kept(world: World) -> None:
    answer = client_of(world, "contributor").get(OUTBOX)
    assert answer.json()["user"] == str(world.contributor.pk) and len(answer.json()["token"]) > 30
    assert "no-store" in answer["Cache-Control"]
    nobody = Client().get(OUTBOX)
    assert nobody.status_code == 401 and "WWW-Authenticate" in nobody
    assert send(Client(), world.contributor, entry(world)).status_code == 401


def test_each_entry_is_answered_by_itself_and_what_breaks_a_rule_is_a_draft(world: World) -> None:
    client = client_of(world, "contributor")
    same = entry(world)
    first = send(client, world.contributor, same)
    assert outcomes(first) == ["stored"]
    assert first.json()["entries"][0]["standing"] == "sent"
    tomorrow = (timezone.localdate() + timedelta(days=3)).isoformat()
    answer = send(
        client,
        world.contributor,
        same,
        {**same, "minutes": 45},
        entry(world, worked_on=tomorrow),
        entry(world, minutes=120),
        entry(world, minutes=5000),
        entry(world, task=str(uuid4())),
        entry(world, task=None, minutes=[1], note={"a": 1}),
        {},
        entry(world, note="Zero \x00 and half a pair \ud800"),
    )
    expected = ["known", "differs", "stored", "stored", "refused", "refused", "refused", "refused", "stored"]
    assert outcomes(answer) == expected
    known, differs, future, long, *rest = answer.json()["entries"]
    assert "Another version" in differs["says"] and differs["stored"].startswith("30\u00a0min · ")
    assert (future["standing"], future["need"]) == ("needs", Need.FUTURE)
    assert long["says"] == str(Need.EVIDENCE.label) and long["url"].startswith("/contributions/")
    assert known["url"] == differs["url"]
    assert all(one["says"] for one in rest[:4])
    assert Contribution.objects.count() == 4


def test_a_phone_asks_what_became_of_its_entries_and_of_nobody_elses(world: World) -> None:
    sent = entry(world)
    send(client_of(world, "contributor"), world.contributor, sent)
    work = Contribution.objects.get()
    ask = f"{OUTBOX}?of={sent['client_id']},none,{uuid4()}"
    assert [e["standing"] for e in client_of(world, "contributor").get(ask).json()["entries"]] == ["sent"]
    approve_contribution(contribution=work, by=world.reviewer, rubric=3, minutes=30, now=timezone.now())
    assert [e["standing"] for e in client_of(world, "contributor").get(ask).json()["entries"]] == ["approved"]
    assert client_of(world, "reviewer").get(ask).json()["entries"] == []


def test_somebody_else_sends_nothing_of_it(world: World) -> None:
    answer = send(client_of(world, "reviewer"), world.contributor, entry(world))
    assert answer.status_code == 409 and "Somebody else" in answer.json()["message"]
    assert not Contribution.objects.exists()


def test_a_form_of_another_site_stores_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.contributor.user)
    assert send(client, world.contributor, entry(world)).status_code == 403
    assert not Contribution.objects.exists()


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", '{"user": 1}', '{"user": "x", "entries": 3}', '{"user": "x", "entries": [1]}', "[" * 100_000],
)
def test_what_no_outbox_sends_is_refused_in_words(world: World, body: str) -> None:
    answer = client_of(world, "contributor").post(OUTBOX, body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["message"]


def test_too_much_at_once_is_refused_before_it_is_read(world: World) -> None:
    client = client_of(world, "contributor")
    many = send(client, world.contributor, *[entry(world) for _ in range(KEPT_MOST + 1)])
    big = send(client, world.contributor, entry(world, note="x" * settings.API_BODY_MOST * 10))
    assert [many.status_code, big.status_code] == [413, 413] and big.json()["message"]
    assert not Contribution.objects.exists()


def test_too_many_in_an_hour_wait_and_none_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "hours", limits.Limit(hour=2, day=9))
    client = client_of(world, "contributor")
    sent = [entry(world) for _ in range(4)]
    answer = send(client, world.contributor, *sent)
    assert outcomes(answer) == ["stored", "stored", "later", "later"]
    assert 0 < answer.json()["entries"][2]["retry_after"] <= 3600
    monkeypatch.setitem(limits.LIMITS, "hours", limits.Limit(hour=9, day=9))
    assert outcomes(send(client, world.contributor, *sent)) == ["known", "known", "stored", "stored"]


def test_the_service_takes_what_the_api_sends(world: World) -> None:
    kept = [KeptHours(uuid7(), task, (EntryInput(world.now.date(), 30),)) for task in (world.open_work, None)]
    taken = log_kept_hours(by=world.contributor, kept=kept, now=timezone.now())
    assert [one.outcome for one in taken] == ["stored", "refused"] and "gone" in taken[1].refusal


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_all_is_stored_and_it_is_asked_once(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOBS_ARE_NUDGED = True
    asked: list[object] = []

    def refuse(**job: object) -> None:
        asked.append(job)
        raise ConnectionError

    monkeypatch.setattr(jobs, "_broker_rests_until", 0.0)
    monkeypatch.setattr(jobs, "_deliveries_begin", {})
    monkeypatch.setattr(jobs.deliver, "apply_async", refuse)
    sent = [entry(world) for _ in range(8)]
    assert outcomes(send(client_of(world, "contributor"), world.contributor, *sent)) == ["stored"] * 8
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_twice_at_once_is_stored_once(world: World) -> None:
    clients = [client_of(world, "contributor") for _ in range(2)]
    sent = [entry(world) for _ in range(5)]
    answers = at_once(*[lambda client=client: outcomes(send(client, world.contributor, *sent)) for client in clients])
    assert sorted(answers[0] + answers[1]) == ["known"] * 5 + ["stored"] * 5
    assert Contribution.objects.count() == 5


class TestPhone:
    """What makes it live on a phone."""

    def test_the_service_worker_may_serve_every_page_and_is_asked_for_anew(self, client: Client) -> None:
        answer = client.get("/sw.js")
        assert answer["Content-Type"].startswith("text/javascript") and "no-cache" in answer["Cache-Control"]
        again = client.get("/sw.js", headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304 and not again.content
        assert b'"offline": "/offline/"' in answer.content and b"hours" in answer.content

    def test_the_manifest_names_icons_that_are_there(self, client: Client) -> None:
        told = client.get("/manifest.webmanifest").json()
        assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
        for icon in told["icons"]:
            side = int(icon["sizes"].split("x")[0])
            data = (settings.BASE_DIR / "static" / icon["src"].removeprefix("/static/")).read_bytes()
            assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (side, side) and len(data) < 2_000
        assert told["start_url"] == "/home/" and told["shortcuts"][0]["url"] == "/log/"

    def test_the_page_that_is_kept_belongs_to_nobody(self, world: World) -> None:
        client = client_of(world, "contributor")
        client.post("/log/", {})  # a page with their tasks
        stored = send(client, world.contributor, entry(world)).json()["entries"][0]["url"]
        client.post(stored, {"do": "withdraw"})  # leaves a message for the next page
        kept = client.get("/offline/").content.decode()
        for theirs in (
            str(world.contributor.pk),
            world.open_work.title,
            "csrfmiddlewaretoken",
            "Withdrawn",
            "Sign out",
        ):
            assert theirs not in kept
        assert "Withdrawn" in client.get(stored).content.decode()
