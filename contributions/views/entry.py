"""The page of one piece of work: what it is, how it stands, what its reader can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contributions.forms import RUBRIC, DisputeForm, EditForm, VerdictForm
from contributions.models import Challenge, Contribution, PendingVerdict, Review, TimeEntry
from contributions.models.contribution import Need
from contributions.queries.challenges import dispute_until
from contributions.queries.own import tasks_to_log_on
from contributions.queries.review_queue import snippets_of
from contributions.rules import CREDITED, EDITABLE
from contributions.views.actions import ENTRY_ACTIONS
from contributions.views.arithmetic import Explanation, explain
from contributions.views.story import name_of, story_of
from core.http import perform
from core.prepared import first_of, prepared
from core.timeline import history_of
from guilds.models import Guild
from guilds.queries import current_policy, viewer_in
from reputation.models import Transfer

#: So long after logging, taking back is called Undo.
UNDO_TIME = timedelta(minutes=10)
#: States of decided work.
_DISPUTED_IN = CREDITED | {Contribution.State.REJECTED}
_WAITING = (Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW)
#: The fields that mend each need; the rest of the entry goes along unseen.
MENDS: dict[str, tuple[str, ...]] = {
    Need.EVIDENCE: ("note", "link"),
    Need.DAY_FULL: ("worked_on", "minutes"),
    Need.OVERLAP: ("worked_on", "started", "minutes"),
    Need.FUTURE: ("worked_on",),
    Need.TASK_TAKEN: ("task",),
    Need.TASK_CLOSED: ("task",),
}


@dataclass(frozen=True)
class Reader:
    """What this reader may see: all of it, or (members of the guild) hours and verdict."""

    ids: tuple[UUID, ...]
    is_owner: bool
    may_review: bool

    @property
    def reads_details(self) -> bool:
        return self.is_owner or self.may_review


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contribution(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One contribution for its owner, its reviewers or its guild; for everybody else it isn't there."""
    is_pressed = request.method == "POST"
    work = _found(_pressed(pk)) if is_pressed else find_work(pk)
    reader = reader_of(request, work)
    if is_pressed:
        return perform(request, work, ENTRY_ACTIONS, _show_again)
    return show_entry(request, work, reader=reader)


def _show_again(request: HttpRequest, work: Contribution, forms: dict[str, Any]) -> HttpResponse:
    """The page as things stand now: what refused the form may have changed what can be done."""
    return show_entry(request, find_work(work.pk), forms)


def find_work(pk: UUID) -> Contribution:
    """The contribution with its steps, people and task, in one statement; 404 otherwise."""
    return _found(_work(pk))


def _found(rows: list[Contribution]) -> Contribution:
    found = first_of(rows)
    if found is None:
        raise Http404
    return found


@prepared
def _pressed(pk: UUID) -> QuerySet[Contribution]:
    """What a button needs: whose work on what. Its service reads the rest under its lock."""
    return Contribution.objects.select_related("task").filter(pk=pk)


@prepared
def _work(pk: UUID) -> QuerySet[Contribution]:
    with_it = ("task", "project", "guild", "subject__profile", "reviewer__profile", "pending_verdict")
    return Contribution.objects.select_related(*with_it).annotate(history=history_of()).filter(pk=pk)


def reader_of(request: HttpRequest, work: Contribution) -> Reader:
    """Who is reading; 404 for those to whom this work is nothing. Drafts are their owner's alone."""
    viewer = viewer_in(request.user, work.guild_id, timezone.now())
    if viewer.is_person(work.subject_id):
        return Reader(viewer.ids, is_owner=True, may_review=False)
    is_private = work.state in (Contribution.State.DRAFT, Contribution.State.WITHDRAWN)
    if is_private or not (viewer.is_reviewer or viewer.sees_names):
        raise Http404
    return Reader(viewer.ids, is_owner=False, may_review=viewer.is_reviewer)


def show_entry(
    request: HttpRequest,
    work: Contribution,
    forms: dict[str, Any] | None = None,
    *,
    reader: Reader | None = None,
) -> HttpResponse:
    """Render the page; `forms` are the forms that could not be accepted, by action."""
    reader = reader or reader_of(request, work)
    entries = list(work.entries.all())
    minutes = sum(entry.minutes for entry in entries)
    reviews = list(work.reviews.select_related("reviewer__profile").order_by("decided_at"))
    credit = next(
        (review for review in reviews if review.verdict == Review.Verdict.APPROVED and not review.overturned_at), None
    )
    context: dict[str, Any] = {
        "work": work,
        "reader": reader,
        "entries": entries,
        "minutes": minutes,
        "credit": credit,
        "steps": story_of(work, reviews, reads_details=reader.reads_details, is_own=reader.is_owner),
        "contributor_name": name_of(work.subject),
        "is_imported": work.source == Contribution.Source.IMPORTED,
        "refusals": [error for form in (forms or {}).values() for error in form.non_field_errors()],
    }
    if reader.reads_details:
        context["why"] = explanation_of(work)
        context |= _dispute_context(work, reviews, reader, forms or {})
    if reader.is_owner:
        context |= _owner_context(work, entries, reviews, reader, asked_day=request.GET.get("day", ""))
    elif reader.may_review and work.state in _WAITING:
        context |= _reviewer_context(work, minutes, reader, forms or {})
    return render(request, "contributions/contribution.html", context)


def _dispute_context(
    work: Contribution, reviews: list[Review], reader: Reader, forms: dict[str, Any]
) -> dict[str, Any]:
    """The case about its verdict, or the form to open one while that is possible."""
    if work.state not in _DISPUTED_IN or work.source == Contribution.Source.IMPORTED:
        return {}
    challenge = Challenge.objects.filter(contribution=work).first()
    if challenge is not None:
        return {"challenge": challenge, "changed": _changes(reviews)}
    verdict = next((review for review in reversed(reviews) if review.verdict != Review.Verdict.RETURNED), None)
    is_open = verdict is not None and (reader.is_owner or work.state != Contribution.State.REJECTED)
    until = dispute_until(work, verdict) if verdict and is_open else None
    if until is None or until <= timezone.now():
        return {}
    form = next((form for form in forms.values() if isinstance(form, DisputeForm)), None)
    return {"dispute_form": form or DisputeForm(auto_id="d-%s"), "dispute_until": until - timedelta(seconds=1)}


def _changes(reviews: list[Review]) -> list[tuple[Review, Review]]:
    """What a panel put in the place of what: pairs of the overturned verdict and the one that stands."""
    before = next((review for review in reviews if review.overturned_at), None)
    return [(before, reviews[-1])] if before is not None else []


def _owner_context(
    work: Contribution, entries: list[TimeEntry], reviews: list[Review], reader: Reader, *, asked_day: str
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "can_edit": work.state in EDITABLE,
        "last_review": reviews[-1] if reviews else None,
        "can_undo": work.state in _WAITING and timezone.now() - work.created_at < UNDO_TIME,
        "can_withdraw": Contribution.State.WITHDRAWN in Contribution.TRANSITIONS[work.state],
    }
    fields = _mending_fields(work)
    if fields and len(entries) == 1:
        form = EditForm(initial=initial_of(work, entries))
        if work.need == Need.FUTURE:
            form.initial["worked_on"] = _right_day(work, asked_day)
        if "task" in fields:
            form.offer(tasks_to_log_on(reader.ids))
        kept = [name for name in form.fields if name not in fields]
        for name in kept:
            # Hidden by its widget, not only as it is drawn: then it points to no hint that isn't there.
            form.fields[name].widget = forms.HiddenInput()
        context["mend_form"] = form
        context["mend_fields"] = [form[name] for name in fields]
        context["kept_fields"] = [form[name] for name in kept]
    return context


def _right_day(work: Contribution, asked: str) -> date:
    """The day that a form about hours of the future begins with: the phone's, which knows by now that its clock was
    wrong and when it was typed, else the day on which it arrived."""
    arrived = timezone.localdate(work.created_at)
    try:
        return min(date.fromisoformat(asked), arrived)
    except ValueError:
        return arrived


def _mending_fields(work: Contribution) -> tuple[str, ...]:
    if work.need:
        return MENDS.get(work.need, ())
    return ("note", "link") if work.state == Contribution.State.RETURNED else ()


def _reviewer_context(work: Contribution, minutes: int, reader: Reader, forms: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    taken_until = None
    if work.reviewer_id and work.reviewer_id not in reader.ids and work.taken_at:
        days = current_policy(work.guild_id, now).review_reassign_days
        taken_until = work.taken_at + timedelta(days=days)
    form = next((form for form in forms.values() if isinstance(form, VerdictForm)), None)
    pending: PendingVerdict | None = getattr(work, "pending_verdict", None)
    if pending is not None:
        return {"waits": pending, "is_my_verdict": pending.reviewer_id in reader.ids}
    return {
        "snippets": snippets_of(reader.ids),
        "verdict_form": form or VerdictForm(initial={"minutes": minutes}),
        "can_judge": work.guild.state == Guild.State.OPEN and not (taken_until and taken_until > now),
        "taken_until": taken_until,
        "rubric": RUBRIC,
        "is_mine": work.reviewer_id in reader.ids,
    }


def initial_of(work: Contribution, entries: list[TimeEntry]) -> dict[str, Any]:
    """What a form about this work begins with; `entries` is its single entry."""
    entry = entries[0]
    return {
        "task": work.task_id,
        "note": work.note,
        "link": work.link,
        "worked_on": entry.worked_on,
        "minutes": entry.minutes,
        "started": timezone.localtime(entry.started_at).time() if entry.started_at else None,
    }


def explanation_of(work: Contribution) -> Explanation | None:
    """The arithmetic behind its points, as the ledger keeps it; None where no points were posted."""
    if not work.points:
        return None
    posted = Transfer.objects.filter(source_id=work.pk, source_kind="contribution").order_by("sequence")
    arithmetic = posted.values_list("arithmetic", flat=True).first()
    return explain(arithmetic) if arithmetic else None
