"""The queues of a reviewer: everything that waits for them, or one project's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from contributions.forms import RUBRIC, BulkForm, VerdictForm
from contributions.models import Contribution
from contributions.permissions import how_to_review
from contributions.queries.review_queue import count_waiting, review_queue, waiting_work
from contributions.services import approve_contribution
from core.errors import DomainError, PermissionRefused
from guilds.queries import guilds_reviewed_by
from projects.models import Project

PAGE = 20


@dataclass(frozen=True)
class Outcome:
    """What became of one ticked piece of work: the points it brought, or why it was refused."""

    work: Contribution
    points: int = 0
    refusal: str = ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits in all guilds where the person may review."""
    guilds = guilds_reviewed_by(ids_of(request.user), timezone.now())
    if not guilds:
        raise PermissionRefused(
            _("Only reviewers have a queue. A steward of your guild can make you one, and so does enough standing.")
        )
    return _queue(request, waiting_work(guilds))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project_reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits in one project, for reviewers of its guild."""
    project = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
    now = timezone.now()
    if project.guild_id not in guilds_reviewed_by(ids_of(request.user), now):
        raise PermissionRefused(
            _("Only reviewers of %(guild)s can see this queue. %(help)s")
            % {"guild": project.guild.name, "help": how_to_review(request.user.subject, project.guild, now)}
        )
    return _queue(request, waiting_work([project.guild_id], project_id=project.pk), project)


def _queue(request: HttpRequest, works: QuerySet[Contribution], project: Project | None = None) -> HttpResponse:
    context: dict[str, Any] = {"project": project}
    if request.method == "POST":
        form = BulkForm(request.POST)
        if form.is_valid():
            chosen = form.cleaned_data["chosen"]
            context["outcomes"] = _approve_each(request, chosen, form.cleaned_data["rubric"])
        else:
            context["bulk_errors"] = [error for errors in form.errors.values() for error in errors]
    after = _cursor(request.GET.get("after", ""))
    ids = ids_of(request.user)
    found = review_queue(works, ids, now=timezone.now(), after=after, limit=PAGE)
    shown = found[:PAGE]
    waiting, own = count_waiting(works, ids)
    here = request.path
    last = shown[-1] if len(found) > PAGE else None
    context |= {
        "items": [(work, VerdictForm(initial={"minutes": work.minutes}, auto_id=f"v-{work.pk}-%s")) for work in shown],
        "waiting": waiting,
        "own_waiting": own,
        "rubric": RUBRIC,
        "keys": _keys(),
        "here": request.get_full_path(),
        "next_url": f"{here}?{_key_of(last)}" if last else "",
        "previous_url": here if after else "",
    }
    return render(request, "contributions/review_queue.html", context)


def _approve_each(request: HttpRequest, chosen: Collection[str], rubric: int) -> list[Outcome]:
    """Approve what was ticked, at the minutes claimed; each in its own transaction, so one refusal stops no other."""
    outcomes = []
    # Only of guilds in which this person reviews: a refusal would tell the title of somebody else's task.
    mine = guilds_reviewed_by(ids_of(request.user), timezone.now())
    ticked = Contribution.objects.filter(pk__in=chosen, guild_id__in=mine).select_related("task")
    for work in ticked.annotate(minutes=Sum("entries__minutes")).order_by("submitted_at", "pk"):
        try:
            approval = approve_contribution(
                contribution=work,
                by=request.user.subject,
                rubric=rubric,
                minutes=work.minutes,
                now=timezone.now(),
            )
        except DomainError as refusal:
            outcomes.append(Outcome(work, refusal=refusal.message))
        else:
            outcomes.append(Outcome(work, points=approval.award.points))
    return outcomes


def _keys() -> list[tuple[str, str]]:
    """What `static/js/review.js` listens to."""
    return [
        ("j k", _("move")),
        ("1–5", _("rate")),
        ("a", _("approve")),
        ("r", _("return")),
        ("x", _("tick")),
        ("Enter", _("open")),
    ]


def _key_of(work: Contribution) -> str:
    return urlencode({"after": f"{work.submitted_at.isoformat()}_{work.pk}"})


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    """The entry to go on after; None for the first page and for anything that isn't a key."""
    moment, _line, key = text.partition("_")
    try:
        at, last = datetime.fromisoformat(moment), UUID(key)
    except ValueError:
        return None
    return (at, last) if at.tzinfo else None
