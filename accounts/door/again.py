"""Is it still you? What matters is done only by somebody who proved a short while ago who they are.

A view says `@sure` (or `@sure(when=pressed("erase"))`). Whoever proved it lately notices nothing. Everybody else gets,
at the same address, a page that asks once more and holds whatever they had typed, and goes on from there: nothing typed is
stored anywhere, and nothing is lost. Signing in is such a proof, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.door.limits import count_try
from accounts.door.sessions import PROVED_AT, is_proved
from accounts.models import User
from core.errors import DomainError
from core.http import is_for_script
from core.kept import typed_in

View = Callable[..., HttpResponse]

#: Seconds for which a mailed code is good.
CODE_LASTS = 5 * 60
TRIES_MOST = 3
#: Fields of the page that asks; none of them reaches the view behind it.
_HOW, _ANSWER, _WAS = "again_how", "again_answer", "again_was"
_KEY = "again_code"


def pressed(*names: str) -> Callable[[HttpRequest], bool]:
    """For `sure(when=...)`: only these buttons of the page ask."""
    return lambda request: request.method == "POST" and request.POST.get("do", "") in names


def sent(request: HttpRequest) -> bool:
    """For `sure(when=...)`: every button of the page asks, looking at it doesn't."""
    return request.method == "POST"


def sure(view: View | None = None, *, when: Callable[[HttpRequest], bool] | None = None) -> Any:
    """A view that runs only for somebody who proved lately who they are; others are asked once more, at its own address."""

    def decorate(inner: View) -> View:
        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            asks = when is None or when(request) or (request.method == "POST" and _HOW in request.POST)
            if not request.user.is_authenticated or not asks:
                return inner(request, *args, **kwargs)
            if not is_proved(request):
                if (answer := _ask(request)) is not None:
                    return answer
                request.session[PROVED_AT] = time.time()
                if request.POST.get(_WAS) == "GET":
                    return redirect(request.get_full_path())
            _forget_fields(request)
            return inner(request, *args, **kwargs)

        return guarded

    return decorate(view) if view is not None else decorate


def _forget_fields(request: HttpRequest) -> None:
    if _HOW in request.POST:
        left = request.POST.copy()
        for name in (_HOW, _ANSWER, _WAS):
            left.pop(name, None)
        left._mutable = False
        request.POST = left  # type: ignore[assignment]


def _ask(request: HttpRequest) -> HttpResponse | None:
    """None when the answer that came is right; else the page that asks."""
    user: User = request.user  # type: ignore[assignment]
    kinds = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    refusal = ""
    how = request.POST.get(_HOW, "") if request.method == "POST" else ""
    if how and _WAS in request.POST:
        try:
            refusal = _answer(request, user, how, kinds)
        except DomainError as refused:
            refusal = refused.message
        if not refusal and how != "mail":
            return None
    return _page(request, user, kinds, refusal)


def _answer(request: HttpRequest, user: User, how: str, kinds: set[str]) -> str:
    """Prove it, or say why not; whoever has a second step proves it by that, not by a mail."""
    guarded = bool(kinds & {"totp", "webauthn"})
    given = request.POST.get(_ANSWER, "")[:20_000]
    if how == "mail" and not guarded:
        return _send_code(request, user)
    count_try(user.email)
    if how == "code" and not guarded:
        return _check_code(request, given)
    if how == "password" and not guarded and user.has_usable_password():
        return "" if check_password(given, user.password) else _("That is not your password.")
    if how == "app" and guarded:
        form = AuthenticateForm(user=user, data={"code": given})
    elif how == "passkey" and "webauthn" in kinds:
        form = AuthenticateWebAuthnForm(user=user, data={"credential": given})
    else:
        return _("That way is not open to you. Choose another one.")
    if not form.is_valid():
        return str(next(iter(form.errors.values()))[0])
    found = form.authenticator if how == "app" else form.cleaned_data["credential"]
    found.record_usage()
    return ""


def _send_code(request: HttpRequest, user: User) -> str:
    count_try(user.email)
    code = get_adapter(request).generate_login_code()
    get_adapter(request).send_mail("account/email/again", user.email, {"request": request, "code": code})
    request.session[_KEY] = {"digest": _digest(code), "at": time.time(), "tries": 0}
    return ""


def _check_code(request: HttpRequest, given: str) -> str:
    held = request.session.get(_KEY)
    if not held or time.time() - held["at"] > CODE_LASTS or held["tries"] >= TRIES_MOST:
        request.session.pop(_KEY, None)
        return _("That code has run out. Ask for a new one.")
    if not constant_time_compare(held["digest"], _digest(given)):
        request.session[_KEY] = {**held, "tries": held["tries"] + 1}
        return _("That is not the code that we sent.")
    del request.session[_KEY]
    return ""


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac("accounts.door.again", plain, algorithm="sha256").hexdigest()


def _page(request: HttpRequest, user: User, kinds: set[str], refusal: str) -> HttpResponse:
    if is_for_script(request):
        said = refusal or _("Reload this page: you are asked once more whether it is you.")
        return JsonResponse({"messages": [{"level": "error", "text": said}], "html": ""}, status=403)
    was = request.POST.get(_WAS) or ("POST" if request.method == "POST" else "GET")
    context = {
        "address": request.get_full_path(),
        "was": was,
        "typed": [field for field in typed_in(request) if field.name not in (_HOW, _ANSWER, _WAS)],
        "has_files": bool(request.FILES),
        "kinds": kinds,
        "guarded": bool(kinds & {"totp", "webauthn"}),
        "has_password": user.has_usable_password(),
        "is_code_sent": _KEY in request.session,
        "email": user.email,
        "refusal": refusal,
        "passkey_options": begin_authentication(user) if "webauthn" in kinds else None,
    }
    response = render(request, "accounts/again.html", context, status=403)
    add_never_cache_headers(response)
    return response
