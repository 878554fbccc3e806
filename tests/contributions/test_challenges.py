"""Disputed verdicts: who may, when, what waits meanwhile, the lot, the votes, and what follows in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Subject
from contributions.models import Challenge, Contribution, PanelSeat, Review, TimeEntry, Week
from contributions.queries.panels import guild_candidates, often_overturned
from contributions.rules import PanelDecision, PanelVote, decide_panel, in_lots_order
from contributions.services import EntryInput, approve_contribution, log_hours, reject_contribution
from contributions.services.challenges import (
    DisputedBefore,
    NothingToDispute,
    VotedBefore,
    VoteIncomplete,
    decline_seat,
    give_panel_vote,
    raise_challenge,
    run_challenges,
)
from contributions.services.vesting import live_a_day
from core.deliveries import deliver_until_empty
from core.errors import PermissionRefused
from core.ids import uuid7
from core.models import Event
from core.registries import integrity_checks
from guilds.services import grant_right, join_guild
from reputation.models import PendingPoints
from reputation.queries import balances, standing_of
from reputation.services import Spending, spend
from tests.factories import World, make_person, make_world, without_second_looks

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return panel_world()


def panel_world(reviewers: int = 4) -> World:
    """A world with so many reviewers beside the first one and the maintainer."""
    world = without_second_looks(make_world())
    for number in range(reviewers):
        person = make_person(f"reviewer{number}")
        join_guild(guild=world.guild, by=person, now=world.now)
        grant_right(guild=world.guild, subject=person, right="reviewer", by=world.steward, now=world.now)
        world.extra[f"reviewer{number}"] = person
    return world


def handed_in(w: World, minutes: int = 60) -> Contribution:
    now = w.later(minutes=5)
    entry = EntryInput(now.date(), minutes, None)
    return log_hours(
        by=w.contributor, client_id=uuid7(), task=w.open_work, entries=[entry], note="Photos.", now=now
    ).contribution


def approved(w: World, minutes: int = 60, *, claimed: int | None = None, rubric: int = 3) -> Contribution:
    work = handed_in(w, claimed or minutes)
    approve_contribution(contribution=work, by=w.reviewer, rubric=rubric, minutes=minutes, now=w.later(minutes=1))
    return Contribution.objects.get(pk=work.pk)


def rejected(w: World) -> Contribution:
    work = handed_in(w)
    reject_contribution(contribution=work, by=w.reviewer, reason="No.", next_step="Again.", now=w.later(minutes=1))
    return Contribution.objects.get(pk=work.pk)


def disputed(w: World, work: Contribution, by: Subject | None = None) -> Challenge:
    raised = raise_challenge(
        contribution=work, by=by or w.contributor, reason="It was two hours.", now=w.later(minutes=1)
    )
    return Challenge.objects.get(pk=raised.pk)


def drawn(w: World, challenge: Challenge) -> Challenge:
    deliver_until_empty("core.public_log", now=w.now + timedelta(seconds=1))
    assert run_challenges(now=w.later(seconds=30)) == 1
    assert run_challenges(now=w.later(seconds=61)) == 1
    return Challenge.objects.get(pk=challenge.pk)


def vote(w: World, challenge: Challenge, *votes: dict[str, Any]) -> Challenge:
    seats = list(challenge.seats.filter(state="asked").select_related("subject").order_by("place"))
    for seat, said in zip(seats, votes, strict=False):
        give_panel_vote(challenge=challenge, by=seat.subject, reason="We looked.", now=w.later(minutes=1), **said)
    return Challenge.objects.get(pk=challenge.pk)


UPHOLD = {"vote": "uphold"}
NOTHING = {"vote": "overturn", "minutes": 0, "next_step": "Show the photos."}


def other(minutes: int, rubric: int = 3) -> dict[str, Any]:
    return {"vote": "overturn", "minutes": minutes, "rubric": rubric}


def mine(w: World, person: Subject | None = None) -> tuple[int, int, int, int]:
    got = balances([(person or w.contributor).pk], w.guild.pk)
    return got.rep, got.pts_pending, got.pts_available, got.pts_debt


def fresh(work: Contribution) -> Contribution:
    return Contribution.objects.get(pk=work.pk)


def assert_whole() -> None:
    for name, check in integrity_checks("ledger").items():
        assert list(check()) == [], name


def test_what_is_disputed_waits_and_is_disputed_once(w: World) -> None:
    work = approved(w)
    challenge = disputed(w, work)
    assert (challenge.kind, challenge.points_before, challenge.minutes_before) == ("appeal", 10, 60)
    assert fresh(work).state == "challenged"
    assert set(PendingPoints.objects.values_list("held_for", flat=True)) == {"challenge"}
    assert raise_challenge(contribution=work, by=w.contributor, reason="Again.", now=w.now).pk == challenge.pk
    with pytest.raises(DisputedBefore):
        disputed(w, work, w.extra["reviewer0"])
    live_a_day(now=w.now + timedelta(days=30))
    assert mine(w) == (10, 10, 0, 0), "nothing vests while it is disputed"
    assert_whole()


def test_who_may_dispute_what_and_until_when(w: World) -> None:
    stranger, member = make_person("stranger"), make_person("plain")
    join_guild(guild=w.guild, by=member, now=w.now)
    work, late, said_no, waiting = approved(w), approved(w), rejected(w), handed_in(w)
    for person in (stranger, member):
        with pytest.raises(PermissionRefused):
            disputed(w, work, person)
    with pytest.raises(NothingToDispute, match="no verdict"):
        disputed(w, waiting)
    with pytest.raises(NothingToDispute):
        disputed(w, said_no, w.extra["reviewer0"])
    with pytest.raises(NothingToDispute, match="what is wrong"):
        raise_challenge(contribution=work, by=w.contributor, reason="  ", now=w.now)
    assert disputed(w, work, w.extra["reviewer0"]).kind == "challenge"
    with pytest.raises(NothingToDispute, match="days .* are over"):
        raise_challenge(contribution=late, by=w.contributor, reason="Late.", now=w.now + timedelta(days=15))
    assert disputed(w, said_no).kind == "appeal"


def test_the_lot_is_published_before_anybody_is_drawn_and_can_be_drawn_again(w: World) -> None:
    challenge = disputed(w, approved(w))
    assert run_challenges(now=w.later(seconds=5)) == 0, "no root of the public log covers it yet"
    deliver_until_empty("core.public_log", now=w.now + timedelta(seconds=1))
    assert run_challenges(now=w.later(seconds=5)) == 1
    seeded = Challenge.objects.get(pk=challenge.pk)
    assert (seeded.state, len(seeded.seed), PanelSeat.objects.count()) == ("seeded", 64, 0)
    assert run_challenges(now=w.later(seconds=30)) == 0, "a minute to look at it"
    people = guild_candidates(seeded, w.now)
    assert run_challenges(now=w.later(seconds=31)) == 1
    seats = list(PanelSeat.objects.order_by("place").values_list("subject_id", flat=True))
    assert seats == in_lots_order(seeded.seed, people)[:3]
    assert not {w.contributor.pk, w.reviewer.pk} & set(seats)
    kinds = list(Event.objects.filter(kind__startswith="challenge.").order_by("id").values_list("kind", flat=True))
    assert kinds == ["challenge.opened", "challenge.seeded", "challenge.drawn", *["challenge.seat_asked"] * 3]


def test_people_with_a_tie_to_the_case_are_not_drawn(w: World) -> None:
    work = approved(w)
    pair = w.extra["reviewer0"]
    other_work = handed_in(w)
    approve_contribution(contribution=other_work, by=pair, rubric=3, minutes=60, now=w.later(minutes=1))
    grant_right(guild=w.guild, subject=w.contributor, right="reviewer", by=w.steward, now=w.now)
    theirs = log_hours(
        by=pair, client_id=uuid7(), task=w.open_work, entries=[EntryInput(w.now.date(), 30, None)], note="n", now=w.now
    ).contribution
    approve_contribution(contribution=theirs, by=w.contributor, rubric=3, minutes=30, now=w.later(minutes=1))
    challenge = disputed(w, work, w.extra["reviewer1"])
    people = guild_candidates(challenge, w.now)
    assert pair.pk not in people, "they judge each other"
    assert not {w.contributor.pk, w.reviewer.pk, w.extra["reviewer1"].pk} & people
    assert {w.extra["reviewer2"].pk, w.extra["reviewer3"].pk, w.maintainer.pk, w.steward.pk} <= people


def test_the_hubs_stewards_decide_where_the_guild_has_not_three() -> None:
    w = make_world()
    challenge = drawn(w, disputed(w, approved(w)))
    if challenge.panel == "guild":
        pytest.fail("this world should have fewer than three without a tie")
    assert (challenge.panel, challenge.seats_wanted) == ("hub", 1)
    assert list(challenge.seats.values_list("subject_id", flat=True)) == [w.hub_steward.pk]


def test_upheld_the_points_vest_on_their_day(w: World) -> None:
    work = approved(w)
    challenge = vote(w, drawn(w, disputed(w, work)), UPHOLD, other(30), UPHOLD)
    assert (challenge.state, fresh(work).state) == ("upheld", "upheld")
    live_a_day(now=w.now + timedelta(days=8))
    assert (fresh(work).state, mine(w)) == ("vested", (10, 0, 10, 0))
    assert_whole()


def test_upheld_after_it_had_vested_it_is_vested(w: World) -> None:
    work = approved(w)
    live_a_day(now=w.later(days=9))
    vote(w, drawn(w, disputed(w, work)), UPHOLD, UPHOLD)
    assert (fresh(work).state, mine(w)) == ("vested", (10, 0, 10, 0))
    assert_whole()


def test_an_appeal_that_is_right_brings_what_should_have_been(w: World) -> None:
    work = approved(w, 30, claimed=90)
    assert mine(w)[:2] == (5, 5)
    challenge = vote(w, drawn(w, disputed(w, work)), other(90, 3), other(60, 4))
    assert challenge.state == "overturned"
    review = challenge.new_review
    assert review is not None
    assert (review.basis, review.verdict, review.minutes_approved, review.rubric) == ("quorum", "approved", 60, 4)
    assert (fresh(work).state, fresh(work).points, mine(w)) == ("approved", 12, (12, 12, 0, 0))
    assert mine(w, w.reviewer) == (0, 0, 0, 0), "an overturned review is not paid"
    assert Review.objects.get(pk=challenge.review_id).overturned_at is not None
    assert Week.objects.get(subject=w.contributor).full_minutes == 60
    live_a_day(now=w.now + timedelta(days=8))
    assert (fresh(work).state, mine(w)) == ("vested", (12, 0, 12, 0))
    assert_whole()


def test_a_padded_hour_is_corrected_downwards_and_the_week_is_not_reopened(w: World) -> None:
    work = approved(w, 90)
    vote(w, drawn(w, disputed(w, work, w.extra["reviewer0"])), other(30), other(30))
    assert (fresh(work).points, mine(w)) == (5, (5, 5, 0, 0))
    week = Week.objects.get(subject=w.contributor)
    assert (week.full_minutes, fresh(work).minutes_counted) == (90, 90)
    assert_whole()


def test_overturned_whole_nothing_is_left_and_what_was_spent_is_owed(w: World) -> None:
    work = approved(w)
    live_a_day(now=w.later(days=9))
    spend(Spending("reward", uuid7(), w.guild.pk, w.contributor.pk, 7, 1), now=w.now)
    challenge = vote(w, drawn(w, disputed(w, work, w.extra["reviewer0"])), NOTHING, NOTHING)
    assert (challenge.state, fresh(work).state) == ("overturned", "reversed")
    assert mine(w) == (0, 0, 0, -7)
    assert standing_of([w.contributor.pk], w.guild.pk, w.now) == 0
    assert not TimeEntry.objects.filter(contribution=work, counts=True).exists()
    assert_whole()


def test_a_rejection_that_was_wrong_becomes_an_approval(w: World) -> None:
    work = rejected(w)
    challenge = drawn(w, disputed(w, work))
    assert fresh(work).state == "rejected"
    vote(w, challenge, other(60), other(60))
    assert (fresh(work).state, mine(w)) == ("approved", (10, 10, 0, 0))
    assert TimeEntry.objects.filter(contribution=work, counts=True).exists()
    assert_whole()


def test_a_rejection_that_stands_stays(w: World) -> None:
    work = rejected(w)
    challenge = vote(w, drawn(w, disputed(w, work)), UPHOLD, UPHOLD)
    assert (challenge.state, fresh(work).state, mine(w)) == ("upheld", "rejected", (0, 0, 0, 0))
    with pytest.raises(DisputedBefore):
        raise_challenge(contribution=work, by=w.extra["reviewer0"], reason="Again", now=w.now)
    assert_whole()


def test_votes_are_taken_once_from_those_who_were_drawn(w: World) -> None:
    challenge = drawn(w, disputed(w, approved(w)))
    [first, second, _third] = challenge.seats.select_related("subject").order_by("place")
    said: dict[str, Any] = {"challenge": challenge, "reason": "We looked.", "now": w.now}
    with pytest.raises(PermissionRefused):
        give_panel_vote(by=w.contributor, vote="overturn", minutes=60, rubric=5, **said)
    give_panel_vote(by=first.subject, vote="uphold", **said)
    give_panel_vote(by=first.subject, vote="uphold", **said)
    with pytest.raises(VotedBefore):
        give_panel_vote(by=first.subject, vote="overturn", minutes=60, rubric=5, **said)
    with pytest.raises(VotedBefore):
        decline_seat(challenge=challenge, by=first.subject, now=w.now)
    for wrong in (
        {"vote": "uphold", "reason": " "},
        {"vote": "maybe"},
        {"vote": "overturn"},
        {"vote": "overturn", "minutes": 61, "rubric": 3},
        {"vote": "overturn", "minutes": 60},
        {"vote": "overturn", "minutes": 60, "rubric": 1},
        {"vote": "overturn", "minutes": 0},
    ):
        with pytest.raises(VoteIncomplete):
            give_panel_vote(by=second.subject, **{**said, **wrong})
    assert Challenge.objects.get(pk=challenge.pk).state == "drawn"


def test_who_declines_or_stays_silent_is_replaced_in_the_lots_order(w: World) -> None:
    challenge = drawn(w, disputed(w, approved(w)))
    lot = in_lots_order(challenge.seed, guild_candidates(challenge, w.now))
    [first, *_] = challenge.seats.select_related("subject").order_by("place")
    for _twice in range(2):
        decline_seat(challenge=challenge, by=first.subject, now=w.now)
    live = challenge.seats.filter(state="asked").order_by("place").values_list("subject_id", flat=True)
    assert list(live) == lot[1:4]
    assert run_challenges(now=w.later(days=9)) == 0
    assert run_challenges(now=w.later(days=3)) == 1
    assert challenge.seats.filter(state="replaced").count() == 3
    assert challenge.seats.filter(state="asked").count() >= 1, "the rest of the lot, then the hub"


def test_a_case_that_nobody_else_can_decide_ends_with_those_who_voted(w: World) -> None:
    work = approved(w)
    challenge = drawn(w, disputed(w, work))
    for _round in range(8):
        for seat in challenge.seats.filter(state="asked").select_related("subject").order_by("-place")[:1]:
            decline_seat(challenge=challenge, by=seat.subject, now=w.now)
    left = challenge.seats.filter(state="asked").count()
    assert left < 3
    vote(w, challenge, *[other(30)] * left)
    assert Challenge.objects.get(pk=challenge.pk).state in ("overturned", "drawn")
    assert_whole()


@pytest.mark.parametrize(
    ("votes", "seats", "decision"),
    [
        ([], 3, None),
        ([PanelVote(False)], 3, None),
        ([PanelVote(False), PanelVote(False)], 3, PanelDecision(False)),
        ([PanelVote(False), PanelVote(True, 3, 60)], 3, None),
        ([PanelVote(True, 3, 60), PanelVote(True, 5, 60)], 3, PanelDecision(True, 3, 60)),
        ([PanelVote(True, 3, 60), PanelVote(True, None, 0), PanelVote(True, 4, 90)], 3, PanelDecision(True, 3, 60)),
        ([PanelVote(True, None, 0), PanelVote(True, 4, 90)], 3, PanelDecision(True, None, 0)),
        ([PanelVote(True, 2, 15)], 1, PanelDecision(True, 2, 15)),
    ],
)
def test_more_than_half_decide_and_the_middle_number_counts(
    votes: list[PanelVote], seats: int, decision: PanelDecision | None
) -> None:
    assert decide_panel(votes, seats) == decision


def test_whoever_is_overturned_often_sits_on_no_panel(w: World) -> None:
    def judge(count: int, overturned: int) -> None:
        for number in range(count):
            work = handed_in(w, 5)
            approve_contribution(
                contribution=work, by=w.extra["reviewer2"], rubric=3, minutes=5, now=w.later(minutes=1)
            )
            if number < overturned:
                Review.objects.filter(contribution=work).update(overturned_at=w.now)

    judge(9, 2)
    assert often_overturned(w.guild.pk, w.now) == set(), "nine say nothing yet"
    judge(1, 0)
    assert often_overturned(w.guild.pk, w.now) == {w.extra["reviewer2"].pk}
    judge(10, 0)
    assert often_overturned(w.guild.pk, w.now) == set(), "two of twenty are ten percent"


def test_the_database_refuses_what_no_panel_decided(w: World) -> None:
    work = approved(w)
    challenge = disputed(w, work)
    refused = [
        ("UPDATE contributions_contribution SET state = 'approved' WHERE id = %s", work.pk),
        ("UPDATE contributions_contribution SET points = 99 WHERE id = %s", work.pk),
        ("UPDATE contributions_challenge SET state = 'overturned', decided_at = now() WHERE id = %s", challenge.pk),
        ("UPDATE contributions_challenge SET raised_by_id = contribution_id WHERE id = %s", challenge.pk),
        ("DELETE FROM contributions_challenge WHERE id = %s", challenge.pk),
        ("UPDATE contributions_challenge SET reason = '' WHERE id = %s", challenge.pk),
    ]
    for sql, key in refused:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [str(key)])
    for party in (w.contributor, w.reviewer):
        with pytest.raises(DatabaseError), transaction.atomic():
            PanelSeat.objects.create(challenge=challenge, subject=party, place=1, asked_at=w.now)
    with pytest.raises(DatabaseError), transaction.atomic():
        PanelSeat.objects.create(
            challenge=challenge, subject=w.steward, place=1, asked_at=w.now, state="voted", vote="uphold",
            answered_at=w.now,
        )  # fmt: skip
    seat = PanelSeat.objects.create(challenge=challenge, subject=w.steward, place=1, asked_at=w.now)
    PanelSeat.objects.filter(pk=seat.pk).update(state="voted", vote="uphold", answered_at=w.now, reason="So it is.")
    with pytest.raises(DatabaseError), transaction.atomic():
        PanelSeat.objects.filter(pk=seat.pk).update(vote="overturn", minutes=60, rubric=3)
    review = Review.objects.get(contribution=work)
    Review.objects.filter(pk=review.pk).update(overturned_at=datetime.fromisoformat("2100-01-01T00:00:00Z"))
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(overturned_at=None)
