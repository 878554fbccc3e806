"""The templates that tasks of a guild begin from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm, Form, HiddenInput, UUIDField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.http import Action, perform
from projects import queries
from projects.models import Project, TaskTemplate
from projects.permissions import check_can_maintain
from projects.services import retire_task_template
from projects.services.templates import TEMPLATE_FIELDS
from projects.starter_templates import STARTER_TEMPLATES, starter_template


class RetireForm(Form):
    """Which template is to go."""

    template = UUIDField(widget=HiddenInput)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def task_templates(request: HttpRequest, slug: str) -> HttpResponse:
    """The guild's own templates and those that every guild has, to begin a task of this project from."""
    project = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
    check_can_maintain(request.user.subject, project, timezone.now())
    if request.method == "POST":
        return perform(request, project, ACTIONS, _show)
    return _show(request, project)


def _show(request: HttpRequest, project: Project, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    return render(
        request,
        "projects/task_templates.html",
        {"project": project, "templates": queries.templates_of(project.guild_id), "starters": STARTER_TEMPLATES},
    )


def begun_from(project: Project, name: str) -> dict[str, Any]:
    """What a new task's form begins with: the template of that id or word, or nothing when there is none (any more)."""
    if starter := starter_template(name):
        return starter.initial()
    try:
        pk = UUID(name)
    except ValueError:
        return {}
    found = TaskTemplate.objects.filter(pk=pk, guild_id=project.guild_id, retired_at__isnull=True).first()
    return {field: getattr(found, field) for field in TEMPLATE_FIELDS} if found else {}


def _retire_form(project: Project, data: QueryDict | None = None) -> RetireForm:
    return RetireForm(data)


def _retire(request: HttpRequest, project: Project, values: dict[str, Any]) -> str:
    found = get_object_or_404(TaskTemplate, pk=values["template"], guild_id=project.guild_id)
    retire_task_template(template=found, by=request.user.subject, now=timezone.now())
    return _("Offered no more. Tasks that were made from it stay.")


def _to_templates(project: Project, values: dict[str, Any]) -> str:
    return reverse("projects:task_templates", args=[project.slug])


ACTIONS = {"retire": Action(_retire, form=_retire_form, then=_to_templates)}
