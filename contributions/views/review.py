"""The queues of a reviewer, everything that waits for them or one project's, with the verdicts they can still undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from contributions.forms import RUBRIC, ApproveForm, BatchForm, RejectForm, ReturnForm, VerdictForm
from contributions.models import Contribution
from contributions.permissions import how_to_review
from contributions.queries.looks import count_looks, given_to
from contributions.queries.review_queue import (
    batches_of,
    queue_ages,
    review_queue,
    snippets_of,
    verdicts_to_undo,
    waiting_work,
)
from contributions.services import GivenVerdict, NotOneBatch, give_verdicts
from contributions.views.actions import VERDICTS, pending_rows, words_of
from contributions.views.pictures import ages_picture
from core.errors import PermissionRefused
from core.http import Action, perform
from guilds.queries import guilds_reviewed_by
from projects.models import Project

PAGE = 20


@dataclass
class Queue:
    """One queue as this request sees it: what waits in it, and what came of the batch that was judged."""

    path: str
    guild_ids: Sequence[UUID]
    works: QuerySet[Contribution]
    project: Project | None = None
    given: Sequence[GivenVerdict] = field(default_factory=tuple)

    def get_absolute_url(self) -> str:
        """Back to where the batch was judged."""
        return self.path


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits in all guilds where the person may review."""
    guilds = guilds_reviewed_by(ids_of(request.user), timezone.now())
    if not guilds:
        raise PermissionRefused(
            _("Only reviewers have a queue. A steward of your guild can make you one, and so does enough standing.")
        )
    return _answer(request, Queue(request.get_full_path(), guilds, waiting_work(guilds)))


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
    works = waiting_work([project.guild_id], project_id=project.pk)
    return _answer(request, Queue(request.get_full_path(), [project.guild_id], works, project))


def _answer(request: HttpRequest, queue: Queue) -> HttpResponse:
    if request.method == "POST":
        return perform(request, queue, _BATCH_ACTIONS, _show)
    return _show(request, queue, {})


def _show(request: HttpRequest, queue: Queue, forms: dict[str, Any]) -> HttpResponse:
    """The queue, oldest first; `forms` holds the form of a batch that could not be accepted."""
    after = _cursor(request.GET.get("after", ""))
    ids = ids_of(request.user)
    now = timezone.now()
    found = review_queue(queue.works, ids, now=now, after=after, limit=PAGE)
    shown = found[:PAGE]
    ages = queue_ages(queue.works, ids, now=now)
    last = shown[-1] if len(found) > PAGE else None
    refused = next(iter(forms.values()), None)
    context = {
        "project": queue.project,
        "batches": [(batch, _form_of(batch, refused)) for batch in batches_of(shown)],
        "errors": [error for errors in refused.errors.values() for error in errors] if refused else [],
        "pending": verdicts_to_undo(ids),
        "snippets": snippets_of(ids),
        "given": given_to(ids) if queue.project is None and after is None else [],
        "second_looks": count_looks(ids, queue.guild_ids) if queue.project is None else 0,
        "waiting": ages.others,
        "own_waiting": ages.own,
        "ages": ages_picture(ages, now=now, url=request.path, cursors=True) if ages.others else None,
        "rubric": RUBRIC,
        "keys": _keys(),
        "here": queue.path,
        "next_url": f"{request.path}?{_key_of(last)}" if last else "",
        "previous_url": request.path if after else "",
    }
    return render(request, "contributions/review_queue.html", context)


def _form_of(batch: Sequence[Contribution], refused: VerdictForm | None) -> VerdictForm:
    """What was typed into this batch's form, if it came back; otherwise an empty one."""
    if refused is not None and str(batch[0].pk) in refused.data.getlist("chosen"):
        refused.auto_id = f"v-{batch[0].pk}-%s"
        return refused
    return VerdictForm(initial={"minutes": batch[0].minutes}, auto_id=f"v-{batch[0].pk}-%s")


def _judge(verdict: str, request: HttpRequest, queue: Queue, values: dict[str, Any]) -> str:
    """Give one verdict on the ticked pieces; what could not be judged is said piece by piece."""
    # Only of guilds in which this person reviews: a refusal would tell of somebody else's task.
    works = list(Contribution.objects.filter(pk__in=values["chosen"], guild_id__in=queue.guild_ids))
    queue.given = give_verdicts(
        contributions=works,
        by=request.user.subject,
        verdict=verdict,
        rubric=values["rubric"],
        reason=words_of(request, values),
        next_step=values["next_step"],
        is_task_done=values["task_done"],
        now=timezone.now(),
    )
    refused = [outcome for outcome in queue.given if outcome.refusal]
    done = len(queue.given) - len(refused)
    if not done:
        said = dict.fromkeys(outcome.refusal for outcome in refused)
        raise NotOneBatch(" ".join(said) or _("None of them is there any more. Reload the page."))
    for outcome in refused:
        messages.error(request, f"“{outcome.contribution.task.title}”: {outcome.refusal}")
    return ngettext(
        "Judged %(n)s piece of work: %(verdict)s. Until it is posted you can undo it.",
        "Judged %(n)s pieces of work: %(verdict)s. Until they are posted you can undo them.",
        done,
    ) % {"n": done, "verdict": VERDICTS[verdict]}


def _batch_action(verdict: str, form: type[VerdictForm]) -> Action:
    def read(_queue: Queue, data: QueryDict | None) -> BatchForm:
        return BatchForm(data, form.needs)

    def judge(request: HttpRequest, queue: Queue, values: dict[str, Any]) -> str:
        return _judge(verdict, request, queue, values)

    def fragment(request: HttpRequest, queue: Queue, _values: dict[str, Any]) -> str:
        return pending_rows(request, queue.given, here=queue.path)

    return Action(judge, form=read, fragment=fragment)


#: The buttons of a batch, by the name they post in `do`.
_BATCH_ACTIONS = {
    "approve": _batch_action("approved", ApproveForm),
    "return": _batch_action("returned", ReturnForm),
    "reject": _batch_action("rejected", RejectForm),
}


def _keys() -> list[tuple[str, str]]:
    """What `static/js/review.js` listens to."""
    return [
        ("j k", _("move")),
        ("1–5", _("rate")),
        ("a", _("approve")),
        ("Shift 2–5", _("rate and approve at once")),
        ("r", _("return")),
        ("x", _("don't accept")),
        ("s", _("a phrase of yours, then its number")),
        ("u", _("undo the last verdict")),
        ("Enter", _("open")),
        ("Esc", _("leave a box of words")),
        ("?", _("these keys")),
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
