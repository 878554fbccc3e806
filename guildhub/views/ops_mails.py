"""How the hub's mail is, for the hub's stewards: the latest Monday, what waits, and each mail in doubt with two buttons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import PermissionRefused
from core.http import Action, perform
from notices.queries import mail_state
from notices.services import leave_mail, resend_mail


class MailForm(forms.Form):
    """Which mail in doubt a button is about."""

    mail = forms.UUIDField()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mails(request: HttpRequest) -> HttpResponse:
    """The page, and what its buttons decide."""
    if not request.user.is_staff:
        raise PermissionRefused(_("Only stewards of the hub look after its mails."))
    if request.method == "POST":
        return perform(request, None, _ACTIONS, _show)
    return _show(request, None)


def _show(request: HttpRequest, nothing: None, typed: dict[str, Any] | None = None) -> HttpResponse:
    refusals = [error for form in (typed or {}).values() for error in form.non_field_errors()]
    return render(request, "guildhub/ops_mails.html", {"mails": mail_state(), "refusals": refusals})


def _again(request: HttpRequest, nothing: None, values: dict[str, Any]) -> str:
    resend_mail(mail_id=values["mail"], by=request.user.subject, now=timezone.now())
    return _("It is sent again. If the first one arrived, its reader has it twice.")


def _leave(request: HttpRequest, nothing: None, values: dict[str, Any]) -> str:
    leave_mail(mail_id=values["mail"], by=request.user.subject, now=timezone.now())
    return _("Left as it is. It is not asked about again.")


def _form(nothing: None, data: QueryDict | None) -> MailForm:
    return MailForm(data)


_ACTIONS = {
    "again": Action(_again, form=_form, then=lambda nothing, values: "ops_mails"),
    "leave": Action(_leave, form=_form, then=lambda nothing, values: "ops_mails"),
}
