"""A project's history for its maintainers: upload, preview, progress, and accepting sessions in bulk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import ids_of
from contributions.history.forms import AcceptForm, UploadForm
from contributions.history.reading import HistoryUnreadable
from contributions.models import HistoryAcceptance, HistoryImport
from contributions.permissions import check_can_import
from contributions.queries.history import history_counts, proposed_people
from contributions.services.history import take_back_import
from contributions.services.history_acceptance import start_acceptance
from contributions.services.history_uploads import count_upload, discard_import, start_import, upload_history
from core.errors import DomainError
from core.http import Action, attempt, perform
from projects.models import Project

_RECENT = 10


@dataclass
class HistoryPage:
    """The history page of one project, as the thing its buttons act on."""

    project: Project
    files: MultiValueDict[str, UploadedFile] = field(default_factory=MultiValueDict)

    def get_absolute_url(self) -> str:
        """Where its buttons lead back to."""
        return reverse("contributions:history", args=[self.project.slug])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """What was brought, what waits to be accepted, and the form that brings more; for maintainers."""
    page = HistoryPage(_project(request, slug), request.FILES)
    if request.method == "POST" and request.POST.get("do") == "upload":
        return _upload(request, page)
    if request.method == "POST":
        return perform(request, page, _PAGE_ACTIONS, _show)
    return _show(request, page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def history_import(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """One history: what it holds and would bring, how far its reading is, and what can be done about it."""
    found = _import(request, slug, pk)
    if request.method == "POST":
        return perform(request, found, _IMPORT_ACTIONS, _show_import)
    return _show_import(request, found)


@login_required
@require_safe
def import_progress(request: HttpRequest, slug: str, pk: UUID) -> JsonResponse:
    """How far the reading of a history is, for the progress bar."""
    found = _import(request, slug, pk)
    return _progress(found, found.state == HistoryImport.State.RUNNING)


@login_required
@require_safe
def acceptance_progress(request: HttpRequest, slug: str, pk: UUID) -> JsonResponse:
    """How far the crediting of accepted sessions is, for the progress bar."""
    found = get_object_or_404(HistoryAcceptance, project=_project(request, slug), pk=pk)
    return _progress(found, found.state == HistoryAcceptance.State.RUNNING)


def _project(request: HttpRequest, slug: str) -> Project:
    project = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
    check_can_import(request.user.subject, project.guild, timezone.now())
    return project


def _import(request: HttpRequest, slug: str, pk: UUID) -> HistoryImport:
    project = _project(request, slug)
    found = get_object_or_404(HistoryImport.objects.defer("data"), project=project, pk=pk)
    found.project = project
    return found


def _progress(row: HistoryImport | HistoryAcceptance, is_running: bool) -> JsonResponse:
    message = _("%(done)s of %(total)s") % {"done": row.done, "total": row.total}
    return JsonResponse({"done": row.done, "total": row.total, "message": message, "finished": not is_running})


def _show(request: HttpRequest, page: HistoryPage, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    project = page.project
    people = proposed_people(project.pk, ids_of(request.user))
    others = [person for person in people if not person.is_own]
    last = HistoryAcceptance.objects.filter(project=project).order_by("-pk").first()
    # Through the project, so that each row knows it without asking: their addresses need its slug.
    imports = project.history_imports.exclude(state=HistoryImport.State.DISCARDED)
    context = {
        "project": project,
        "people": people,
        "sessions": sum(person.sessions for person in others),
        "minutes": sum(person.minutes for person in others),
        "own_sessions": sum(person.sessions for person in people if person.is_own),
        "imports": imports.defer("data").order_by("-pk")[:_RECENT],
        "acceptance": last,
        "counts": history_counts(project.pk),
        "form": (typed or {}).get("upload") or UploadForm(),
    }
    return render(request, "contributions/history.html", context)


def _show_import(request: HttpRequest, found: HistoryImport, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    days = {name: found.summary.get(name) for name in ("first_on", "last_on")}
    context = {
        "history": found,
        "summary": found.summary,
        "project": found.project,
        **{name: date.fromisoformat(day) for name, day in days.items() if day},
    }
    return render(request, "contributions/history_import.html", context)


def _upload(request: HttpRequest, page: HistoryPage) -> HttpResponse:
    """Keep the file and show what it would bring; or show, line by line, what is wrong with it."""
    form = UploadForm(request.POST, page.files)
    if form.is_valid():
        file: UploadedFile = form.cleaned_data["file"]
        with attempt(request, form) as tried:
            count_upload(by=request.user.subject, now=timezone.now())
            row = upload_history(
                project=page.project,
                by=request.user.subject,
                file_name=file.name or "",
                data=file.read(),
                now=timezone.now(),
            )
            return redirect(row)
        if isinstance(tried.refusal, HistoryUnreadable):
            for line in tried.refusal.lines:
                form.add_error(None, line)
    return _show(request, page, {"upload": form})


def _accept(request: HttpRequest, page: HistoryPage, values: dict[str, Any]) -> str:
    form = AcceptForm(request.POST)
    if not form.is_valid():
        raise DomainError(_("This page has no such person. Reload it."))
    acceptance = start_acceptance(
        project=page.project,
        by=request.user.subject,
        now=timezone.now(),
        subject_id=form.cleaned_data["subject"],
    )
    said = ngettext(
        "Accepted: %(sessions)s session is being credited now.",
        "Accepted: %(sessions)s sessions are being credited now.",
        acceptance.total,
    )
    return said % {"sessions": acceptance.total}


def _start(request: HttpRequest, found: HistoryImport, values: dict[str, Any]) -> str:
    start_import(history_import=found, by=request.user.subject, now=timezone.now())
    return _("The history is being read. You can leave this page; it goes on without you.")


def _discard(request: HttpRequest, found: HistoryImport, values: dict[str, Any]) -> str:
    discard_import(history_import=found, by=request.user.subject, now=timezone.now())
    return _("Thrown away. Nothing of the file is kept.")


def _take_back(request: HttpRequest, found: HistoryImport, values: dict[str, Any]) -> str:
    take_back_import(history_import=found, by=request.user.subject, now=timezone.now())
    return _("Taken back: its commits, its sessions and the names only it had brought are gone.")


def _to_the_page(found: HistoryImport, values: dict[str, Any]) -> str:
    return reverse("contributions:history", args=[found.project.slug])


_PAGE_ACTIONS = {"accept": Action(_accept)}
_IMPORT_ACTIONS = {
    "start": Action(_start),
    "discard": Action(_discard, then=_to_the_page),
    "take_back": Action(_take_back, then=_to_the_page),
}
