"""Changing one's own hours while they are a draft, returned or withdrawn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contributions.forms import EditForm
from contributions.models import Contribution, Review
from contributions.queries.own import tasks_to_log_on
from contributions.rules import EDITABLE
from contributions.services import EntryInput, edit_contribution, submit_contribution
from contributions.views.actions import handed_in
from contributions.views.entry import find_work, initial_of, reader_of
from core.http import Action, perform


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form, for the owner only; what can't be changed any more leads back to its page with the reason."""
    work = find_work(pk)
    if not reader_of(request, work).is_owner:
        raise Http404
    if request.method == "POST":
        return perform(request, work, _ACTIONS, _show)
    if work.state not in EDITABLE:
        messages.info(request, _("Withdraw these hours first; then you can change them."))
        return redirect(work)
    return _show(request, work, {})


def _show(request: HttpRequest, work: Contribution, forms: dict[str, Any]) -> HttpResponse:
    form = next(iter(forms.values()), None) or _form(work, None)
    tasks = tasks_to_log_on([work.subject_id], wanted=work.task_id)
    if all(task.pk != work.task_id for task in tasks):
        tasks.append(work.task)
    form.offer(tasks)
    if work.state == Contribution.State.RETURNED:
        form.fields["task"].widget.choices = [(work.task_id, work.task.title)]
    return render(request, "contributions/edit.html", {"work": work, "form": form, "asked": _asked(work)})


def _asked(work: Contribution) -> Review | None:
    """The verdict that this form answers: of the work itself, or of what it tries again."""
    said = Review.objects.filter(contribution_id__in=[work.pk, work.resubmission_of_id]).exclude(reason="")
    return said.order_by("-id").first()


def _form(work: Contribution, data: QueryDict | None) -> EditForm:
    """Work of several stretches of time keeps them: only its words and its task can be changed here."""
    entries = list(work.entries.all())
    form = EditForm(data, initial=initial_of(work, entries))
    if len(entries) > 1:
        for name in ("worked_on", "minutes", "started"):
            del form.fields[name]
    return form


def _change(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> None:
    if "minutes" in values:
        entries = [EditForm.entry_of(values)]
    else:
        entries = [EntryInput(e.worked_on, e.minutes, e.started_at) for e in work.entries.all()]
    edit_contribution(
        contribution=work,
        by=request.user.subject,
        now=timezone.now(),
        task=values["task"],
        entries=entries,
        note=values["note"],
        link=values["link"],
    )


def _keep(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    _change(request, work, values)
    return _("Kept as it is now. It is not handed in yet.")


def _hand_in(request: HttpRequest, work: Contribution, values: dict[str, Any]) -> str:
    _change(request, work, values)
    return handed_in(submit_contribution(contribution=work, by=request.user.subject, now=timezone.now()))


_ACTIONS = {"keep": Action(_keep, form=_form), "hand_in": Action(_hand_in, form=_form)}
