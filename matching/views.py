"""`/welcome/`: three questions, each of which can be skipped, and then three tasks that fit.

Who has no account carries the answers in the address: nothing of them is kept here, and a link can be handed on. Who has
one answers by POST, and each answer is kept at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from matching.forms import KindsForm, TimeForm, WhereForm, answers_from, pairs, shown_answers, stored_fields, tail
from matching.queries import availability_of, fitting_tasks, would_fit
from matching.rules import Answers
from matching.services import save_availability
from matching.words import why

#: Step in the address: its form, the names it asks for, its question, and the step after it.
QUESTIONS: dict[str, tuple[type[forms.Form], tuple[str, ...], Any, str]] = {
    "kinds": (KindsForm, ("kind",), gettext_lazy("What would you like to do?"), "where"),
    "where": (WhereForm, ("place", "language"), gettext_lazy("Where are you, and what do you speak?"), "time"),
    "time": (TimeForm, ("minutes",), gettext_lazy("How much time do you have?"), "tasks"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, step: str = "kinds") -> HttpResponse:
    """One of the three questions."""
    if step not in QUESTIONS:
        raise Http404
    form_class, names, words, following = QUESTIONS[step]
    answers = _answers(request)
    if request.method == "POST":
        form = form_class(request.POST)
        is_skipped = request.POST.get("do") == "skip"
        if is_skipped or form.is_valid():
            return _go_on(request, answers, {} if is_skipped else form.cleaned_data, following)
    else:
        form = form_class(initial=_initial(answers))
    number = list(QUESTIONS).index(step) + 1
    return render(
        request,
        "matching/question.html",
        {
            "form": form,
            "question": words,
            "number": number,
            "total": len(QUESTIONS),
            "here": request.get_full_path(),
            "next_url": _address(following),
            "skip_url": _address(following) + tail(answers, without=names),
            "back_url": _address(list(QUESTIONS)[number - 2]) + tail(answers) if number > 1 else "",
            "carried": pairs(answers, without=names),
        },
    )


def _go_on(request: HttpRequest, answers: Answers, values: dict[str, Any], following: str) -> HttpResponse:
    """Keep the answer of somebody with an account, with whatever the address carried; else let the address carry it."""
    given = {**_carried(request), **stored_fields(values)}
    if request.user.is_authenticated:
        save_availability(by=request.user.subject, now=timezone.now(), **given)
        return redirect(_address(following))
    renamed = {"minutes": given.get("minutes_a_week", answers.minutes)}
    renamed |= {name: given[name] for name in ("kinds", "place", "languages") if name in given}
    return redirect(_address(following) + tail(replace(answers, **renamed)))


@require_http_methods(["GET", "HEAD", "POST"])
def tasks(request: HttpRequest) -> HttpResponse:
    """Three tasks that fit, each with the reason, or what would make one fit."""
    if request.method == "POST" and request.user.is_authenticated:
        shown = stored_fields(_initial(answers_from(request.GET)))
        save_availability(by=request.user.subject, now=timezone.now(), **shown)
        messages.success(request, _("Kept. You find and change your answers in your settings."))
        return redirect("matching:tasks")
    answers = _answers(request)
    ids = ids_of(request.user) if request.user.is_authenticated else []
    begins = not (ids and request.user.subject.links_free_at)
    found = fitting_tasks(answers, subject_ids=ids, begins=begins)
    here = request.get_full_path()
    return render(
        request,
        "matching/tasks.html",
        {
            "found": [(task, why(task, answers)) for task in found],
            "more": found[0].total - len(found) if found else 0,
            "would": None if found else would_fit(answers, subject_ids=ids),
            "answers": answers,
            "shown": shown_answers(answers),
            "changes": {step: _address(step) + tail(answers) for step in QUESTIONS},
            "without": {
                step: _address("tasks") + (tail(answers, without=names) or "?any=1")
                for step, (_form, names, _words, _next) in QUESTIONS.items()
            },
            "begins": begins,
            "here": here,
            "is_carried": bool(_carried(request)),
        },
    )


def _answers(request: HttpRequest) -> Answers:
    """What the address says; when it says nothing, what somebody with an account said before."""
    if request.user.is_authenticated and not request.GET:
        said = availability_of(request.user.subject_id)
        return said.answers if said else Answers()
    return answers_from(request.GET)


def _carried(request: HttpRequest) -> dict[str, Any]:
    """The answers that the address carries, under the names the service knows."""
    found = _initial(answers_from(request.GET))
    return stored_fields({name: value for name, value in found.items() if value})


def _initial(answers: Answers) -> dict[str, Any]:
    return {
        "kind": list(answers.kinds),
        "place": answers.place,
        "language": list(answers.languages),
        "minutes": answers.minutes,
    }


def _address(step: str) -> str:
    """Where a step is; the first question is the page itself."""
    if step == "tasks":
        return reverse("matching:tasks")
    return reverse("matching:welcome") if step == "kinds" else reverse("matching:question", args=[step])
