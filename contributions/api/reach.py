"""Which work a sender may see, and how much of it: the same as on its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request

from contributions.models import Contribution, PendingVerdict
from contributions.views.entry import Reader, find_work, name_of, reader_of
from core.written import holds_links


def work_for(request: Request, pk: UUID) -> Contribution:
    """A piece of work: its owner's, its reviewers' or its guild's. Raises Http404 for everybody else."""
    work = find_work(pk)
    reader_of(request, work)
    return work


def shown_work(pk: UUID, request: Request) -> dict[str, Any]:
    """The work as it is now. Words, ratings and clock times are for its owner and its reviewers."""
    work = find_work(pk)
    reader = reader_of(request, work)
    entries = list(work.entries.order_by("worked_on", "pk"))
    pending = PendingVerdict.objects.filter(pk=pk).first() if reader.may_review else None
    told: dict[str, Any] = {
        "pk": work.pk,
        "client_id": work.client_id if reader.is_owner else None,
        "guild": work.guild.slug,
        "project": work.project.slug,
        "task": work.task_id,
        "task_title": work.task.title,
        "contributor": {"name": name_of(work.subject), "is_you": reader.is_owner},
        "need_says": str(work.get_need_display()) if reader.is_owner else "",
        "minutes": sum(entry.minutes for entry in entries),
        "entries": [_entry(entry, reader) for entry in entries],
        "reviews": [_review(review, reader) for review in work.reviews.order_by("decided_at")],
        "pending_verdict": pending and {"verdict": pending.verdict, "posted_at": pending.effective_at},
    }
    for name in ("state", "source", "created_at", "submitted_at", "decided_at", "minutes_credited", "points"):
        told[name] = getattr(work, name)
    told["need"] = work.need if reader.is_owner else ""
    told["note"] = work.note if reader.reads_details else ""
    told["link"] = work.link if reader.reads_details else ""
    told["links_held"] = holds_links(work) and not reader.is_owner
    return told


def _entry(entry: Any, reader: Reader) -> dict[str, Any]:
    return {
        "worked_on": entry.worked_on,
        "minutes": entry.minutes,
        "started_at": entry.started_at if reader.reads_details else None,
    }


def _review(review: Any, reader: Reader) -> dict[str, Any]:
    told = {name: getattr(review, name) for name in ("verdict", "decided_at", "minutes_approved")}
    details = {"rubric": None, "reason": "", "next_step": ""}
    if reader.reads_details:
        details = {name: getattr(review, name) for name in details}
    return {**told, **details}
