"""What the buttons on a piece of work do: each calls one service and says what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.queries import ids_of
from contributions.forms import ApproveForm, DisputeForm, RejectForm, ReturnForm
from contributions.models import Contribution, FeedbackSnippet
from contributions.services import (
    GivenVerdict,
    give_verdict,
    release_review,
    retry_contribution,
    submit_contribution,
    take_review,
    undo_verdict,
    withdraw_contribution,
)
from contributions.services.challenges import raise_challenge
from core.formats import format_minutes
from core.http import Action

#: A verdict in the words of the sentences that tell of it.
VERDICTS = {
    "approved": gettext_lazy("approved"),
    "returned": gettext_lazy("returned"),
    "rejected": gettext_lazy("not accepted"),
}


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


def words_of(request: HttpRequest, values: dict[str, Any]) -> str:
    """A reviewer's words, with the phrase of theirs that they chose beside them (a page without scripts can't insert it)."""
    words: str = values["reason"]
    if values["snippet"]:
        chosen = FeedbackSnippet.objects.filter(pk=values["snippet"], subject_id__in=ids_of(request.user)).first()
        if chosen is not None and chosen.words not in words:
            words = f"{words.rstrip()}\n\n{chosen.words}".lstrip()
    return words


def _approve(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    given = _judge("approved", request, work, values)
    words = {"hours": format_minutes(values["minutes"]), "task": work.task.title}
    if given.pending:
        return _("Approved: %(hours)s on “%(task)s”. Until it is posted you can undo it.") % words
    said = ngettext(
        "Approved: %(hours)s on “%(task)s”, which brings %(points)s point.",
        "Approved: %(hours)s on “%(task)s”, which brings %(points)s points.",
        given.points,
    )
    return said % {**words, "points": given.points}


def _return(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    given = _judge("returned", request, work, values)
    if given.pending:
        return _("Returned: “%(task)s”. Until it is posted you can undo it.") % {"task": work.task.title}
    return _("Returned: “%(task)s”. The hours are kept.") % {"task": work.task.title}


def _reject(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    given = _judge("rejected", request, work, values)
    if given.pending:
        return _("Not accepted: “%(task)s”. Until it is posted you can undo it.") % {"task": work.task.title}
    return _("Not accepted: “%(task)s”. The contributor sees your reason and the next step.") % {
        "task": work.task.title
    }


def _judge(verdict: str, request: HttpRequest, work: Contribution, values: dict[str, Any]) -> GivenVerdict:
    work.back = back_of(request)
    work.given = give_verdict(
        contribution=work,
        by=request.user.subject,
        verdict=verdict,
        rubric=values["rubric"],
        minutes=values["minutes"],
        reason=words_of(request, values),
        next_step=values["next_step"],
        is_task_done=values["task_done"],
        now=timezone.now(),
    )
    given: GivenVerdict = work.given
    return given


def _undo(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    work.back = back_of(request)
    undo_verdict(contribution=work, by=request.user.subject)
    return _("Undone: “%(task)s” has no verdict and is yours to judge.") % {"task": work.task.title}


def pending_rows(request: HttpRequest, given: Iterable[GivenVerdict], *, here: str) -> str:
    """The rows of verdicts that can be undone, as the queue shows them."""
    rows = [row.pending for row in given if row.pending is not None]
    for row in rows:
        row.contributor_name = ""
    context = {"pending": rows, "here": here}
    return render_to_string("contributions/_pending_rows.html", context, request=request)


def _row_of(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    return pending_rows(request, [work.given], here=work.back)


def _to_the_queue(work: Contribution, values: dict[str, Any]) -> Any:
    """After a verdict: back to the queue it was given in."""
    return work.back or work


def _to_the_new_entry(work: Contribution, values: dict[str, Any]) -> str:
    return reverse("contributions:edit", args=[work.tried_again.pk])


def _dispute(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    work.disputed = raise_challenge(
        contribution=work, by=request.user.subject, reason=values["reason"], now=timezone.now()
    )
    return _("Your words are with the case. Three people without a tie to it are drawn by lot and decide.")


def _to_the_case(work: Contribution, values: dict[str, Any]) -> Any:
    return work.disputed


#: The buttons of a contribution's page, by the name they post in `do`.
ENTRY_ACTIONS: dict[str, Action] = {
    "withdraw": Action(_withdraw),
    "hand_in": Action(_hand_in),
    "try_again": Action(_try_again, then=_to_the_new_entry),
    "take": Action(_take),
    "release": Action(_release),
    "approve": Action(_approve, form=lambda work, data: ApproveForm(data), then=_to_the_queue, fragment=_row_of),
    "return": Action(_return, form=lambda work, data: ReturnForm(data), then=_to_the_queue, fragment=_row_of),
    "reject": Action(_reject, form=lambda work, data: RejectForm(data), then=_to_the_queue, fragment=_row_of),
    "dispute": Action(_dispute, form=lambda work, data: DisputeForm(data), then=_to_the_case),
    "undo": Action(_undo, then=_to_the_queue),
}
