"""A full quota on every page that has one: 429 in words, what was typed still there, and never an error page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.ids import uuid7
from core.limits import LIMITS, Limit, LimitReached, check_limit
from tests.api.callers import call, token_for
from tests.contributions.histories import as_file, days_of
from tests.factories import World, make_world
from tests.pages import client_of
from tests.rights.trials import TRIALS

pytestmark = pytest.mark.django_db

Send = tuple[str, Callable[[World], str], Callable[[World], dict[str, Any]]]
TYPED = "Typed with care"


def _hours(world: World) -> dict[str, Any]:
    day = timezone.localdate().isoformat()
    return {"client_id": str(uuid7()), "task": str(world.open_work.pk), "length": "30", "day": day,
            "note": TYPED}  # fmt: skip


#: kind -> who sends, where, what. A kind without a page of its own is in ELSEWHERE.
SENDS: dict[str, Send] = {
    "guild": (
        "outsider",
        lambda w: "/guilds/new/",
        lambda w: {"name": TYPED, "slug": "typed", "summary": TYPED, "timezone": "UTC", "language": "en",
                   "joining": "open"},
    ),
    "problem": (
        "contributor",
        lambda w: "/problems/new/",
        lambda w: {"guild": str(w.guild.pk), "title": TYPED, "statement": TYPED, "language": "en"},
    ),
    "project": (
        "contributor",
        lambda w: f"/problems/{w.problem.slug}/project/new/",
        lambda w: {"title": TYPED, "summary": TYPED, "language": "en"},
    ),
    "voice": (
        "contributor",
        lambda w: f"/problems/{w.problem.slug}/voices/new/",
        lambda w: {"words": TYPED, "role": "fisher", "consent": "spoken", "language": "en",
                   "translation_language": "en", "consented_on": timezone.localdate().isoformat()},
    ),
    "hours": ("contributor", lambda w: "/log/", _hours),
    "report": (
        "newcomer",
        lambda w: f"/report/problem/{w.problem.pk}/",
        lambda w: {"do": "report", "concern": "spam", "words": TYPED},
    ),
    "upload": (
        "maintainer",
        lambda w: f"/projects/{w.project.slug}/history/",
        lambda w: {"do": "upload", "file": SimpleUploadedFile("h.jsonl.gz", as_file(days_of("Mo", 2)))},
    ),
    "sanction": (
        "steward",
        lambda w: f"/guilds/{w.guild.slug}/trust/",
        lambda w: {"do": "stop", "member": str(w.contributor.pk), "kind": "claiming", "days": "30", "reason": TYPED},
    ),
    "token": (
        "contributor",
        lambda w: "/settings/tokens/",
        lambda w: {"do": "make", "name": TYPED, "scopes": ["read"], "days": "30"},
    ),
}  # fmt: skip
#: A button without words, and kinds whose refusal the services' own tests cover.
ELSEWHERE = {"join", "invite", "endorsement", "progress", "appeal", "challenge", "vouch", "door"}


def test_every_kind_of_limit_is_tried() -> None:
    assert SENDS.keys() | ELSEWHERE == LIMITS.keys()


@pytest.mark.parametrize("kind", SENDS)
def test_a_full_quota_is_told_and_nothing_typed_is_lost(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(timezone.now())
    reader, path, data = SENDS[kind]
    monkeypatch.setitem(LIMITS, kind, Limit(hour=1, day=1))
    check_limit(kind, getattr(world, reader).pk, now=timezone.now())
    answer = client_of(world, reader).post(path(world), data(world))
    page = answer.content.decode()
    assert answer.status_code == 429, page[page.find("<main") :][:900]
    assert int(answer["Retry-After"]) > 0
    assert "One account can send at most 1 of these" in page
    if kind != "upload":
        assert TYPED in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["page", "api"])
def test_files_that_cannot_be_read_count_as_well(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(timezone.now())
    monkeypatch.setitem(LIMITS, "upload", Limit(hour=3, day=9))
    client, token = client_of(world, "maintainer"), token_for(world.maintainer)
    path = f"/projects/{world.project.slug}/history/"
    for attempt in range(5):
        if way == "page":
            answer = client.post(path, {"do": "upload", "file": SimpleUploadedFile("h.jsonl.gz", b"no history")})
        else:
            answer = call("post", f"/projects/{world.project.slug}/histories", token=token, body=b"no history")
        assert (answer.status_code == 429) == (attempt >= 3), (attempt, answer.status_code)


@pytest.mark.parametrize(
    ("kind", "verb", "who"),
    [
        ("join", "join_guild", "outsider"),
        ("invite", "make_invite", "steward"),
        ("endorsement", "endorse_problem", "reviewer"),
        ("progress", "note_progress", "contributor"),
        ("appeal", "appeal_case", "contributor"),
        ("challenge", "raise_challenge", "contributor"),
        ("vouch", "vouch_for", "contributor"),
    ],
)
def test_a_full_quota_refuses_the_verb(kind: str, verb: str, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(timezone.now())
    trial = TRIALS[verb]
    thing, person = trial.about(world), getattr(world, who)
    monkeypatch.setitem(LIMITS, kind, Limit(hour=1, day=1))
    check_limit(kind, person.pk, now=world.now)
    with pytest.raises(LimitReached):
        trial.act(world, person, thing)
