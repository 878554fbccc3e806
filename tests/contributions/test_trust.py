"""Vouches and sanctions: who gives them, what they stop, how they end, and what the database refuses by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Subject
from contributions.models import Contribution, IntegrityCase, PanelSeat, Review, ReviewAssignment
from contributions.permissions import how_to_review
from contributions.queries.panels import guild_candidates
from contributions.services import EntryInput, approve_contribution, give_verdict, log_hours, take_review
from contributions.services.challenges import give_panel_vote, raise_challenge
from contributions.services.patterns import close_integrity_case
from contributions.services.routing import route_guild
from core.deliveries import deliver_until_empty
from core.errors import DomainError, PermissionRefused
from core.ids import uuid7
from core.models import Event
from guilds.queries import guilds_reviewed_by
from guilds.services import grant_right, join_guild
from guilds.services.steps import ReasonMissing
from notices.models import Notice
from projects.services import claim_task
from reputation.models import Sanction, Vouch
from reputation.permissions import OwnSanction, Sanctioned
from reputation.queries import is_vouched
from reputation.services import lift_sanction, put_sanction, revoke_wrong_vouches, vouch_for, withdraw_vouch
from reputation.services.trust import SanctionOver, SanctionRefused, VouchRefused
from tests.factories import World, make_person, make_world
from tests.reputation.test_standing import earn

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return make_world()


def trusted(w: World, points: int = 150, name: str = "trusted") -> Subject:
    """A member with so much standing today."""
    person = make_person(name)
    join_guild(guild=w.guild, by=person, now=w.now)
    earn(person, w.guild, points, 0, now=w.now)
    return person


def vouch(w: World, by: Subject, who: Subject | None = None) -> Vouch:
    return vouch_for(guild=w.guild, subject=who or w.contributor, by=by, now=w.now)


def stop(
    w: World, kind: str, who: Subject | None = None, by: Subject | None = None, days: float = 30, **more: Any
) -> Sanction:
    return put_sanction(
        guild=w.guild, subject=who or w.contributor, kind=kind, reason="We talked about it.",
        ends_at=w.now + timedelta(days=days), by=by or w.steward, now=w.now, **more,
    )  # fmt: skip


def handed_in(w: World, who: Subject | None = None) -> Contribution:
    entry = EntryInput((w.now - timedelta(days=1)).date(), 60, None)
    return log_hours(
        by=who or w.contributor, client_id=uuid7(), task=w.open_work, entries=[entry], note="Photos.", now=w.now
    ).contribution


def told() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


# Vouching -----------------------------------------------------------------------------------------------------------


def test_two_members_with_standing_make_somebody_vouched(w: World) -> None:
    first, second = trusted(w), trusted(w)
    given = vouch(w, first)
    assert vouch(w, first) == given, "twice is once"
    assert not is_vouched([w.contributor.pk], w.guild.pk, w.now)
    vouch(w, second)
    assert is_vouched([w.contributor.pk], w.guild.pk, w.now)
    assert Event.objects.filter(kind="vouch.given").count() == 2
    withdraw_vouch(vouch=given, by=first, now=w.later(hours=1))
    withdraw_vouch(vouch=given, by=first, now=w.later(hours=1))
    assert Event.objects.filter(kind="vouch.withdrawn").count() == 1
    assert not is_vouched([w.contributor.pk], w.guild.pk, w.now)
    assert vouch(w, first).pk == given.pk, "again opens the same row"
    assert is_vouched([w.contributor.pk], w.guild.pk, w.now)
    assert not is_vouched([w.reviewer.pk], w.guild.pk, w.now)


def test_who_may_not_vouch_for_whom(w: World) -> None:
    almost, enough = trusted(w, 149), trusted(w)
    with pytest.raises(PermissionRefused, match="150.*149"):
        vouch(w, almost)
    with pytest.raises(VouchRefused, match="themselves"):
        vouch(w, enough, enough)
    with pytest.raises(VouchRefused, match="members"):
        vouch(w, enough, w.outsider)
    with pytest.raises(PermissionRefused):
        vouch(w, w.outsider)
    stop(w, "vouching", enough)
    with pytest.raises(Sanctioned, match="vouch.*until"):
        vouch(w, enough)
    given = vouch(w, trusted(w))
    with pytest.raises(PermissionRefused):
        withdraw_vouch(vouch=given, by=w.steward, now=w.now)
    assert Vouch.objects.count() == 1


def test_a_wrong_vouch_costs_its_giver_ninety_days_and_nobody_else(w: World) -> None:
    first, second, above = trusted(w), trusted(w), trusted(w)
    vouch(w, first)
    vouch(w, second)
    vouch(w, above, first)
    other = vouch(w, first, w.reviewer)
    stop(w, "claiming")
    follows = Sanction.objects.filter(put_by=None)
    assert {one.subject_id for one in follows} == {first.pk, second.pk}, "their own vouchers pay nothing"
    assert {(one.kind, one.ends_at - one.begins_at) for one in follows} == {("vouching", timedelta(days=90))}
    assert not is_vouched([w.contributor.pk], w.guild.pk, w.now)
    vouch(w, trusted(w), w.reviewer)
    assert not is_vouched([w.reviewer.pk], w.guild.pk, w.now), "what they said of others doesn't count meanwhile"
    assert revoke_wrong_vouches(guild=w.guild, subjects=[w.contributor.pk], now=w.now) == 0
    with pytest.raises(Sanctioned):
        vouch(w, first, w.maintainer)
    w.later(days=91)
    assert is_vouched([w.reviewer.pk], w.guild.pk, w.now), "the ninety days are over"
    assert Vouch.objects.get(pk=other.pk).revoked_at is None
    earn(first, w.guild, 150, 0, now=w.now)
    with pytest.raises(VouchRefused, match="revoked"):
        vouch(w, first)
    vouch(w, first, w.maintainer)


@pytest.mark.parametrize(
    ("kind", "outcome", "paid"), [("ring", "acted", 1), ("ring", "dismissed", 0), ("long_hours", "acted", 0)]
)
def test_acting_on_people_who_seem_one_ends_the_vouches_for_them(w: World, kind: str, outcome: str, paid: int) -> None:
    vouch(w, trusted(w))
    case = IntegrityCase.objects.create(
        guild=w.guild, kind=kind, fingerprint="f" * 64, subjects=[w.contributor.pk], weight=9, found_at=w.now,
        seen_at=w.now, evidence={},
    )  # fmt: skip
    for _again in range(2):
        close_integrity_case(case=case, by=w.steward, outcome=outcome, words="We asked.", now=w.now)
    assert Vouch.objects.filter(revoked_at__isnull=False).count() == Sanction.objects.count() == paid


# Sanctions ----------------------------------------------------------------------------------------------------------


def test_a_sanction_stops_reviewing_until_its_day_and_says_so(w: World) -> None:
    work = handed_in(w)
    other = approved = handed_in(w, w.maintainer)
    approve_contribution(contribution=approved, by=w.steward, rubric=3, minutes=60, now=w.now)
    made = stop(w, "reviewing", w.reviewer)
    assert stop(w, "reviewing", w.reviewer) == made, "twice is once"
    until = r"until .*April.* 2026|until April"
    with pytest.raises(Sanctioned, match=until):
        take_review(contribution=work, by=w.reviewer, now=w.now)
    with pytest.raises(Sanctioned):
        give_verdict(contribution=work, by=w.reviewer, verdict="returned", reason="Which?", now=w.now)
    with pytest.raises(Sanctioned):
        approve_contribution(contribution=work, by=w.reviewer, rubric=3, minutes=60, now=w.now)
    with pytest.raises(Sanctioned):
        raise_challenge(contribution=other, by=w.reviewer, reason="It was longer.", now=w.now)
    assert handed_in(w, w.reviewer).state == "submitted", "logging is never stopped"
    claim_task(task=w.task, by=w.reviewer, now=w.now)
    w.later(days=30)
    take_review(contribution=work, by=w.reviewer, now=w.now)


def test_nobody_who_is_stopped_is_drawn_or_given_work(w: World) -> None:
    grant_right(guild=w.guild, subject=trusted(w), right="reviewer", by=w.steward, now=w.now)
    work = handed_in(w)
    approve_contribution(contribution=work, by=w.maintainer, rubric=3, minutes=60, now=w.now)
    challenge = raise_challenge(contribution=work, by=w.contributor, reason="It was longer.", now=w.now)
    assert w.reviewer.pk in guild_candidates(challenge, w.now)
    seat = PanelSeat.objects.create(challenge=challenge, subject=w.reviewer, place=1, asked_at=w.now)
    stop(w, "reviewing", w.reviewer)
    assert w.reviewer.pk not in guild_candidates(challenge, w.now)
    with pytest.raises(Sanctioned):
        give_panel_vote(challenge=challenge, by=w.reviewer, vote="uphold", reason="It is.", now=w.now)
    assert PanelSeat.objects.get(pk=seat.pk).state == "asked"
    for _n in range(12):
        handed_in(w)
    assert route_guild(guild=w.guild, now=w.now) > 0
    assert not ReviewAssignment.objects.filter(reviewer=w.reviewer).exists()


def test_a_sanction_stops_taking_tasks_and_never_hours(w: World) -> None:
    made = stop(w, "claiming")
    with pytest.raises(Sanctioned, match="always log hours"):
        claim_task(task=w.task, by=w.contributor, now=w.now)
    assert handed_in(w).state == "submitted"
    lift_sanction(sanction=made, by=w.hub_steward, reason="It was a mistake.", now=w.later(days=1))
    lift_sanction(sanction=made, by=w.hub_steward, reason="It was a mistake.", now=w.later(days=1))
    assert claim_task(task=w.task, by=w.contributor, now=w.now).claimed_by == w.contributor
    with pytest.raises(SanctionOver):
        lift_sanction(sanction=made, by=w.steward, reason="Again.", now=w.now)
    deliver_until_empty("reputation.tell_of_trust", now=w.now + timedelta(seconds=1))
    assert {"sanction_put", "sanction_lifted"} <= set(told())


def test_who_puts_what_on_whom(w: World) -> None:
    for by in (w.contributor, w.reviewer, w.maintainer, w.outsider):
        with pytest.raises(PermissionRefused):
            stop(w, "claiming", w.newcomer, by=by)
    with pytest.raises(OwnSanction):
        stop(w, "claiming", w.steward)
    with pytest.raises(OwnSanction):
        stop(w, "claiming", parties=[w.steward.pk, w.contributor.pk], case_id=uuid7())
    with pytest.raises(SanctionRefused, match="members"):
        stop(w, "claiming", w.outsider)
    for days in (-1, 0, 365.1):
        with pytest.raises(SanctionRefused, match="year"):
            stop(w, "claiming", days=days)
    with pytest.raises(SanctionRefused, match="Choose what"):
        stop(w, "breathing")
    with pytest.raises(ReasonMissing):
        put_sanction(
            guild=w.guild, subject=w.contributor, kind="claiming", reason="  ", ends_at=w.now + timedelta(days=3),
            by=w.steward, now=w.now,
        )  # fmt: skip
    assert not Sanction.objects.exists()
    mine = stop(w, "claiming", w.steward, by=w.hub_steward)
    with pytest.raises(OwnSanction):
        lift_sanction(sanction=mine, by=w.steward, reason="I am sorry.", now=w.now)
    assert issubclass(SanctionRefused, DomainError)


def row(w: World, **changed: Any) -> dict[str, Any]:
    return {
        "guild": w.guild, "subject": w.contributor, "kind": "claiming", "reason": "Because.", "put_by": w.steward,
        "begins_at": w.now, "ends_at": w.now + timedelta(days=3), **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("sanction_kind_known", lambda w: {"kind": "logging"}),
        ("sanction_ends", lambda w: {"ends_at": w.now}),
        ("sanction_ends", lambda w: {"ends_at": w.now + timedelta(days=365, seconds=1)}),
        ("sanction_by_somebody_with_a_reason", lambda w: {"reason": ""}),
        ("sanction_by_somebody_with_a_reason", lambda w: {"put_by": None}),
        ("sanction_on_somebody_else", lambda w: {"put_by": w.contributor}),
        ("sanction_on_somebody_else", lambda w: {"lifted_by": w.contributor, "lifted_at": w.now, "lift_reason": "x"}),
        ("sanction_lifted_with_a_reason", lambda w: {"lifted_by": w.steward, "lifted_at": w.now}),
        ("sanction_lifted_with_a_reason", lambda w: {"lift_reason": "Yes."}),
    ],
)
def test_the_database_refuses_a_sanction_that_is_not_whole(w: World, constraint: str, changes: Any) -> None:
    Sanction.objects.create(**row(w))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Sanction.objects.create(**row(w, **changes(w)))


def test_the_database_refuses_a_vouch_for_oneself_and_a_second_one(w: World) -> None:
    given = {"guild": w.guild, "voucher": w.steward, "subject": w.contributor, "vouched_at": w.now}
    first = Vouch.objects.create(**given)
    for name, changed in (
        ("vouch_once_for_each_pair", {}),
        ("vouch_for_somebody_else", {"subject": w.steward}),
        ("vouch_ends_after_it_began", {"subject": w.reviewer, "withdrawn_at": w.now - timedelta(seconds=1)}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Vouch.objects.create(**{**given, **changed})
    Vouch.objects.create(**{**given, "voucher": w.contributor, "subject": w.steward})  # the other way is another word
    follows = row(w, kind="vouching", put_by=None, reason="", vouch=first)
    Sanction.objects.create(**follows)
    with pytest.raises(IntegrityError, match="vouch_id"), transaction.atomic():
        Sanction.objects.create(**follows)


# Reviewing that was earned ------------------------------------------------------------------------------------------


def test_whoever_is_often_overturned_has_no_earned_right_but_a_granted_one(w: World) -> None:
    judge = trusted(w, 400)
    works = [handed_in(w) for _n in range(10)]
    for work in works[:9]:
        approve_contribution(contribution=work, by=judge, rubric=3, minutes=60, now=w.later(minutes=1))
    given = list(Review.objects.filter(reviewer=judge).values_list("pk", flat=True))
    Review.objects.filter(pk=given[0]).update(overturned_at=w.now)
    assert w.guild.pk in guilds_reviewed_by([judge.pk], w.now), "of nine verdicts one says nothing"
    approve_contribution(contribution=works[9], by=judge, rubric=3, minutes=60, now=w.later(minutes=1))
    assert w.guild.pk in guilds_reviewed_by([judge.pk], w.now), "one of ten is allowed"
    Review.objects.filter(pk=given[1]).update(overturned_at=w.now)
    assert w.guild.pk not in guilds_reviewed_by([judge.pk], w.now)
    assert "overturned more than 10" in how_to_review(judge, w.guild, w.now)
    with pytest.raises(PermissionRefused, match="overturned"):
        take_review(contribution=handed_in(w), by=judge, now=w.now)
    grant_right(guild=w.guild, subject=judge, right="reviewer", by=w.steward, now=w.now)
    take_review(contribution=handed_in(w), by=judge, now=w.now)


# Page ---------------------------------------------------------------------------------------------------------------


def test_the_page_vouches_stops_and_lifts(client: Client) -> None:
    w = make_world(timezone.now() - timedelta(minutes=1))
    address = reverse("contributions:trust", args=[w.guild.slug])
    friend = trusted(w, 2000)
    client.force_login(friend.user)
    client.post(address, {"do": "vouch", "member": str(w.contributor.pk)})
    given = Vouch.objects.get(voucher=friend, subject=w.contributor, withdrawn_at=None)
    client.post(address, {"do": "withdraw", "thing": str(given.pk)})
    assert Vouch.objects.get(pk=given.pk).withdrawn_at is not None
    client.force_login(w.contributor.user)
    assert client.post(address, {"do": "stop", "member": str(friend.pk)}).status_code == 403
    client.force_login(w.steward.user)
    sent = {
        "do": "stop",
        "member": str(w.contributor.pk),
        "kind": "claiming",
        "days": "7",
        "reason": "We <b>talked</b>.",
    }
    client.post(address, sent)
    made = Sanction.objects.get(put_by=w.steward)
    client.force_login(w.contributor.user)
    page = client.get(address).content.decode()
    assert "We &lt;b&gt;talked&lt;/b&gt;." in page
    assert "steward of this hub" in page
    client.force_login(w.hub_steward.user)
    client.post(address, {"do": "lift", "thing": str(made.pk), "reason": ""})
    assert Sanction.objects.get(pk=made.pk).lifted_at is None
    client.post(address, {"do": "lift", "thing": str(made.pk), "reason": "Settled."})
    assert Sanction.objects.get(pk=made.pk).lift_reason == "Settled."
