"""Second looks: approvals on which another reviewer agrees, or doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from contributions.models import SecondLook
from contributions.queries.looks import waiting_looks
from contributions.services.looks import look_again
from core.errors import PermissionRefused
from core.http import Action, perform
from guilds.queries import guilds_reviewed_by

PAGE = 20


class LookForm(forms.Form):
    """Which approval, and why it is doubted."""

    look = forms.UUIDField()
    reason = forms.CharField(label=gettext_lazy("What you doubt"), required=False, max_length=4000)


class DoubtForm(LookForm):
    """A doubt needs words: a panel reads them."""

    def clean_reason(self) -> str:
        """Not empty."""
        words: str = self.cleaned_data["reason"]
        if not words.strip():
            raise forms.ValidationError(_("Say what is wrong with the verdict, so that the panel can look at it."))
        return words


@dataclass
class _Queue:
    ids: Sequence[UUID]
    guilds: Sequence[UUID]

    def get_absolute_url(self) -> str:
        return reverse("contributions:second_looks")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def second_looks(request: HttpRequest) -> HttpResponse:
    """What waits for a second reviewer in the guilds where the reader reviews."""
    ids = ids_of(request.user)
    guilds = guilds_reviewed_by(ids, timezone.now())
    if not guilds:
        raise PermissionRefused(
            _("Only reviewers have a queue. A steward of your guild can make you one, and so does enough standing.")
        )
    queue = _Queue(ids, guilds)
    if request.method == "POST":
        return perform(request, queue, _ACTIONS, _show)
    return _show(request, queue, {})


def _show(request: HttpRequest, queue: _Queue, forms: dict[str, Any]) -> HttpResponse:
    looks = list(waiting_looks(queue.ids, queue.guilds)[: PAGE + 1])
    refused = next(iter(forms.values()), None)
    context = {
        "looks": looks[:PAGE],
        "has_more": len(looks) > PAGE,
        "refused": refused,
        "refused_look": refused.data.get("look") if refused else "",
        "errors": [error for errors in refused.errors.values() for error in errors] if refused else [],
    }
    return render(request, "contributions/looks.html", context)


def _agree(request: HttpRequest, queue: _Queue, values: dict[str, Any]) -> str:
    look_again(look=_found(queue, values), by=request.user.subject, agrees=True, now=timezone.now())
    return _("You agree. Its points become available on their day.")


def _doubt(request: HttpRequest, queue: _Queue, values: dict[str, Any]) -> str:
    look_again(
        look=_found(queue, values), by=request.user.subject, agrees=False, reason=values["reason"], now=timezone.now()
    )
    return _("Your doubt is with a panel now. Its points wait until that is decided.")


def _found(queue: _Queue, values: dict[str, Any]) -> SecondLook:
    """Any second look of these guilds: what was answered meanwhile is refused in words by the service."""
    rows = SecondLook.objects.filter(guild_id__in=queue.guilds).select_related("contribution", "review")
    found = rows.filter(pk=values["look"]).first()
    if found is None:
        raise Http404
    return found


_ACTIONS = {
    "agree": Action(_agree, form=lambda queue, data: LookForm(data)),
    "doubt": Action(_doubt, form=lambda queue, data: DoubtForm(data)),
}
