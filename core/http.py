"""What views that change something share: one service call a request, and every refusal in words.

A page's forms post to the page's own address with the pressed button's name in `do`, so that signing in on the way
leads back to the page, and a refused form is shown where it was typed. A missing right is Django's own 403
(`core.errors.PermissionRefused` is a PermissionDenied); whatever else a service refuses becomes a form error or a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.conflicts import despite_conflicts
from core.errors import DomainError, PermissionRefused, TransitionRefused

#: Shows the page again with forms that could not be accepted, by the name of their action.
Show = Callable[..., HttpResponse]


@dataclass
class Attempt:
    """Whether a service call went through."""

    refusal: DomainError | None = None

    @property
    def went_through(self) -> bool:
        return self.refusal is None


@contextmanager
def attempt(request: HttpRequest, form: forms.BaseForm | None = None) -> Iterator[Attempt]:
    """Turn a refusal inside into an error of `form`, or into a message. A missing right goes on to the 403 page."""
    tried = Attempt()
    try:
        yield tried
    except PermissionRefused:
        raise
    except DomainError as refusal:
        tried.refusal = request.refused = refusal  # type: ignore[attr-defined]  # core.middleware reads it
        if form is not None:
            form.add_error(None, refusal.message)
        elif isinstance(refusal, TransitionRefused):
            messages.info(request, refusal.message)  # mostly a button pressed twice: nothing is wrong
        else:
            messages.error(request, refusal.message)


@dataclass(frozen=True)
class Action:
    """One thing a page's button does: `verb(request, thing, values)` calls one service and returns what to say.

    `form(thing, data)` reads what was typed along with it, and `check(request, thing)` refuses whom the form's choices are
    not meant for, before they are shown. `then(thing, values)` is where to go (default: back to the thing); a script that
    stays on the page gets `fragment(request, thing, values)`, the markup that came about, with what is said.
    """

    verb: Callable[[HttpRequest, Any, dict[str, Any]], str]
    form: Callable[[Any, QueryDict | None], forms.BaseForm] | None = None
    check: Callable[[HttpRequest, Any], None] | None = None
    then: Callable[[Any, dict[str, Any]], Any] | None = None
    fragment: Callable[[HttpRequest, Any, dict[str, Any]], str] | None = None


def perform(request: HttpRequest, thing: Any, actions: Mapping[str, Action], show: Show) -> HttpResponse:
    """Run the action that was pressed and lead back to the page; a form with errors is shown again as it was typed."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    name = request.POST.get("do", "")
    action = actions.get(name)
    if action is None:
        return HttpResponseBadRequest(_("This page has no such button. Go back and reload it."))
    if action.check:
        action.check(request, thing)
    form = action.form(thing, request.POST) if action.form else None
    if form is not None and not form.is_valid():
        return _refused(form) if is_for_script(request) else show(request, thing, {name: form})
    values = form.cleaned_data if form is not None else {}
    with attempt(request, form) as tried:
        messages.success(request, despite_conflicts(lambda: action.verb(request, thing, values)))
    if form is not None and not tried.went_through:
        return _refused(form) if is_for_script(request) else show(request, thing, {name: form})
    if is_for_script(request):
        html = action.fragment(request, thing, values) if action.fragment and tried.went_through else ""
        return JsonResponse({"messages": _told(request), "html": html}, status=200 if tried.went_through else 409)
    return redirect(action.then(thing, values) if action.then and tried.went_through else thing)


def is_for_script(request: HttpRequest) -> bool:
    """Whether a script of the page sent the form and stays on the page: it asks for JSON and gets it, on every way out."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _told(request: HttpRequest) -> list[dict[str, str]]:
    """What the page would have said at its top; said here, it isn't said again there."""
    return [{"level": message.level_tag, "text": str(message)} for message in messages.get_messages(request)]


def _refused(form: forms.BaseForm) -> JsonResponse:
    said = [str(error) for errors in form.errors.values() for error in errors]
    return JsonResponse({"messages": [{"level": "error", "text": text} for text in said], "html": ""}, status=422)
