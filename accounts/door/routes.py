"""The addresses below /accounts/: those of allauth's pages that this house has, behind its own guard for what matters."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as paper
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as forges
from allauth.socialaccount.providers import registry
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView
from requests.exceptions import RequestException

from accounts.door import views
from accounts.door.again import sent, sure

logger = logging.getLogger(__name__)


def _guarded(view: Callable[..., Any]) -> Callable[..., Any]:
    return login_required(sure(view))


_to_door = RedirectView.as_view(pattern_name="accounts:door")

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("login/code/", account.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("login/password/", views.password_login, name="account_login_password"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("email/", login_required(sure(account.email, when=sent)), name="account_email"),
    path("confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    path("2fa/", _to_door, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/totp/activate/", _guarded(app.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", _guarded(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", _guarded(paper.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", _guarded(paper.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", _guarded(paper.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("2fa/webauthn/", _to_door, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", _guarded(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", _guarded(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", _guarded(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("3rdparty/", _to_door, name="socialaccount_connections"),
    path("3rdparty/signup/", forges.signup, name="socialaccount_signup"),
    path("3rdparty/login/cancelled/", forges.login_cancelled, name="socialaccount_login_cancelled"),
    path("3rdparty/login/error/", forges.login_error, name="socialaccount_login_error"),
]


def _of_forge(pattern: URLPattern | URLResolver, origins: list[str]) -> URLPattern | URLResolver:
    """allauth's page about a forge. The one that asks before it leads there may lead there, which no other form may."""
    if isinstance(pattern, URLPattern):
        pattern.callback = _said_in_words(pattern.callback)
        if str(pattern.name).endswith("_login"):
            pattern.callback = csp_update({"form-action": origins})(pattern.callback)
    for inner in getattr(pattern, "url_patterns", ()):
        _of_forge(inner, origins)
    return pattern


def _said_in_words(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            answer: HttpResponseBase = view(request, *args, **kwargs)
        except RequestException:
            logger.exception("A forge did not answer, or not as it should")
            return render(request, "socialaccount/authentication_error.html", status=502)
        return answer

    return guarded


for _provider in registry.get_class_list():
    _found = import_module(f"{_provider.get_package()}.urls").urlpatterns
    urlpatterns += [_of_forge(_pattern, settings.FORGE_ORIGINS[_provider.id]) for _pattern in _found]
