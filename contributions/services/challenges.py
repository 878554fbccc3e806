"""Disputing a verdict: raise it, draw a panel by a published lot, vote with reasons, post what follows.

What a panel decides is final. Overturned, the old verdict stays to be read and is marked; what it brought is taken back,
the reviewer's pay too, and what is right is posted anew, all in the transaction of the vote that decided.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_people
from contributions.models import Challenge, Contribution, PanelSeat, Review
from contributions.permissions import check_can_dispute, check_seat
from contributions.queries.challenges import dispute_until
from contributions.queries.panels import guild_candidates, hub_candidates
from contributions.rules import (
    DRAW_AFTER,
    PANEL_SEATS,
    PanelDecision,
    PanelVote,
    deadline,
    decide_panel,
    in_lots_order,
    lot_seed,
)
from contributions.services.corrections import correct, keep, take_all_back
from contributions.services.steps import locked_contribution, minutes_of
from core.errors import DomainError
from core.events import new_event, record_events
from core.ids import uuid7
from core.limits import check_limit
from core.models import Event, LogEntry, LogRoot
from core.transitions import change_state, note_state
from guilds.queries import current_policy
from reputation.permissions import check_not_sanctioned
from reputation.services import hold_points

logger = logging.getLogger(__name__)

REASON_MOST, NEXT_STEP_MOST = 4000, 2000


class NothingToDispute(DomainError):
    """There is no verdict on it that could be disputed (any more)."""

    code = "nothing_to_dispute"


class DisputedBefore(DomainError):
    """One level: a verdict is disputed once."""

    code = "disputed_before"
    status = 409


class VoteIncomplete(DomainError):
    """A vote lacks reasons, a rubric, minutes or a next step."""

    code = "vote_incomplete"


class VotedBefore(DomainError):
    """The seat was answered, or given to somebody else."""

    code = "voted_before"
    status = 409


@transaction.atomic
def raise_challenge(*, contribution: Contribution, by: Subject, reason: str, now: datetime) -> Challenge:
    """Dispute the verdict on a contribution: an appeal by whose work it is, a challenge by another reviewer of the guild.

    Until it is decided its points wait, and so does its reviewer's pay. The same person twice is once. Raises
    PermissionRefused, NothingToDispute, DisputedBefore, LimitReached.
    """
    people = {contribution.subject_id, by.pk, *contribution.reviews.values_list("reviewer_id", flat=True)} - {None}
    ids = lock_people(people, by=by.pk)[by.pk]
    contribution = locked_contribution(contribution)
    kind = check_can_dispute(by, contribution, now, ids=ids)
    known = Challenge.objects.filter(contribution=contribution).first()
    if known is not None:
        if known.raised_by_id in ids:
            return known
        raise DisputedBefore(_("This verdict is disputed already, or a panel has decided on it. That is final."))
    review = _disputable(contribution, kind, now)
    reason = reason.strip()
    if not reason:
        raise NothingToDispute(_("Say what is wrong with the verdict, so that the panel can look at it."))
    check_limit("challenge", ids[0], now=now)
    challenge = Challenge(
        guild_id=contribution.guild_id,
        contribution=contribution,
        review=review,
        kind=kind,
        raised_by=by,
        reason=reason[:REASON_MOST],
        opened_at=now,
        points_before=contribution.points,
        minutes_before=review.minutes_approved,
    )
    challenge.save(force_insert=True)
    note_state(challenge, "", actor=by.pk, now=now)
    if contribution.state != Contribution.State.REJECTED:
        change_state(contribution, Contribution.State.CHALLENGED, actor=by.pk, now=now)
    hold_points([("contribution", contribution.pk), ("review", review.pk)], "challenge")
    _tell(challenge, "challenge.opened", actor=by.pk, now=now, way=kind)
    return challenge


def _disputable(contribution: Contribution, kind: str, now: datetime) -> Review:
    """The verdict that can be disputed today. Raises NothingToDispute in words."""
    state = Contribution.State
    if contribution.source == Contribution.Source.IMPORTED:
        raise NothingToDispute(_("Imported history is estimated and has no verdict. Ask a maintainer of the project."))
    states = [state.APPROVED, state.VESTED] + ([state.REJECTED] if kind == Challenge.Kind.APPEAL else [])
    review = contribution.reviews.filter(verdict__in=["approved", "rejected"], overturned_at=None).first()
    if contribution.state not in states or review is None:
        raise NothingToDispute(
            _("This is “%(state)s”: there is no verdict on it that could be disputed.")
            % {"state": contribution.get_state_display()}
        )
    if contribution.resubmissions.exists():
        raise NothingToDispute(_("These hours were handed in again, and that is what is judged now."))
    if now >= dispute_until(contribution, review):
        raise NothingToDispute(_("The days in which this verdict could be disputed are over."))
    return review


@transaction.atomic
def give_panel_vote(
    *,
    challenge: Challenge,
    by: Subject,
    vote: str,
    reason: str,
    now: datetime,
    rubric: int | None = None,
    minutes: int | None = None,
    next_step: str = "",
) -> Challenge:
    """Vote on a case: the verdict stands (`uphold`), or how it should have been (`overturn`; 0 minutes: not accepted).

    The vote that decides posts what follows. The same vote twice is one. Raises PermissionRefused, VoteIncomplete,
    VotedBefore.
    """
    challenge, ids = _locked(challenge, by=by)
    seat = check_seat(challenge, ids)
    check_not_sanctioned(ids, challenge.guild, "reviewing", now)
    said = _checked_vote(challenge, vote, reason, rubric, minutes, next_step)
    if seat.state == PanelSeat.State.VOTED and all(getattr(seat, name) == value for name, value in said.items()):
        return challenge
    if seat.state != PanelSeat.State.ASKED or challenge.state != Challenge.State.DRAWN:
        raise VotedBefore(_("Your answer on this case was taken before, or its days are over. Nothing was changed."))
    for name, value in said.items():
        setattr(seat, name, value)
    seat.state, seat.answered_at = PanelSeat.State.VOTED, now
    seat.save()
    _decide_if_enough(challenge, now=now)
    return challenge


@transaction.atomic
def decline_seat(*, challenge: Challenge, by: Subject, now: datetime) -> Challenge:
    """Not decide on a case; the next of the lot is asked. Twice is once. Raises PermissionRefused, VotedBefore."""
    challenge, ids = _locked(challenge, by=by)
    seat = check_seat(challenge, ids)
    if seat.state == PanelSeat.State.DECLINED:
        return challenge
    if seat.state != PanelSeat.State.ASKED:
        raise VotedBefore(_("Your answer on this case was taken before, or its days are over. Nothing was changed."))
    _leave(challenge, seat, PanelSeat.State.DECLINED, now=now)
    _fill_seats(challenge, now=now)
    _decide_if_enough(challenge, now=now)
    return challenge


def run_challenges(*, now: datetime) -> int:
    """Publish lots, draw panels, replace whoever let the days pass; returns how many cases moved. Safe to run twice.

    Each case is moved by itself, and one that goes wrong stops no other.
    """
    moved = 0
    state = Challenge.State
    steps = {state.OPENED: publish_lot, state.SEEDED: draw_panel, state.DRAWN: replace_silent_seats}
    for challenge in Challenge.objects.filter(decided_at=None).order_by("opened_at"):
        try:
            moved += steps[state(challenge.state)](challenge=challenge, now=now)
        except Exception:
            logger.exception("Challenge %s could not move on; the next run tries again.", challenge.pk)
    return moved


@transaction.atomic
def publish_lot(*, challenge: Challenge, now: datetime) -> bool:
    """Publish the seed of the draw, from the first root of the public log that covers the challenge; False while none does."""
    challenge = _row(challenge)
    opened = Event.objects.filter(object_id=challenge.contribution_id, kind="challenge.opened").order_by("id").first()
    entry = LogEntry.objects.filter(event=opened).first() if opened else None
    root = LogRoot.objects.filter(size__gt=entry.seq).order_by("size").first() if entry else None
    if challenge.state != Challenge.State.OPENED or root is None:
        return False
    challenge.seed = lot_seed(bytes(root.root_hash), challenge.pk)
    challenge.seed_size, challenge.seeded_at = root.size, now
    told = _event(challenge, "challenge.seeded", actor=None, now=now, size=root.size)
    fields = ["seed", "seed_size", "seeded_at"]
    change_state(challenge, Challenge.State.SEEDED, actor=None, now=now, also=fields, telling=[told])
    return True


@transaction.atomic
def draw_panel(*, challenge: Challenge, now: datetime) -> bool:
    """Draw the panel, a minute after its lot was published; of the hub's stewards where the guild has not three.

    False while it is too early, or nobody at all could decide (`/ops/` shows such a case).
    """
    challenge = _row(challenge)
    if challenge.state != Challenge.State.SEEDED or now < (challenge.seeded_at or now) + DRAW_AFTER:
        return False
    people, panel = guild_candidates(challenge, now), Challenge.Panel.GUILD
    if len(people) < PANEL_SEATS:
        people, panel = hub_candidates(challenge, now), Challenge.Panel.HUB
    if not people:
        return False
    challenge.panel, challenge.drawn_at = panel, now
    challenge.seats_wanted = PANEL_SEATS if len(people) >= PANEL_SEATS else 1
    challenge.due_at = _due(challenge, now)
    told = _event(challenge, "challenge.drawn", actor=None, now=now, seats=challenge.seats_wanted, panel=str(panel))
    fields = ["panel", "drawn_at", "seats_wanted", "due_at"]
    change_state(challenge, Challenge.State.DRAWN, actor=None, now=now, also=fields, telling=[told])
    _fill_seats(challenge, now=now)
    return True


@transaction.atomic
def replace_silent_seats(*, challenge: Challenge, now: datetime) -> bool:
    """Ask the next of the lot instead of those who let the panel's days pass."""
    challenge, _ids = _locked(challenge, by=None)
    if challenge.state != Challenge.State.DRAWN or challenge.due_at is None or now < challenge.due_at:
        return False
    for seat in challenge.seats.filter(state=PanelSeat.State.ASKED):
        _leave(challenge, seat, PanelSeat.State.REPLACED, now=now)
    challenge.due_at = _due(challenge, now)
    challenge.save(update_fields=["due_at"])
    _fill_seats(challenge, now=now)
    _decide_if_enough(challenge, now=now)
    return True


def _checked_vote(
    challenge: Challenge, vote: str, reason: str, rubric: int | None, minutes: int | None, next_step: str
) -> dict[str, Any]:
    """The fields of a seat for this vote. Raises VoteIncomplete."""
    if vote not in (PanelSeat.Vote.UPHOLD, PanelSeat.Vote.OVERTURN):
        raise VoteIncomplete(_("Say whether the verdict stands."))
    if not reason.strip():
        raise VoteIncomplete(_("Write down why. Everybody concerned reads it."))
    said = {"vote": vote, "reason": reason.strip()[:REASON_MOST], "next_step": "", "rubric": None, "minutes": None}
    if vote == PanelSeat.Vote.UPHOLD:
        return said
    claimed = minutes_of(challenge.contribution)
    if minutes is None or not 0 <= minutes <= claimed:
        raise VoteIncomplete(
            _("Say how many minutes should count: 0, or up to the %(claimed)s that were claimed.")
            % {"claimed": claimed}
        )
    if minutes == 0:
        if not next_step.strip():
            raise VoteIncomplete(_("Not accepting work needs a reason and a next step for the contributor."))
        return said | {"minutes": 0, "next_step": next_step.strip()[:NEXT_STEP_MOST]}
    if rubric is None or not 2 <= rubric <= 5:
        raise VoteIncomplete(_("Minutes that count need a rubric of 2 to 5."))
    return said | {"minutes": minutes, "rubric": rubric}


def _decide_if_enough(challenge: Challenge, *, now: datetime) -> None:
    """Post what the panel decided once more than half agree, or once nobody is left to be asked."""
    seats = list(challenge.seats.order_by("place"))
    voted = [seat for seat in seats if seat.state == PanelSeat.State.VOTED]
    waiting = sum(seat.state == PanelSeat.State.ASKED for seat in seats)
    wanted = challenge.seats_wanted or PANEL_SEATS
    # Where the lot is used up, those who voted are the panel; of an even number the verdict stands.
    wanted = wanted if waiting else max(1, len(voted))
    votes = [PanelVote(seat.vote == PanelSeat.Vote.OVERTURN, seat.rubric, seat.minutes) for seat in voted]
    decision = decide_panel(votes, wanted) if votes else None
    if decision is None and votes and not waiting:
        decision = PanelDecision(False)
    if decision is not None:
        _post(challenge, decision, voted, now=now)


def _post(challenge: Challenge, decision: PanelDecision, voted: Sequence[PanelSeat], *, now: datetime) -> None:
    """Let the contribution, the ledger and the reviewer follow what was decided."""
    work = challenge.contribution
    challenge.decided_at = now
    if not decision.overturned:
        keep(challenge, now=now)
        told = _event(challenge, "challenge.upheld", actor=None, now=now)
        change_state(challenge, Challenge.State.UPHELD, actor=None, now=now, also=["decided_at"], telling=[told])
        return
    agreed = [seat for seat in voted if seat.vote == PanelSeat.Vote.OVERTURN]
    reasons = "\n\n".join(seat.reason for seat in agreed)[:REASON_MOST]
    if decision.minutes:
        challenge.new_review = correct(challenge, decision.rubric or 0, decision.minutes, reasons=reasons, now=now)
    else:
        next_step = next((seat.next_step for seat in agreed if seat.next_step), "")
        challenge.new_review = take_all_back(challenge, reasons=reasons, next_step=next_step, now=now)
    points = (work.points or 0) if decision.minutes else 0
    told = _event(
        challenge, "challenge.overturned", actor=None, now=now, points=points, before=challenge.points_before or 0
    )
    fields = ["decided_at", "new_review"]
    change_state(challenge, Challenge.State.OVERTURNED, actor=None, now=now, also=fields, telling=[told])


def _fill_seats(challenge: Challenge, *, now: datetime) -> None:
    """Ask the next of the lot until all seats are taken: of the guild first, then of the hub."""
    seats = list(challenge.seats.all())
    live = sum(seat.state in (PanelSeat.State.ASKED, PanelSeat.State.VOTED) for seat in seats)
    missing = (challenge.seats_wanted or PANEL_SEATS) - live
    if missing <= 0:
        return
    known = {seat.subject_id for seat in seats}
    lot = in_lots_order(challenge.seed, hub_candidates(challenge, now))
    if challenge.panel == Challenge.Panel.GUILD:
        lot = in_lots_order(challenge.seed, guild_candidates(challenge, now)) + lot
    chosen = [person for person in dict.fromkeys(lot) if person not in known][:missing]
    place = max((seat.place for seat in seats), default=0)
    asked = [
        PanelSeat(id=uuid7(), challenge=challenge, subject_id=person, place=place + n, asked_at=now)
        for n, person in enumerate(chosen, start=1)
    ]
    PanelSeat.objects.bulk_create(asked)
    if asked:
        record_events(
            [
                _event(
                    challenge,
                    "challenge.seat_asked",
                    actor=None,
                    now=now,
                    with_project=False,
                    subject=seat.subject_id,
                    place=seat.place,
                )
                for seat in asked
            ],
            now=now,
        )


def _leave(challenge: Challenge, seat: PanelSeat, state: str, *, now: datetime) -> None:
    seat.state, seat.answered_at = state, now
    seat.save(update_fields=["state", "answered_at"])
    told = _event(
        challenge, "challenge.seat_left", actor=None, now=now, with_project=False, subject=seat.subject_id, why=state
    )
    record_events([told], now=now)


def _locked(challenge: Challenge, *, by: Subject | None) -> tuple[Challenge, Sequence[UUID]]:
    """The case under the locks of everybody whose points it may move: people, contribution, case (docs/locking.md)."""
    work, review = challenge.contribution, challenge.review
    people = {work.subject_id, review.reviewer_id, by and by.pk} - {None}
    known = lock_people({one for one in people if one}, by=by.pk if by else None)
    contribution = locked_contribution(work)
    found = _row(challenge)
    found.contribution = contribution
    return found, known[by.pk] if by else linked_subjects(work.subject_id)


def _row(challenge: Challenge) -> Challenge:
    rows = Challenge.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("contribution__guild", "contribution__task", "review", "guild").get(pk=challenge.pk)


def _due(challenge: Challenge, now: datetime) -> datetime:
    days = current_policy(challenge.guild_id, now).panel_days
    return deadline(now, zone=challenge.guild.timezone, days=days)


def _event(
    challenge: Challenge, kind: str, *, actor: UUID | None, now: datetime, with_project: bool = True, **data: Any
) -> Event:
    work = challenge.contribution
    if kind in ("challenge.opened", "challenge.upheld", "challenge.overturned") and with_project:
        data = {"subject": work.subject_id, "project": work.project_id, **data}
    return new_event(
        kind,
        now=now,
        actor=actor,
        guild=challenge.guild_id,
        object_kind="contribution",
        object_id=work.pk,
        data={"challenge": challenge.pk, **data},
    )


def _tell(challenge: Challenge, kind: str, *, actor: UUID | None, now: datetime, **data: Any) -> None:
    record_events([_event(challenge, kind, actor=actor, now=now, **data)], now=now)


__all__ = [
    "DisputedBefore",
    "NothingToDispute",
    "VoteIncomplete",
    "VotedBefore",
    "decline_seat",
    "draw_panel",
    "give_panel_vote",
    "publish_lot",
    "raise_challenge",
    "replace_silent_seats",
    "run_challenges",
]
