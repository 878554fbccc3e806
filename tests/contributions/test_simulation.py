"""Simulating a policy: the replay arrives at what was posted, and a draft is only ever tried."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import SubjectLink
from contributions.models import Contribution, Review
from contributions.queries.simulation import Simulation, simulate
from contributions.services import EntryInput, approve_contribution, log_hours, return_contribution
from core.ids import uuid7
from guilds.forms import NUMBER_LABELS
from guilds.models import Policy
from guilds.services import draft_policy, join_guild, publish_policy
from guilds.services.policies import PolicyRefused
from reputation.models import Account, Transfer
from reputation.rules import Award, credit_contribution
from tests.contributions.test_challenges import NOTHING, approved, disputed, drawn, other, panel_world, rejected, vote
from tests.factories import World, make_person, make_task, make_world, without_second_looks

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return without_second_looks(make_world())


def latest(world: World) -> Policy:
    return Policy.objects.filter(guild=world.guild).latest("version")


def tried(world: World, **numbers: object) -> Simulation:
    return simulate(world.guild, draft_policy(latest(world), **numbers), now=world.now)


def rep(world: World, *people: object) -> int:
    accounts = Account.objects.filter(guild=world.guild, kind="rep")
    return sum(account.balance for account in accounts if not people or account.subject in people)


def live(world: World, seed: int, steps: int = 25) -> None:
    """Somebody's seeded weeks: long and short work, late reviews, returns, and a policy that changes on the way."""
    dice = random.Random(seed)
    friend = make_person("other")
    join_guild(guild=world.guild, by=friend, now=world.now)
    tasks = [
        make_task(world, world.maintainer, world.now, difficulty=size, estimate_minutes=dice.choice((15, 45, 120)))
        for size in ("XS", "M", "L")
    ]
    for number in range(steps):
        now = world.later(hours=dice.choice((1, 9, 30)))
        if number in (8, 16):
            publish_policy(
                guild=world.guild, by=world.steward, now=now, points_per_hour=dice.randint(5, 20),
                week_full_minutes=dice.choice((100, 300, 600)), week_half_minutes=dice.choice((0, 90)),
                review_paid_per_week=dice.choice((1, 3)), open_work_minutes=dice.choice((30, 90)),
            )  # fmt: skip
        person = dice.choice((world.contributor, friend))
        task = tasks.pop() if tasks and dice.random() < 0.2 else world.open_work
        days = dice.sample(range(1, 12), dice.randint(1, 3))
        entries = [EntryInput(now.date() - timedelta(days=day), dice.choice((7, 45, 60, 130))) for day in days]
        work = log_hours(by=person, client_id=uuid7(), task=task, entries=entries, note="n", now=now).contribution
        if work.state != Contribution.State.SUBMITTED:
            continue
        claimed = sum(entry.minutes for entry in entries)
        decide = world.later(days=dice.choice((0, 1, 9)))
        if dice.random() < 0.15:
            return_contribution(contribution=work, by=world.reviewer, reason="More, please.", now=decide)
        else:
            approve_contribution(
                contribution=work, by=world.reviewer, rubric=dice.randint(2, 5),
                minutes=dice.randint(1, claimed), now=decide,
            )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_the_real_versions_replayed_are_the_ledger(world: World, seed: int) -> None:
    live(world, seed)
    found = tried(world)
    assert found.verdicts == Review.objects.count() > 15
    assert found.unlike_ledger == 0


def test_without_changes_of_policy_the_numbers_in_force_give_the_ledgers_balances(world: World) -> None:
    for minutes in (60, 90, 300):
        approved(world, minutes)
    found = tried(world)
    by_person = {change.person: change.before.points for change in found.changes}
    assert by_person == {
        account.subject_id: account.balance for account in Account.objects.filter(guild=world.guild, kind="rep")
    }
    assert (found.gain, found.lose, found.same) == (0, 0, 2)


def test_a_replay_by_another_rule_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    approved(world, 60)
    approved(world, 60)

    def generous(*args: Any, **values: Any) -> Award:
        award = credit_contribution(*args, **values)
        return replace(award, points=award.points + 1)

    monkeypatch.setattr("contributions.rules_simulation.credit_contribution", generous)
    assert tried(world).unlike_ledger == 2
    with pytest.raises(CommandError, match="2 verdict"):
        call_command("simulate_policy", world.guild.slug, "--all", stdout=StringIO())


def test_who_gains_and_who_loses(world: World) -> None:
    approved(world, 60)
    found = tried(world, points_per_hour=20, review_points=1)
    changes = {change.person: change.difference for change in found.changes}
    assert changes == {world.contributor.pk: 10, world.reviewer.pk: -1}
    assert (found.gain, found.lose, found.points_after - found.points_before) == (1, 1, 9)
    assert (found.spendable_before, found.spendable_after) == (12, 21)


def test_a_tighter_week_counts_from_the_first_minute_of_the_period_on(world: World) -> None:
    first = approved(world, 60)
    since = world.later(minutes=1)
    approved(world, 60)
    draft = draft_policy(latest(world), week_full_minutes=60, week_half_minutes=0)
    found = simulate(world.guild, draft, now=world.now, since=since)
    worker = next(change for change in found.changes if change.person == world.contributor.pk)
    assert (worker.before.work, worker.after.work) == (first.points, 0), "the week was full before the period began"
    assert found.verdicts == 1


def test_standing_that_a_right_needs(world: World) -> None:
    approved(world, 60)
    now = {t.right: (t.before, t.after) for t in tried(world, vote_standing=1, review_standing=10).thresholds}
    assert now == {"vote": (0, 2), "vouch": (0, 0), "review": (0, 1)}


@pytest.mark.parametrize("said", [other(30), other(90, 5), NOTHING], ids=["less", "more", "nothing"])
def test_an_overturned_verdict_is_replayed_with_its_correction(said: dict[str, object]) -> None:
    world = panel_world()
    approved(world, 30)
    work = approved(world, 60, claimed=90)
    vote(world, drawn(world, disputed(world, work)), said, said)
    approved(world, 60)
    assert Review.objects.filter(overturned_at__isnull=False).count() == 1
    found = tried(world)
    assert found.unlike_ledger == 0
    assert sum(change.before.points for change in found.changes) == rep(world)


def test_a_refusal_that_a_panel_turned_into_an_approval_is_replayed() -> None:
    world = panel_world()
    said = other(60, 4)
    vote(world, drawn(world, disputed(world, rejected(world))), said, said)
    found = tried(world)
    assert found.unlike_ledger == 0
    assert sum(change.before.points for change in found.changes) == rep(world) > 0


def test_a_linked_person_is_one_and_counts_as_was_known_then(world: World) -> None:
    alias = make_person("before")
    join_guild(guild=world.guild, by=alias, now=world.now)
    now = world.later(minutes=1)
    entries = [EntryInput(now.date(), 400)]
    work = log_hours(by=alias, client_id=uuid7(), task=world.open_work, entries=entries, note="n", now=now).contribution
    approve_contribution(contribution=work, by=world.reviewer, rubric=3, minutes=400, now=world.later(minutes=1))
    approved(world, 60)
    SubjectLink.objects.create(alias=alias, primary=world.contributor, linked_at=world.later(minutes=1))
    approved(world, 60)
    found = tried(world)
    assert found.unlike_ledger == 0
    assert {change.person for change in found.changes} == {world.contributor.pk, world.reviewer.pk}


def test_trying_changes_nothing_and_what_was_approved_keeps_its_version(world: World) -> None:
    work = approved(world, 60)
    before = (Transfer.objects.count(), Policy.objects.count(), rep(world))
    tried(world, points_per_hour=40)
    assert (Transfer.objects.count(), Policy.objects.count(), rep(world)) == before
    publish_policy(guild=world.guild, by=world.steward, now=world.later(minutes=1), points_per_hour=40)
    work.refresh_from_db()
    assert work.points == 10
    assert Review.objects.get(contribution=work).policy_version == latest(world).version - 1
    assert tried(world).unlike_ledger == 0


def test_statements_do_not_grow_with_the_past(world: World) -> None:
    approved(world, 60)
    draft = draft_policy(latest(world), points_per_hour=12)
    with CaptureQueriesContext(connection) as one:
        simulate(world.guild, draft, now=world.now)
    for _again in range(5):
        approved(world, 60)
    with CaptureQueriesContext(connection) as six:
        simulate(world.guild, draft, now=world.now)
    assert len(one) == len(six) <= 6


@pytest.mark.parametrize("seed", range(2))
def test_one_persons_past_alone_brings_them_what_the_whole_past_does(world: World, seed: int) -> None:
    live(world, seed)
    draft = draft_policy(latest(world), points_per_hour=7, week_full_minutes=200, review_paid_per_week=2)
    whole = simulate(world.guild, draft, now=world.now)
    assert len(whole.changes) > 2
    for change in whole.changes:
        alone = simulate(world.guild, draft, now=world.now, person=change.person)
        assert alone.changes == [change]


def test_a_draft_is_checked_as_publishing_checks_it(world: World) -> None:
    with pytest.raises(PolicyRefused):
        draft_policy(latest(world), week_full_minutes=1200, week_half_minutes=1)


def test_the_command(world: World) -> None:
    approved(world, 60)
    out = StringIO()
    call_command("simulate_policy", world.guild.slug, "--all", "--set", "points_per_hour=20", stdout=out)
    assert "1 people gain, 0 lose, 1 stay the same." in out.getvalue()
    assert "agrees with every verdict" in out.getvalue()
    for wrong in ("colour=2", "points_per_hour=many", "version=9", "week_full_minutes=1201"):
        with pytest.raises(CommandError):
            call_command("simulate_policy", world.guild.slug, "--set", wrong, stdout=out)
    with pytest.raises(CommandError):
        call_command("simulate_policy", "nowhere", stdout=out)


def numbers_of(world: World, **changed: object) -> dict[str, object]:
    """What a steward's browser sends: every number of the form."""
    return {name: changed.get(name, getattr(latest(world), name)) for name in NUMBER_LABELS}


def test_a_steward_tries_numbers_on_the_page_and_opens_one_persons_work(world: World, client: Client) -> None:
    approved(world, 60)
    client.force_login(world.steward.user)
    address = f"/guilds/{world.guild.slug}/rules/try/"
    asked = numbers_of(world, points_per_hour=20)
    everybody = client.get(address, asked)
    assert (everybody.context["found"].gain, everybody.context["found"].difference) == (1, 10)
    answer = client.get(address, {**asked, "person": str(world.contributor.pk)})
    assert (answer.context["change"].before.points, answer.context["change"].after.points) == (10, 20)
    ((piece, _before, _after),) = answer.context["pieces"]
    assert (piece.before["points"], piece.after["points"]) == (10, 20)
    assert Policy.objects.filter(guild=world.guild, points_per_hour=20).count() == 0


@pytest.mark.parametrize(
    "wrong", [{"week_full_minutes": 1200, "week_half_minutes": 1}, {"points_per_hour": -1}, {"vesting_days": 10**12}]
)
def test_numbers_that_could_not_be_published_are_not_tried(
    world: World, client: Client, wrong: dict[str, object]
) -> None:
    client.force_login(world.steward.user)
    answer = client.get(f"/guilds/{world.guild.slug}/rules/try/", numbers_of(world, **wrong))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert "found" not in answer.context


def test_only_stewards_try_numbers(world: World, client: Client) -> None:
    client.force_login(world.contributor.user)
    assert client.get(f"/guilds/{world.guild.slug}/rules/try/", numbers_of(world)).status_code == 403


def test_a_past_too_large_for_the_page_goes_into_the_draft(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(world, 60)
    monkeypatch.setattr("contributions.views.simulation.AT_ONCE_MOST", 0)
    client.force_login(world.steward.user)
    answer = client.get(f"/guilds/{world.guild.slug}/rules/try/", numbers_of(world))
    assert "found" not in answer.context
    assert f"/guilds/{world.guild.slug}/rules/draft/?points_per_hour=10&amp;" in answer.content.decode()
