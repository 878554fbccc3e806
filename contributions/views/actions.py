"""What the buttons on a piece of work do: each calls one service and says what came of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contributions.forms import ApproveForm, RejectForm, ReturnForm
from contributions.models import Contribution
from contributions.services import (
    approve_contribution,
    reject_contribution,
    release_review,
    retry_contribution,
    return_contribution,
    submit_contribution,
    take_review,
    withdraw_contribution,
)
from core.formats import format_minutes
from core.http import Action


def back_of(request: HttpRequest) -> str:
    """Where the form came from, if it says so and it is a page of ours."""
    back: str = request.POST.get("next", "")
    return back if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""


def handed_in(work: Contribution) -> str:
    """What to say after handing in: it waits, or what still stops it."""
    if work.need:
        return _("Kept. It still needs one thing from you.")
    return _("Handed in. It waits for a review.")


def _withdraw(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    withdraw_contribution(contribution=work, by=request.user.subject, now=timezone.now())
    return _("Withdrawn. Nobody reviews it; you can change it and hand it in again.")


def _hand_in(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    return handed_in(submit_contribution(contribution=work, by=request.user.subject, now=timezone.now()))


def _try_again(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    work.tried_again = retry_contribution(contribution=work, by=request.user.subject, now=timezone.now())
    return _("Here are the same hours as a new entry. Change what the reviewer asked for, then hand it in.")


def _take(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    take_review(contribution=work, by=request.user.subject, now=timezone.now())
    return _("It is yours to review now; nobody else decides on it meanwhile.")


def _release(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    release_review(contribution=work, by=request.user.subject, now=timezone.now())
    return _("Back in the queue.")


def _approve(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    work.back = back_of(request)
    approval = approve_contribution(
        contribution=work,
        by=request.user.subject,
        rubric=values["rubric"],
        minutes=values["minutes"],
        reason=values["reason"],
        is_task_done=values["task_done"],
        now=timezone.now(),
    )
    said = ngettext(
        "Approved: %(hours)s on “%(task)s”, which brings %(points)s point.",
        "Approved: %(hours)s on “%(task)s”, which brings %(points)s points.",
        approval.award.points,
    )
    return said % {
        "hours": format_minutes(values["minutes"]),
        "task": work.task.title,
        "points": approval.award.points,
    }


def _return(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    work.back = back_of(request)
    return_contribution(
        contribution=work,
        by=request.user.subject,
        reason=values["reason"],
        rubric=values["rubric"],
        now=timezone.now(),
    )
    return _("Returned: “%(task)s”. The hours are kept.") % {"task": work.task.title}


def _reject(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    work.back = back_of(request)
    reject_contribution(
        contribution=work,
        by=request.user.subject,
        reason=values["reason"],
        next_step=values["next_step"],
        rubric=values["rubric"],
        now=timezone.now(),
    )
    return _("Not accepted: “%(task)s”. The contributor sees your reason and the next step.") % {
        "task": work.task.title
    }


def _to_the_queue(work: Contribution, values: dict[str, Any]) -> Any:
    """After a verdict: back to the queue it was given in."""
    return work.back or work


def _to_the_new_entry(work: Contribution, values: dict[str, Any]) -> str:
    return reverse("contributions:edit", args=[work.tried_again.pk])


#: The buttons of a contribution's page, by the name they post in `do`.
ENTRY_ACTIONS: dict[str, Action] = {
    "withdraw": Action(_withdraw),
    "hand_in": Action(_hand_in),
    "try_again": Action(_try_again, then=_to_the_new_entry),
    "take": Action(_take),
    "release": Action(_release),
    "approve": Action(_approve, form=lambda work, data: ApproveForm(data), then=_to_the_queue),
    "return": Action(_return, form=lambda work, data: ReturnForm(data), then=_to_the_queue),
    "reject": Action(_reject, form=lambda work, data: RejectForm(data), then=_to_the_queue),
}
