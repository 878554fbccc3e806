"""Second looks: which approvals get one, what waits for it, who may look, and what a doubt starts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Subject
from contributions.models import Challenge, Contribution, SecondLook
from contributions.permissions import SelfReview
from contributions.rules_routing import by_chance
from contributions.services import EntryInput, approve_contribution, log_hours
from contributions.services.challenges import NothingToDispute
from contributions.services.looks import LookedBefore, lapse_second_looks, look_again
from contributions.services.vesting import live_a_day
from core.errors import PermissionRefused
from core.ids import uuid7
from core.registries import integrity_checks
from guilds.models import Guild
from guilds.services import publish_policy
from projects.models import Task
from projects.services import claim_task, draft_task, edit_task, publish_task
from reputation.queries import balances
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


def numbers(w: World, **changes: int) -> None:
    base = {
        "newcomer_second_looks": 0,
        "reviewer_second_looks": 0,
        "second_look_percent": 0,
        "reviewer_share_percent": 100,
    }
    publish_policy(guild=w.guild, by=w.steward, now=w.later(seconds=1), **{**base, **changes})


def approved(w: World, by: Subject | None = None, who: Subject | None = None, minutes: int = 60) -> Contribution:
    now = w.later(days=1)
    entry = EntryInput(now.date(), minutes, None)
    work = log_hours(
        by=who or w.contributor, client_id=uuid7(), task=w.open_work, entries=[entry], note="Photos.", now=now
    ).contribution
    approve_contribution(contribution=work, by=by or w.reviewer, rubric=3, minutes=minutes, now=w.later(minutes=1))
    return Contribution.objects.get(pk=work.pk)


def whys() -> Counter[str]:
    return Counter(SecondLook.objects.values_list("why", flat=True))


def available(w: World) -> int:
    return balances([w.contributor.pk], w.guild.pk).pts_available


def assert_whole() -> None:
    for name, check in integrity_checks("ledger").items():
        assert list(check()) == [], name


def test_all_of_a_newcomers_first_five() -> None:
    w = make_world()
    numbers(w, newcomer_second_looks=5)
    for _number in range(7):
        approved(w)
    assert whys() == {"newcomer": 5}


def test_a_new_reviewers_first_ten() -> None:
    w = make_world()
    numbers(w, reviewer_second_looks=3)
    for number in range(5):
        approved(w, who=w.contributor if number % 2 else w.maintainer)
    assert whys() == {"new_reviewer": 3}


def test_what_one_reviewer_gives_beyond_their_share_of_a_quarter() -> None:
    w = make_world()
    numbers(w, reviewer_share_percent=40, reviewer_share_from=35)
    for reviewer in (w.reviewer, w.maintainer, w.steward, w.reviewer, w.maintainer, w.steward, w.reviewer):
        approved(w, by=reviewer)
    assert whys() == {"share": 2}, "20 of 40 and 30 of 70 are more than 40 percent; below 35 points nobody asks"


def test_what_is_worth_much_and_what_was_changed_after_it_was_taken() -> None:
    w = make_world()
    numbers(w)
    approved(w)
    claim_task(task=w.task, by=w.contributor, now=w.later(hours=1))
    edit_task(task=w.task, by=w.maintainer, now=w.later(hours=1), skills=["maps"])
    on_task(w, w.task)
    assert not whys(), "what it asks for is what it was"
    second = published(w)
    edit_task(task=second, by=w.maintainer, now=w.later(hours=1), description="Another map first.")
    claim_task(task=second, by=w.contributor, now=w.later(hours=1))
    on_task(w, second)
    assert not whys(), "changed before anybody had it"
    third = published(w)
    claim_task(task=third, by=w.contributor, now=w.later(hours=1))
    edit_task(task=third, by=w.maintainer, now=w.later(hours=1), description="Another map as well.")
    on_task(w, third)
    assert whys() == {"edited": 1}
    numbers(w, points_per_hour=60)
    approved(w)
    assert whys() == {"edited": 1}, "sixty points are not more than sixty"
    numbers(w, points_per_hour=61)
    approved(w)
    assert whys() == {"edited": 1, "high_value": 1}


def test_in_a_small_guild_much_worth_is_only_noted() -> None:
    w = make_world()
    numbers(w, points_per_hour=61, reviewers_enough=9)
    work = approved(w)
    look = SecondLook.objects.get(contribution=work)
    assert (look.why, look.outcome) == ("high_value", "noted")


def published(w: World) -> Task:
    task = draft_task(
        project=w.project, by=w.maintainer, now=w.now, title="Draw it", role="design", estimate_minutes=60
    )
    return publish_task(task=task, by=w.maintainer, now=w.now)


def on_task(w: World, task: Task) -> None:
    now = w.later(days=1)
    entries = [EntryInput(now.date(), 30, None)]
    work = log_hours(
        by=w.contributor, client_id=uuid7(), task=task, entries=entries, note="Photos.", now=now
    ).contribution
    approve_contribution(contribution=work, by=w.reviewer, rubric=3, minutes=30, now=w.later(minutes=1))


def test_by_chance_it_is_the_share_the_policy_says() -> None:
    chosen = sum(by_chance(uuid7(), 10) for _ in range(4000))
    assert 300 < chosen < 500
    assert not any(by_chance(uuid7(), 0) for _ in range(50))
    assert all(by_chance(uuid7(), 100) for _ in range(50))


def test_points_wait_for_the_look_and_vest_when_somebody_agrees() -> None:
    w = make_world()
    work = approved(w)
    live_a_day(now=w.now + timedelta(days=9))
    assert (available(w), Contribution.objects.get(pk=work.pk).state) == (0, "approved")
    look = SecondLook.objects.get(contribution=work)
    for _twice in range(2):
        look_again(look=look, by=w.maintainer, agrees=True, now=w.now)
    with pytest.raises(LookedBefore):
        look_again(look=look, by=w.steward, agrees=False, reason="No.", now=w.now)
    live_a_day(now=w.now + timedelta(days=9))
    assert available(w) == 10
    assert_whole()


def test_a_doubt_goes_to_a_panel_with_its_words() -> None:
    w = make_world()
    work = approved(w)
    look = SecondLook.objects.get(contribution=work)
    with pytest.raises(NothingToDispute), transaction.atomic():
        look_again(look=look, by=w.maintainer, agrees=False, reason=" ", now=w.now)
    look_again(look=look, by=w.maintainer, agrees=False, reason="The photos are of another river.", now=w.now)
    challenge = Challenge.objects.get(contribution=work)
    assert (challenge.kind, challenge.raised_by, challenge.reason) == (
        "challenge", w.maintainer, "The photos are of another river.",
    )  # fmt: skip
    live_a_day(now=w.now + timedelta(days=9))
    assert available(w) == 0
    assert_whole()


def test_neither_whose_work_it_is_nor_who_approved_it_looks() -> None:
    w = make_world()
    look = SecondLook.objects.get(contribution=approved(w))
    for person in (w.contributor, w.reviewer):
        with pytest.raises(SelfReview):
            look_again(look=look, by=person, agrees=True, now=w.now)
        with pytest.raises(DatabaseError), transaction.atomic():
            SecondLook.objects.filter(pk=look.pk).update(outcome="agreed", looked_by=person, looked_at=w.now)
    with pytest.raises(PermissionRefused):
        look_again(look=look, by=w.newcomer, agrees=True, now=w.now)
    look_again(look=look, by=w.maintainer, agrees=True, now=w.now)
    with pytest.raises(DatabaseError), transaction.atomic():
        SecondLook.objects.filter(pk=look.pk).update(outcome="waiting", looked_by=None, looked_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        SecondLook.objects.filter(pk=look.pk).delete()


def test_where_nobody_looks_the_points_do_not_wait_for_ever() -> None:
    w = make_world()
    work = approved(w)
    assert lapse_second_looks(now=w.now + timedelta(days=14)) == 0
    assert lapse_second_looks(now=w.now + timedelta(days=16)) == 1
    assert lapse_second_looks(now=w.now + timedelta(days=16)) == 0
    live_a_day(now=w.now + timedelta(days=16))
    assert (available(w), SecondLook.objects.get(contribution=work).outcome) == (10, "lapsed")


def test_a_guild_with_too_few_reviewers_only_notes_it() -> None:
    w = make_world()
    Guild.objects.filter(pk=w.guild.pk).update(is_low_assurance=True)
    work = approved(w)
    assert SecondLook.objects.get(contribution=work).outcome == "noted"
    live_a_day(now=w.now + timedelta(days=9))
    assert available(w) == 10
