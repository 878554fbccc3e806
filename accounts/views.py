"""A person's settings: what they tell, what they claim, taking it all along, and being forgotten."""

from __future__ import annotations

from copy import copy
from typing import Any

from django import conf
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.door.again import pressed, sure
from accounts.forms import ClaimForm, EraseForm, PageForm, ProfileForm, RevokeTokenForm, TokenForm
from accounts.models import Profile, Token, User
from accounts.queries import claims_open_to, ids_of, tokens_of
from accounts.services import (
    MadeToken,
    claim_identity,
    erase_person,
    export_person,
    make_token,
    revoke_token,
    save_profile,
)
from core.http import Action, attempt, perform


@login_required
@sure(when=pressed("erase"))
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Everything a person can change about themselves, on one page; its buttons post here."""
    if request.method != "POST":
        return _show(request, request.user)
    answer = perform(request, request.user, _ACTIONS, _show)
    if request.POST.get("do") == "save" and answer.status_code == 302:
        # The language picked in the foot of a page would hide the one chosen here.
        answer.delete_cookie(conf.settings.LANGUAGE_COOKIE_NAME)
    return answer


@login_required
@never_cache
@sure
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everything guildhub holds about the reader, as a JSON file."""
    found = export_person(subject_id=request.user.subject_id)
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="guildhub-my-data.json"'
    return answer


def _show(request: HttpRequest, user: User, forms: dict[str, Any] | None = None) -> HttpResponse:
    shown = {"save": _profile_form(user, None), "page": _page_form(user, None), "erase": EraseForm(), **(forms or {})}
    return render(
        request,
        "accounts/settings.html",
        {
            "forms": shown,
            "claims": claims_open_to(user),
            "claimed": len(ids_of(user)) - 1,
            "handle": _profile(user).handle,
        },
    )


def _profile(user: User) -> Profile:
    """The profile as it is stored; forms write what was typed onto their copy."""
    return copy(getattr(user.subject, "profile", None)) or Profile(subject=user.subject)


def _profile_form(user: User, data: QueryDict | None) -> ProfileForm:
    return ProfileForm(data, instance=_profile(user))


def _page_form(user: User, data: QueryDict | None) -> PageForm:
    return PageForm(data, instance=_profile(user), prefix="page")


def _save(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    save_profile(subject=user.subject, now=timezone.now(), **values)
    return _("Saved.")


def _open_page(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    save_profile(subject=user.subject, now=timezone.now(), **values)
    return _("Saved. Your page shows what you ticked, and nothing else.")


def _claim(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    claim_identity(identity=values["identity"], by=user.subject, now=timezone.now())
    return _("That history is yours now: its hours and reputation are counted with yours.")


def _erase(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    erase_person(subject_id=user.subject_id, by=user.subject_id, now=timezone.now())
    logout(request)
    return _("You are erased: your name, address, words and links are gone. Thank you for what you gave.")


_ACTIONS = {
    "save": Action(_save, form=_profile_form, then=lambda user, values: "accounts:settings"),
    "page": Action(_open_page, form=_page_form, then=lambda user, values: "accounts:settings"),
    "claim": Action(_claim, form=lambda user, data: ClaimForm(data), then=lambda user, values: "accounts:settings"),
    "erase": Action(_erase, form=lambda user, data: EraseForm(data), then=lambda user, values: "/"),
}


@login_required
@never_cache
@sure(when=pressed("make"))
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """A person's tokens: made here and shown once, taken back here."""
    if request.method == "POST" and request.POST.get("do") == "make":
        return _make_token(request)
    if request.method == "POST":
        return perform(request, request.user, _TOKEN_ACTIONS, _show_tokens)
    return _show_tokens(request, request.user)


def _make_token(request: HttpRequest) -> HttpResponse:
    """Show the new token in the answer itself: it is kept nowhere, so no other page can show it.

    Reloading sends the form again, and its name is taken by then: no second token is made.
    """
    form, made = TokenForm(request.POST), None
    if form.is_valid():
        with attempt(request, form):
            made = make_token(by=request.user.subject, now=timezone.now(), **form.cleaned_data)
    return _show_tokens(request, request.user, {} if made else {"make": form}, made=made)


def _show_tokens(
    request: HttpRequest, user: User, forms: dict[str, Any] | None = None, made: MadeToken | None = None
) -> HttpResponse:
    found = tokens_of(ids_of(user))
    labels = dict(Token.Scope.choices)
    now = timezone.now()
    for token in found:
        token.scope_names = [labels[scope] for scope in token.scopes]
        token.is_over = token.expires_at <= now
    shown = {"make": TokenForm(), **(forms or {})}
    return render(request, "accounts/tokens.html", {"forms": shown, "tokens": found, "made": made})


def _revoke_token(request: HttpRequest, user: User, values: dict[str, Any]) -> str:
    token = get_object_or_404(Token, pk=values["token"], subject_id__in=ids_of(user))
    revoke_token(token=token, by=user.subject, now=timezone.now())
    return _("Taken back: “%(name)s” opens nothing any more.") % {"name": token.name}


_TOKEN_ACTIONS = {
    "revoke": Action(
        _revoke_token, form=lambda user, data: RevokeTokenForm(data), then=lambda user, values: "accounts:tokens"
    ),
}
