"""Pages of the door that allauth has not, or has for other houses: how I sign in, my password, where I am signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.door.again import pressed, sent, sure
from accounts.door.forges import forges_of, offered_forges, unlink_forge
from accounts.door.forms import PasswordForm
from accounts.door.sessions import end_sessions, note_begun, places_of
from accounts.models import User
from accounts.sign_in_forms import PlainPasswordLoginForm
from core.http import Action, perform


class PasswordLoginView(LoginView):
    """Signing in with a password, for those who set one."""

    template_name = "account/login_password.html"

    def get_form_class(self) -> type[PlainPasswordLoginForm]:
        """Address and password."""
        return PlainPasswordLoginForm


password_login = PasswordLoginView.as_view()


@login_required
@never_cache
@sure(when=pressed("unlink"))
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """Everything by which the reader gets in, and the ways to change it."""
    if request.method == "POST":
        return perform(request, request.user, _DOOR_ACTIONS, _show_door)
    return _show_door(request, request.user)


def _show_door(request: HttpRequest, user: User, forms: dict[str, Any] | None = None) -> HttpResponse:
    held = list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at"))
    papers = [row for row in held if row.type == Authenticator.Type.RECOVERY_CODES]
    return render(
        request,
        "accounts/door.html",
        {
            "passkeys": [row for row in held if row.type == Authenticator.Type.WEBAUTHN],
            "app": next((row for row in held if row.type == Authenticator.Type.TOTP), None),
            "papers": len(papers[0].wrap().get_unused_codes()) if papers else None,
            "has_password": user.has_usable_password(),
            "forges": forges_of(user),
            "offered": offered_forges(request),
        },
    )


def _unlink(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    name = unlink_forge(user=user, pk=request.POST.get("forge", ""))
    return _("%(forge)s is no longer linked.") % {"forge": name}


_DOOR_ACTIONS = {"unlink": Action(_unlink, then=lambda user, values: "accounts:door")}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the reader is signed in, and how to end it there."""
    if request.method == "POST":
        return perform(request, request.user, _SESSION_ACTIONS, _show_sessions)
    return _show_sessions(request, request.user)


def _show_sessions(request: HttpRequest, user: User, forms: dict[str, Any] | None = None) -> HttpResponse:
    return render(request, "accounts/sessions.html", {"places": places_of(user, here=request.session.session_key)})


def _end(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    number = request.POST.get("session", "")
    pk = int(number) if number.isdecimal() and len(number) < 19 else 0
    end_sessions(user, keep=request.session.session_key, only=pk)
    return _("That browser is signed out.")


def _end_others(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    count = end_sessions(user, keep=request.session.session_key)
    return ngettext("%(n)s other browser is signed out.", "%(n)s other browsers are signed out.", count) % {"n": count}


_SESSION_ACTIONS = {
    "end": Action(_end, then=lambda user, values: "accounts:sessions"),
    "end_others": Action(_end_others, then=lambda user, values: "accounts:sessions"),
}


@sensitive_post_parameters()
@login_required
@never_cache
@sure(when=sent)
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Set, change or remove a password; nobody needs one."""
    if request.method == "POST":
        return perform(request, request.user, _PASSWORD_ACTIONS, _show_password)
    return _show_password(request, request.user)


def _show_password(request: HttpRequest, user: User, forms: dict[str, Any] | None = None) -> HttpResponse:
    shown = {"set": _password_form(user, None), **(forms or {})}
    return render(request, "accounts/password.html", {"forms": shown, "has_password": user.has_usable_password()})


def _password_form(user: User, data: QueryDict | None) -> PasswordForm:
    return PasswordForm(user, data)


def _set_password(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    user.set_password(values["password"])
    return _password_changed(request, user, "set", _("Your password is set. Everywhere else you are signed out."))


def _remove_password(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    user.set_unusable_password()
    return _password_changed(request, user, "removed", _("Your password is removed. You sign in with a code."))


def _password_changed(request: HttpRequest, user: User, what: str, said: str) -> str:
    """Save it, keep this browser signed in and no other, and tell the owner by mail."""
    user.save(update_fields=["password"])
    end_sessions(user, keep=request.session.session_key)
    update_session_auth_hash(request, user)
    note_begun(None, request, user)
    get_adapter(request).send_notification_mail(f"account/email/password_{what}", user)
    return said


_PASSWORD_ACTIONS = {
    "set": Action(_set_password, form=_password_form, then=lambda user, values: "accounts:door"),
    "remove": Action(_remove_password, then=lambda user, values: "accounts:door"),
}
