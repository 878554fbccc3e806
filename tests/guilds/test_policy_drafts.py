"""The draft of a guild's next rules: one for all stewards, published with a reason and never backwards; closed, it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.errors import PermissionRefused, TransitionRefused
from core.meanwhile import ChangedMeanwhile, words_of
from core.models import Event, StateChange
from core.text import words_mark
from guilds.models import Policy, PolicyDraft
from guilds.services import (
    DraftOutdated,
    discard_policy_draft,
    grant_right,
    join_guild,
    publish_policy,
    publish_policy_draft,
    save_policy_draft,
)
from guilds.services.drafts import DRAFT_FIELDS
from guilds.services.policies import PolicyRefused
from guilds.services.steps import ReasonMissing
from moderation.services import hide_writing, report_writing
from tests.factories import MONDAY, World, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def saved(w: World, **values: object) -> PolicyDraft:
    words: dict[str, object] = {"points_per_hour": 12, "reason": "Rents rose.", **values}
    return save_policy_draft(guild=w.guild, by=w.steward, now=w.now, **words)  # type: ignore[arg-type]


def latest(w: World) -> Policy:
    return Policy.objects.filter(guild=w.guild).latest("version")


def mark(draft: PolicyDraft) -> str:
    return words_mark(words_of(PolicyDraft.objects.get(pk=draft.pk), DRAFT_FIELDS))


def second_steward(w: World) -> object:
    second = make_person("second")
    join_guild(guild=w.guild, by=second, now=w.now)
    grant_right(guild=w.guild, subject=second, right="steward", by=w.steward, now=w.now)
    return second


def test_a_draft_holds_nothing_until_it_is_published(world: World) -> None:
    draft = saved(world)
    assert (draft.points_per_hour, draft.claim_lease_days, draft.based_on) == (12, 14, 1)
    assert Policy.objects.filter(guild=world.guild).count() == 1
    policy = publish_policy_draft(draft=draft, by=world.steward, now=world.later(hours=1))
    assert (policy.version, policy.points_per_hour, policy.claim_lease_days) == (2, 12, 14)
    assert (policy.published_by, policy.published_at, policy.effective_at) == (world.steward.pk, world.now, world.now)
    draft.refresh_from_db()
    assert (draft.state, draft.policy, draft.closed_by, draft.reason) == (
        "published", policy, world.steward, "Rents rose.",
    )  # fmt: skip


def test_stewards_share_one_draft_and_what_is_not_named_stays(world: World) -> None:
    first = saved(world)
    other = second_steward(world)
    again = save_policy_draft(guild=world.guild, by=other, now=world.later(hours=1), vesting_days=9)  # type: ignore[arg-type]
    assert again.pk == first.pk
    assert (again.points_per_hour, again.vesting_days, again.reason) == (12, 9, "Rents rose.")
    assert (again.made_by, again.saved_by, again.worded_by) == (world.steward, other, world.steward)


def test_the_same_again_writes_nothing(world: World) -> None:
    draft = saved(world)
    world.later(hours=1)
    assert saved(world).saved_at == draft.saved_at
    assert Event.objects.filter(kind="guild.policy_drafted").count() == 1


def test_publishing_and_discarding_twice_is_once(world: World) -> None:
    draft = saved(world)
    first = publish_policy_draft(draft=draft, by=world.steward, now=world.now)
    assert publish_policy_draft(draft=draft, by=world.steward, now=world.later(hours=1)) == first
    assert Policy.objects.filter(guild=world.guild).count() == 2
    with pytest.raises(TransitionRefused):
        discard_policy_draft(draft=draft, by=world.steward, now=world.now)
    draft = saved(world, points_per_hour=14)
    for _again in range(2):
        assert discard_policy_draft(draft=draft, by=world.steward, now=world.now).state == "discarded"
    assert StateChange.objects.filter(object_id=draft.pk).count() == 1
    with pytest.raises(TransitionRefused):
        publish_policy_draft(draft=draft, by=world.steward, now=world.now)
    assert latest(world) == first


def test_publishing_needs_a_reason_and_a_change(world: World) -> None:
    draft = saved(world, reason="  ")
    with pytest.raises(ReasonMissing):
        publish_policy_draft(draft=draft, by=world.steward, now=world.now)
    draft = saved(world, points_per_hour=10)
    with pytest.raises(PolicyRefused, match="changes no number"):
        publish_policy_draft(draft=draft, by=world.steward, now=world.now)
    assert latest(world).version == 1


def test_a_draft_is_never_published_backwards(world: World) -> None:
    draft = saved(world)
    with pytest.raises(PolicyRefused, match="now or later"):
        publish_policy_draft(draft=draft, by=world.steward, now=world.now, effective_at=world.now - timedelta(days=1))
    draft.refresh_from_db()
    assert (draft.state, latest(world).version) == ("open", 1)


def test_nobody_takes_back_a_version_that_came_meanwhile(world: World) -> None:
    draft = saved(world)
    publish_policy(guild=world.guild, by=world.steward, now=world.now, vesting_days=3)
    with pytest.raises(DraftOutdated, match="Version 2"):
        publish_policy_draft(draft=draft, by=world.steward, now=world.now)
    draft = saved(world, vesting_days=3)
    assert draft.based_on == 2
    assert publish_policy_draft(draft=draft, by=world.steward, now=world.now).vesting_days == 3


def test_nobody_overwrites_or_publishes_what_they_have_not_read(world: World) -> None:
    seen = mark(saved(world))
    changed = saved(world, points_per_hour=14)
    with pytest.raises(ChangedMeanwhile):
        saved(world, vesting_days=1, points_per_hour=11, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        publish_policy_draft(draft=changed, by=world.steward, now=world.now, seen=seen)
    assert latest(world).version == 1
    policy = publish_policy_draft(draft=changed, by=world.steward, now=world.now, seen=mark(changed))
    assert policy.points_per_hour == 14


@pytest.mark.parametrize("wrong", [{"week_full_minutes": 1201}, {"points_per_hour": 10_001}, {"appeal_days": -1}])
def test_numbers_that_could_not_be_published_are_not_kept(world: World, wrong: dict[str, object]) -> None:
    with pytest.raises(PolicyRefused):
        saved(world, **wrong)
    assert PolicyDraft.objects.count() == 0


def test_whoever_may_not_publish_may_not_draft(world: World) -> None:
    with pytest.raises(PermissionRefused):
        save_policy_draft(guild=world.guild, by=world.maintainer, now=world.now, points_per_hour=12)


def test_a_published_reason_can_be_hidden_and_the_numbers_stay(world: World) -> None:
    draft = saved(world)
    publish_policy_draft(draft=draft, by=world.steward, now=world.now)
    case = report_writing(kind="policydraft", object_id=draft.pk, by=world.newcomer, concern="spam", now=world.now).case
    hide_writing(case=case, by=world.hub_steward, concern="spam", reason="It sells something.", now=world.now)
    draft.refresh_from_db()
    assert (draft.reason, draft.points_per_hour) == ("[hidden]", 12)


BAD: dict[str, Callable[[PolicyDraft, Policy], None]] = {
    "policy_draft_closed_by_somebody": lambda d, p: setattr(d, "closed_at", MONDAY),
    "policy_draft_published_as_a_version": lambda d, p: setattr(d, "policy", p),
    "policy_draft_published_with_a_reason": lambda d, p: d.__dict__.update(
        state="published", policy_id=p.pk, reason="", closed_at=MONDAY, closed_by_id=d.made_by_id
    ),
    "policydraft_week_within_twenty_hours": lambda d, p: setattr(d, "week_full_minutes", 1300),
    "policydraft_percents_of_a_hundred": lambda d, p: setattr(d, "overturn_percent", 101),
    "policy_draft_hidden_shows_no_words": lambda d, p: d.__dict__.update(hidden_at=MONDAY, hidden_for="spam"),
}


@pytest.mark.parametrize("name", BAD)
def test_the_database_refuses_a_bad_draft(world: World, name: str) -> None:
    draft = saved(world)
    BAD[name](draft, latest(world))
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        draft.save()


def test_the_database_refuses_a_second_open_draft(world: World) -> None:
    draft = saved(world)
    draft.pk = None
    with pytest.raises(IntegrityError, match="policy_draft_one_open"), transaction.atomic():
        PolicyDraft.objects.create(
            guild=world.guild,
            based_on=1,
            made_by=world.steward,
            made_at=MONDAY,
            saved_by=world.steward,
            saved_at=MONDAY,
        )


def test_the_database_keeps_a_closed_draft_as_it_was(world: World) -> None:
    draft = saved(world)
    publish_policy_draft(draft=draft, by=world.steward, now=world.now)
    rows = PolicyDraft.objects.filter(pk=draft.pk)
    for change in (
        {"points_per_hour": 99},
        {"state": "open"},
        {"closed_at": MONDAY - timedelta(days=1)},
        {"made_by": world.reviewer},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    assert rows.update(reason="[erased]") == 1
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM guilds_policydraft")


def test_the_database_refuses_a_version_of_another_guild(world: World) -> None:
    draft, elsewhere = saved(world), make_world()
    with pytest.raises(DatabaseError, match="its own guild"), transaction.atomic():
        PolicyDraft.objects.filter(pk=draft.pk).update(
            state="published", policy=latest(elsewhere), closed_at=MONDAY, closed_by=world.steward
        )
