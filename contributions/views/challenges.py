"""Disputed verdicts: the list of cases that concern a reader, and the page on which a panel decides one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import ids_of
from contributions.forms import RUBRIC, VoteForm
from contributions.models import Challenge, PanelSeat
from contributions.queries.challenges import readable_challenges
from contributions.queries.panels import seats_of
from contributions.services.challenges import decline_seat, give_panel_vote
from core.http import Action, perform
from core.timeline import Step

PAGE = 25


@login_required
@require_safe
def challenges(request: HttpRequest) -> HttpResponse:
    """What the reader is asked to decide, then every case that concerns them or their guilds, the newest first."""
    ids = ids_of(request.user)
    start = _start(request.GET.get("from", ""))
    rows = readable_challenges(request.user, ids, timezone.now())[start : start + PAGE + 1]
    cases = list(rows)
    here = reverse("contributions:challenges")
    return render(
        request,
        "contributions/challenges.html",
        {
            "asked": list(seats_of(ids)),
            "cases": cases[:PAGE],
            "next_url": f"{here}?from={start + PAGE}" if len(cases) > PAGE else "",
            "previous_url": here if start else "",
        },
    )


@dataclass
class _Case:
    """A case and what its reader is to it."""

    challenge: Challenge
    ids: list[UUID]
    seats: list[PanelSeat]

    @property
    def my_seat(self) -> PanelSeat | None:
        return next((seat for seat in self.seats if seat.subject_id in self.ids), None)

    def get_absolute_url(self) -> str:
        return self.challenge.get_absolute_url()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case for those concerned, its panel and the stewards; for everybody else it isn't there."""
    case = _found(request, pk)
    if request.method == "POST":
        return perform(request, case, _ACTIONS, lambda request, case, forms: _show(request, _found(request, pk), forms))
    return _show(request, case, {})


def _found(request: HttpRequest, pk: UUID) -> _Case:
    ids = ids_of(request.user)
    rows = readable_challenges(request.user, ids, timezone.now())
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return _Case(found, list(ids), list(found.seats.order_by("place")))


def _show(request: HttpRequest, case: _Case, forms: dict[str, Any]) -> HttpResponse:
    challenge, work = case.challenge, case.challenge.contribution
    seat = case.my_seat
    can_vote = seat is not None and seat.state == PanelSeat.State.ASKED and challenge.state == Challenge.State.DRAWN
    form = next((form for form in forms.values() if isinstance(form, VoteForm)), None)
    entries = list(work.entries.all())
    context = {
        "challenge": challenge,
        "work": work,
        "entries": entries,
        "minutes": sum(entry.minutes for entry in entries),
        "is_mine": work.subject_id in case.ids,
        "is_raiser": challenge.raised_by_id in case.ids,
        "seat": seat,
        "vote_form": (form or VoteForm(auto_id="v-%s")) if can_vote else None,
        "refusals": [error for form in forms.values() for error in form.non_field_errors()],
        "steps": _story(challenge, case.seats),
        "votes": [seat for seat in case.seats if seat.state == PanelSeat.State.VOTED] if challenge.decided_at else [],
        "voted": sum(seat.state == PanelSeat.State.VOTED for seat in case.seats),
        "rubric": RUBRIC,
    }
    return render(request, "contributions/challenge.html", context)


def _story(challenge: Challenge, seats: list[PanelSeat]) -> list[Step]:
    """The steps of a case, in order; who sits on a panel is nobody's business but the panel's."""
    steps = [Step(challenge.opened_at, _("The verdict was disputed"), "", "")]
    if challenge.seeded_at:
        said = _("The lot was published: %(seed)s, from the first %(size)s entries of the public log") % {
            "seed": challenge.seed[:16] + "…",
            "size": challenge.seed_size,
        }
        steps.append(Step(challenge.seeded_at, said, "", ""))
    if challenge.drawn_at:
        of = _("The panel was drawn: %(count)s of the %(whom)s") % {
            "count": challenge.seats_wanted,
            "whom": challenge.get_panel_display(),
        }
        steps.append(Step(challenge.drawn_at, of, "", ""))
    left = {
        PanelSeat.State.DECLINED: _("Somebody declined; the next of the lot was asked"),
        PanelSeat.State.REPLACED: _("The days of somebody were over; the next of the lot was asked"),
    }
    steps += [
        Step(seat.answered_at, left[PanelSeat.State(seat.state)], "", "")
        for seat in seats
        if seat.state in left and seat.answered_at
    ]
    if challenge.decided_at:
        steps.append(Step(challenge.decided_at, str(challenge.get_state_display()), "", ""))
    return sorted(steps, key=lambda step: step.at)


def _vote(request: HttpRequest, case: _Case, values: dict[str, Any]) -> str:
    give_panel_vote(challenge=case.challenge, by=request.user.subject, now=timezone.now(), **values)
    return _("Your vote is in. The case is decided once more than half of the panel agree.")


def _decline(request: HttpRequest, case: _Case, values: dict[str, Any]) -> str:
    decline_seat(challenge=case.challenge, by=request.user.subject, now=timezone.now())
    return _("You left the panel; the next of the lot is asked.")


_ACTIONS = {
    "vote": Action(_vote, form=lambda case, data: VoteForm(data, auto_id="v-%s")),
    "decline": Action(_decline, then=lambda case, values: reverse("contributions:challenges")),
}


def _start(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
