"""The page where an hour is logged in two taps."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from contributions.forms import LogForm
from contributions.models import Contribution
from contributions.queries.own import tasks_to_log_on
from contributions.services import ClientIdReused, LoggedHours, log_hours
from core.formats import format_minutes
from core.http import attempt
from core.ids import uuid7
from guilds.models import Membership


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """Show the form, or store what was typed and lead to the stored entry. `?task=` presets a task."""
    if request.method != "POST":
        tasks = tasks_to_log_on(ids_of(request.user), wanted=_uuid(request.GET.get("task", "")))
        return _show(request, LogForm(today=timezone.localdate(), tasks=tasks), has_tasks=bool(tasks))
    form = LogForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return _show_again(request, form)
    values = form.cleaned_data
    with attempt(request, form) as tried:
        logged = log_hours(
            by=request.user.subject,
            client_id=values["client_id"],
            task=values["task"],
            entries=[form.entry()],
            now=timezone.now(),
            note=values["note"],
            link=values["link"],
        )
    if isinstance(tried.refusal, ClientIdReused):
        return _show_reused(request, values["client_id"])
    if not tried.went_through:
        return _show_again(request, form)
    _tell(request, logged, form.entry().minutes)
    return redirect(logged.contribution)


def _tell(request: HttpRequest, logged: LoggedHours, minutes: int) -> None:
    if not logged.is_new:
        messages.info(request, _("We already have this entry. It counts once."))
        return
    stored = _("Stored: %(hours)s on “%(task)s”.") % {
        "hours": format_minutes(minutes),
        "task": logged.contribution.task.title,
    }
    messages.success(request, stored)


def _show(request: HttpRequest, form: LogForm, *, has_tasks: bool = True, status: int = 200) -> HttpResponse:
    context: dict[str, object] = {"form": form, "has_tasks": has_tasks}
    if not has_tasks:
        mine = Membership.objects.filter(subject_id__in=ids_of(request.user), left_at__isnull=True)
        context["is_member"] = mine.exists()
    return render(request, "contributions/log.html", context, status=status)


def _show_again(request: HttpRequest, form: LogForm, status: int = 200) -> HttpResponse:
    form.offer(tasks_to_log_on(ids_of(request.user), wanted=_uuid(request.POST.get("task", ""))))
    return _show(request, form, status=status)


def _show_reused(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """The page had logged one entry already and now sent another: keep what was typed, under a new id."""
    data = request.POST.copy()
    data["client_id"] = str(uuid7())
    form = LogForm(data, today=timezone.localdate())
    form.is_valid()
    form.add_error(
        None,
        _(
            "This page logged an entry before, and this one says something else. If it is another piece of work, press "
            "the button once more. If you wanted to correct the first one, open it in “My hours”."
        ),
    )
    form.stored_before = Contribution.objects.filter(subject_id__in=ids_of(request.user), client_id=client_id).first()
    return _show_again(request, form, status=409)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
