"""Telling a problem in short steps: each is a page of its own that works as a plain POST, and saves itself with JavaScript.

A saving script asks for JSON at the same address and gets `seen`, the mark of the words it has just saved. Whoever saves over
words that were changed since they were read is told (409), sees both texts, and overwrites nothing by accident.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from core.errors import DomainError
from core.http import attempt
from core.languages import language_name
from core.meanwhile import beside, seen_in
from core.text import words_mark
from projects import queries
from projects.forms import KnownForm, NewWhatForm, ProblemForm, WhatForm, WhereForm
from projects.models import Problem
from projects.queries.places import known_places
from projects.services import draft_problem, edit_problem, submit_problem
from projects.services.problems import missing_words
from projects.views.problems import load_problem


@dataclass(frozen=True)
class TellingStep:
    """One step: its word in the address, its heading, its form (None: the last one, which only shows)."""

    key: str
    label: Any
    form: type[ProblemForm] | None


STEPS = (
    TellingStep("what", _l("What happens, and to whom"), WhatForm),
    TellingStep("where", _l("Where it happens"), WhereForm),
    TellingStep("known", _l("How it is known"), KnownForm),
    TellingStep("check", _l("Read it once more, and hand it in"), None),
)
_PLACES = {step.key: place for place, step in enumerate(STEPS)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def problem_new(request: HttpRequest) -> HttpResponse:
    """The first step of telling a problem: it makes the draft, which only its author sees until it is handed in."""
    guilds = queries.guilds_to_post_in(ids_of(request.user))
    form = NewWhatForm(request.POST or None, guilds=guilds, initial={"guild": request.GET.get("guild", "")})
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            made = draft_problem(**form.cleaned_data, by=request.user.subject, now=timezone.now())
        if tried.went_through:
            if _wants_json(request):
                return _saved(made, WhatForm, form.cleaned_data)
            return redirect("projects:problem_step", made.slug, STEPS[1].key)
        refusal = tried.refusal
    if request.method == "POST" and _wants_json(request):
        return _not_saved(form, refusal)
    return render(request, "projects/problem_new.html", {"form": form, "guilds": guilds, **_around(0)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def problem_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """One step of a draft; what was handed in is changed on a page of its own."""
    if step not in _PLACES:
        raise Http404
    place = _PLACES[step]
    found = load_problem(request, slug)
    if found.state != Problem.State.DRAFT:
        return _handed_in_already(request, found)
    form_class = STEPS[place].form
    if form_class is None:
        return _check(request, found, place)
    return _write(request, found, place, form_class)


def _write(request: HttpRequest, problem: Problem, place: int, form_class: type[ProblemForm]) -> HttpResponse:
    names = form_class._meta.fields
    title = problem.title  # the form writes into the object it is given
    seen = seen_in(request, problem, names)
    form = form_class(request.POST or None, instance=problem)
    refusal: DomainError | None = None
    shown: dict[str, Any] = {"form": form, "problem": problem, "title": title, "seen": seen, **_around(place)}
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            edit_problem(problem=problem, by=request.user.subject, now=timezone.now(), seen=seen, **form.cleaned_data)
        if tried.went_through:
            if _wants_json(request):
                return _saved(problem, form_class, form.cleaned_data)
            goes_back = request.POST.get("do") == "back"
            return redirect("projects:problem_step", problem.slug, STEPS[place + (-1 if goes_back else 1)].key)
        refusal = tried.refusal
        shown |= beside(form, refusal)
    if request.method == "POST" and _wants_json(request):
        return _not_saved(form, refusal)
    status = 409 if "stored" in shown else 200
    shown["known_places"] = known_places(problem.guild_id) if form_class is WhereForm else []
    return render(request, "projects/problem_step.html", shown, status=status)


def _check(request: HttpRequest, problem: Problem, place: int) -> HttpResponse:
    """The last step: everything as others will read it, what is missing, and the button."""
    if request.method == "POST":
        with attempt(request) as tried:
            submit_problem(problem=problem, by=request.user.subject, now=timezone.now())
        return redirect(problem) if tried.went_through else redirect(request.path)
    return render(
        request,
        "projects/problem_check.html",
        {
            "problem": problem,
            "missing": missing_words(problem),
            "language": language_name(problem.language),
            **_around(place),
        },
    )


def _around(place: int) -> dict[str, Any]:
    """What every step's page says of its way."""
    return {
        "step": STEPS[place],
        "number": place + 1,
        "total": len(STEPS),
        "previous": STEPS[place - 1].key if place else "",
        "is_first": place == 0,
    }


def _handed_in_already(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A window that stayed open after the handing-in: it saves nothing, and says so."""
    if _wants_json(request):
        message = _("This problem was handed in meanwhile. What you type here is not saved; copy it if you need it.")
        return JsonResponse({"message": message, "final": True}, status=403)
    return redirect(problem)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _saved(problem: Problem, form_class: type[ProblemForm], values: dict[str, Any]) -> HttpResponse:
    kept = {name: values[name] for name in form_class._meta.fields}
    url = reverse("projects:problem_step", args=[problem.slug, next(s.key for s in STEPS if s.form is form_class)])
    return JsonResponse({"seen": words_mark(kept), "url": url})


def _not_saved(form: ProblemForm, refusal: DomainError | None) -> HttpResponse:
    """Why nothing was saved: 409 with the words that are stored, or 422 with the errors."""
    if refusal and (told := beside(form, refusal)):
        stored = [[str(label), value] for label, value in told["stored"]]
        return JsonResponse({"message": refusal.message, "seen": told["seen"], "stored": stored}, status=409)
    first = [f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items() if name in form.fields]
    return JsonResponse({"message": " ".join(first) or " ".join(form.non_field_errors())}, status=422)
