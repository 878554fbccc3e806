"""The page on which a person says what they want to hear of."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from core.http import Action, perform
from notices.forms import ChoicesForm
from notices.queries import choices_of
from notices.services import save_mail_choices


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """The form, and whether mails are possible at all."""
    if request.method == "POST":
        return perform(request, request.user, _ACTIONS, _show)
    return _show(request, request.user)


def _show(request: HttpRequest, user: User, typed: dict[str, Any] | None = None) -> HttpResponse:
    form = (typed or {}).get("save") or _form(user, None)
    profile = getattr(user.subject, "profile", None)
    return render(request, "notices/choices.html", {"form": form, "zone": profile.timezone if profile else ""})


def _form(user: User, data: QueryDict | None) -> ChoicesForm:
    known = choices_of(user.subject_id) if data is None else None
    return ChoicesForm(data, initial=known and {"wants_digest": known.wants_digest, "muted": known.muted})


def _save(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    save_mail_choices(by=user.subject, now=timezone.now(), **values)
    return _("Saved.")


_ACTIONS = {"save": Action(_save, form=_form, then=lambda user, values: "notices:choices")}
