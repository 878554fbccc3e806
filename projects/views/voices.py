"""What affected people said, who stands behind a problem, and writing a voice down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import display_names
from core.http import Action, attempt, perform
from projects import queries
from projects.forms import VoiceForm, WithdrawVoiceForm
from projects.models import Problem, Voice
from projects.permissions import check_can_post_problem
from projects.queries.people import PEOPLE_PER_PAGE, VOICES_PER_PAGE
from projects.rules import PROBLEM_HEARS_PEOPLE
from projects.services import add_voice, withdraw_voice
from projects.views.paging import page_number, paged
from projects.views.problems import load_problem


@require_http_methods(["GET", "HEAD", "POST"])
def voices(request: HttpRequest, slug: str) -> HttpResponse:
    """All voices on a problem that the reader may read; those who may withdraw one do it here."""
    found = load_problem(request, slug)
    if found.duplicate_of is not None and request.method != "POST":
        return redirect("projects:voices", found.duplicate_of.slug)
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


def _show(request: HttpRequest, problem: Problem, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    viewer = problem.viewer
    rows = queries.voice_page(problem, sees_guild_only=viewer.sees_names, page=page_number(request))
    page = paged(request, rows, VOICES_PER_PAGE)
    names = display_names(voice.author_id for voice in rows) if viewer.sees_names else {}
    for voice in page["rows"]:
        voice.noted_by = names.get(voice.author_id, "")
        voice.may_withdraw = viewer.is_maintainer or viewer.is_person(voice.author_id)
    return render(
        request,
        "projects/voices.html",
        {"problem": problem, "viewer": viewer, "hears_people": problem.state in PROBLEM_HEARS_PEOPLE, **page},
    )


def _withdraw_form(problem: Problem, data: QueryDict | None = None) -> WithdrawVoiceForm:
    return WithdrawVoiceForm(data)


def _withdraw(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
    voice = get_object_or_404(queries.voices_of(problem), pk=values["voice"])
    withdraw_voice(voice=voice, by=request.user.subject, now=timezone.now())
    return _("Withdrawn. The words are deleted for good; only the mark that there was a voice stays.")


def _to_voices(problem: Problem, values: dict[str, Any]) -> str:
    return f"{problem.get_absolute_url()}voices/"


ACTIONS = {"withdraw": Action(_withdraw, form=_withdraw_form, then=_to_voices)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def voice_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write down what somebody said who agreed to it."""
    found = load_problem(request, slug)
    check_can_post_problem(request.user.subject, found.guild)
    if found.duplicate_of is not None and request.method != "POST":
        return redirect("projects:voice_new", found.duplicate_of.slug)
    form = VoiceForm(request.POST or None, initial={"language": found.language, "place": found.place})
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            made: Voice = add_voice(problem=found, by=request.user.subject, now=timezone.now(), **form.cleaned_data)
        if tried.went_through:
            messages.success(request, _("Kept. Should they change their mind, withdraw it here at any time."))
            return redirect(f"{_to_voices(found, {})}#voice-{made.pk}")
    hears = found.state in PROBLEM_HEARS_PEOPLE
    return render(request, "projects/voice_new.html", {"form": form, "problem": found, "hears_people": hears})


@require_safe
def problem_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the two numbers on a problem come from; members see who."""
    found = load_problem(request, slug)
    if found.duplicate_of is not None:
        return redirect("projects:problem_people", found.duplicate_of.slug)
    told = queries.endorsements_by_problem(found)
    backers = queries.backers_of(found, page=page_number(request)) if found.viewer.sees_names else []
    names = display_names(backer.subject_id for backer in backers)
    page = paged(request, [(backer, names.get(backer.subject_id, "")) for backer in backers], PEOPLE_PER_PAGE)
    twice = sum(row.affected + row.support for row in told) - found.endorsed_affected - found.endorsed_support
    return render(
        request,
        "projects/problem_people.html",
        {"problem": found, "viewer": found.viewer, "told": told, "twice": twice, **page},
    )
