"""Judging over the API: what waits, taking it, giving a verdict and undoing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from contributions.api.reach import shown_work, work_for
from contributions.api.shapes import (
    HoursShape,
    OutcomesShape,
    ReviewsQuery,
    VerdictShape,
    VerdictsShape,
    WaitingShape,
)
from contributions.models import Contribution
from contributions.permissions import how_to_review
from contributions.queries.review_queue import review_queue, waiting_work
from contributions.services import (
    give_verdict,
    give_verdicts,
    release_review,
    take_review,
    undo_verdict,
)
from core.api.endpoints import Endpoint, reads, writes
from core.api.held_links import hold_links
from core.api.paging import Listing, Order, cut
from core.errors import PermissionRefused
from guilds.api.reach import own_ids
from guilds.queries import guilds_reviewed_by
from projects.models import Project

SCOPE = "reviews:write"
_OLDEST = Order(("submitted_at", "pk"), (datetime.fromisoformat, UUID))


class Queue(Endpoint):
    """What waits for a review."""

    @reads("list_reviews", WaitingShape, query=ReviewsQuery, order=_OLDEST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List others' work that waits for your review, the oldest first. For reviewers."""
        now, ids = timezone.now(), own_ids(request)
        guilds = guilds_reviewed_by(ids, now)
        if slug := values.get("project"):
            project = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
            if project.guild_id not in guilds:
                raise PermissionRefused(
                    _("Only reviewers of %(guild)s can see this queue. %(help)s")
                    % {
                        "guild": project.guild.name,
                        "help": how_to_review(request.user.subject, project.guild, now),
                    }
                )
            works = waiting_work([project.guild_id], project_id=project.pk)
        elif guilds:
            works = waiting_work(guilds)
        else:
            raise PermissionRefused(
                _("Only reviewers have a queue. A steward of your guild can make you one, and so does enough standing.")
            )
        found = review_queue(works, ids, now=now, after=values["after"], limit=values["limit"])
        hold_links(found, ids, lambda work: True)
        return cut(found, values["limit"], ["submitted_at", "pk"])


class Taking(Endpoint):
    """Taking work out of the queue."""

    @writes("take_review", scope=SCOPE, answer=HoursShape)
    def post(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Take work for review; nobody else decides on it meanwhile."""
        take_review(contribution=work_for(request, pk), by=request.user.subject, now=timezone.now())
        return shown_work(pk, request)


class Releasing(Endpoint):
    """Putting it back."""

    @writes("release_review", scope=SCOPE, answer=HoursShape)
    def post(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Put work that you took back into the queue."""
        release_review(contribution=work_for(request, pk), by=request.user.subject, now=timezone.now())
        return shown_work(pk, request)


class Judging(Endpoint):
    """A verdict."""

    @writes("give_verdict", scope=SCOPE, body=VerdictShape, answer=HoursShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> dict[str, Any]:
        """Approve, return or reject work. Until `pending_verdict.posted_at` you can undo it."""
        work = work_for(request, pk)
        give_verdict(contribution=work, by=request.user.subject, now=timezone.now(), **values)
        return shown_work(pk, request)


class Undoing(Endpoint):
    """Taking a verdict back."""

    @writes("undo_verdict", scope=SCOPE, answer=HoursShape)
    def post(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Undo a verdict of yours that is not posted yet."""
        undo_verdict(contribution=work_for(request, pk), by=request.user.subject)
        return shown_work(pk, request)


class JudgingMany(Endpoint):
    """One verdict on several pieces."""

    @writes("give_verdicts", scope=SCOPE, body=VerdictsShape, answer=OutcomesShape)
    def post(self, request: Request, values: dict[str, Any]) -> dict[str, Any]:
        """Give one verdict on several small pieces of one task; each stands for itself."""
        guilds = guilds_reviewed_by(own_ids(request), timezone.now())
        chosen = values.pop("contributions")
        works = list(Contribution.objects.filter(pk__in=chosen, guild_id__in=guilds))
        if len(works) < len(set(chosen)):
            raise PermissionRefused(_("Some of this isn't yours to review. Nothing was decided."))
        given = give_verdicts(contributions=works, by=request.user.subject, now=timezone.now(), **values)
        return {"outcomes": given}
