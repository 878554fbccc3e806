"""Every write of the API, sent twice and with its answer lost: one effect, one answer. At once: test_at_once.py."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from django.db import connection
from django.utils import timezone

from accounts.services import erase_person
from core.idempotency import KEPT_FOR, forget_old_answers
from core.ids import uuid7
from core.models import KeptAnswer
from guilds.models import Membership
from tests.api.callers import api_world, call, call_as
from tests.api.verbs import WRITES, Verb
from tests.factories import World

#: Rows of tables that a write sent again must not add to, of everything that people do.
_COUNTED = (
    "accounts_", "contributions_", "core_event", "core_statechange", "guilds_", "moderation_", "notices_", "projects_",
    "reputation_",
)  # fmt: skip


def rows() -> dict[str, int]:
    """How many rows each table of ours has; a table that isn't counted here is told by no verb."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name.startswith(tuple(_COUNTED))]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in sorted(tables)))
        return dict(cursor.fetchall())


def doable(verb: Verb) -> bool:
    """Whether some caller can do it: rows about refusals have nothing to repeat."""
    return any(status < 300 for status in verb.answers.values())


DONE = tuple(verb for verb in WRITES if doable(verb))


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    """One world; each test is rolled back."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield api_world()
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", DONE, ids=lambda verb: verb.name)
def test_sent_again_it_is_done_once_and_answered_the_same(verb: Verb, world: World) -> None:
    body = verb.body(world) if verb.body else None
    path, key = verb.path(world), str(uuid7())
    first = call_as(world, verb.doer, verb.method, path, body, key)
    after = rows()
    assert first.status_code < 300, first.content
    for _again in range(2):
        second = call_as(world, verb.doer, verb.method, path, body, key)
        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert second["Content-Type"] == first["Content-Type"]
        assert second["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert rows() == after


@pytest.mark.django_db
@pytest.mark.parametrize("verb", DONE, ids=lambda verb: verb.name)
def test_a_write_needs_a_key_and_a_key_is_for_one_write(verb: Verb, world: World) -> None:
    body = verb.body(world) if verb.body else None
    path, key, before = verb.path(world), str(uuid7()), rows()
    lacking = call_as(world, verb.doer, verb.method, path, body, None)
    assert (lacking.status_code, lacking.json()["code"]) == (400, "idempotency_key_missing")
    for bad in ("short", "x" * 101, "a b c d e f", "ключ-ключ-ключ"):
        assert call_as(world, verb.doer, verb.method, path, body, bad).status_code == 400
    assert rows() == before
    call_as(world, "contributor", "post", "/me/inbox/read", None, key)
    person = call_as(world, verb.doer, "post", "/me/inbox/read", None, key)
    assert person.status_code == 200, "keys of two people never meet"
    if verb.operation != "mark_inbox_read":
        other = call_as(world, verb.doer, verb.method, path, body, key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.django_db
def test_a_refusal_is_not_kept(world: World) -> None:
    elsewhere = cast(World, world.extra["elsewhere"])
    key, sent = str(uuid7()), {"guild": elsewhere.guild.slug, "title": "T"}
    assert call_as(world, "newcomer", "post", "/problems", sent, key).status_code == 403
    assert not KeptAnswer.objects.filter(key=key).exists()
    call_as(world, "newcomer", "post", f"/guilds/{elsewhere.guild.slug}/join")
    again = call_as(world, "newcomer", "post", "/problems", sent, key)
    assert again.status_code == 201, "the same request under the same key is a try of its own"


@pytest.mark.django_db
def test_values_spelled_in_another_order_are_the_same_write(world: World) -> None:
    key = str(uuid7())
    body = {"guild": world.guild.slug, "title": "Order", "place": "Majuli"}
    first = call_as(world, "contributor", "post", "/problems", json.dumps(body, indent=3), key)
    second = call_as(world, "contributor", "post", "/problems", json.dumps(dict(reversed(body.items()))), key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content and second["Idempotency-Replayed"] == "true"


@pytest.mark.django_db
def test_a_worker_that_dies_leaves_neither_effect_nor_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key, path = str(uuid7()), f"/guilds/{cast(World, world.extra['elsewhere']).guild.slug}/join"

    def die(**_fields: Any) -> None:
        raise SystemExit("killed before the commit")

    with monkeypatch.context() as patch:
        patch.setattr(KeptAnswer.objects, "create", die)
        with pytest.raises(SystemExit):
            call_as(world, "newcomer", "post", path, None, key)
    assert not Membership.objects.filter(subject=world.newcomer).exists()
    assert call_as(world, "newcomer", "post", path, None, key).status_code == 200


@pytest.mark.django_db
def test_answers_are_forgotten_when_nobody_asks_any_more(world: World) -> None:
    now = timezone.now()
    for age in (KEPT_FOR * 0.9, KEPT_FOR * 1.1):
        KeptAnswer.objects.create(
            subject=world.newcomer.pk, key=str(age), payload_hash="0" * 64, status=200, created_at=now - age
        )
    assert forget_old_answers(now=now) == 1
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == [str(KEPT_FOR * 0.9)]


@pytest.mark.django_db
def test_the_answers_of_others_forget_whoever_is_erased_and_still_nothing_is_done_twice(world: World) -> None:
    work, key = world.extra["waiting_work"], str(uuid7())
    path, verdict = f"/hours/{work.pk}/verdict", {"verdict": "returned", "reason": "Which?"}  # type: ignore[attr-defined]
    first = call_as(world, "reviewer", "post", path, verdict, key)
    assert "Talked to the village" in first.json()["note"]
    erase_person(subject_id=world.contributor.pk, by=None, now=timezone.now())
    assert not KeptAnswer.objects.filter(body__contains="village").exists()
    again = call_as(world, "reviewer", "post", path, verdict, key)
    assert (again.status_code, again.json()["code"]) == (409, "answer_forgotten")


@pytest.mark.django_db
def test_a_key_may_stand_in_quotes_as_the_draft_of_the_header_has_it(world: World) -> None:
    key = str(uuid7())
    token = world.extra["tokens"]["contributor"]  # type: ignore[index]
    answers = [call("post", "/me/inbox/read", token=token, key=one) for one in (key, f'"{key}"')]
    assert answers[1]["Idempotency-Replayed"] == "true"
