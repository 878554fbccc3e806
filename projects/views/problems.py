"""The list of problems, one problem with its buttons, and telling one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import display_names, ids_of
from core.http import Action, attempt, perform
from core.languages import language_name
from core.meanwhile import beside, seen_in
from core.timeline import actors, timeline
from guilds.queries import Viewer, viewer_in
from projects import queries
from projects.forms import PROBLEM_STEPS, DuplicateForm, ProblemFilters, ProblemForm, ReasonForm, asked_of_problems
from projects.models import Problem
from projects.permissions import check_can_decide_problem, check_can_edit_problem
from projects.rules import PROBLEM_HEARS_PEOPLE, PROBLEM_OPEN_TO_PROJECTS, PROBLEM_TRANSITIONS
from projects.services import (
    accept_problem,
    decide_problem,
    discard_problem,
    edit_problem,
    endorse_problem,
    mark_duplicate_problem,
    restore_duplicate_problem,
    submit_problem,
    withdraw_endorsement,
)
from projects.views.paging import page_number
from projects.views.words import PROBLEM_HISTORY

#: Steps that happen by themselves, or have a form of their own.
_NOT_BY_REASON = {("accepted", "in_project"), ("submitted", "accepted")}


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """Every public problem, narrowed by what the address says; the reader's own drafts above."""
    ids = ids_of(request.user) if request.user.is_authenticated else ()
    around = queries.around_problems(ids)
    filters = ProblemFilters(around.guilds, around.languages, asked_of_problems(request.GET))
    wanted = filters.wanted()
    page = page_number(request)
    found = queries.find_problems(wanted, page=page)
    return render(
        request,
        "projects/problems.html",
        {
            "filters": filters._replace(clear_url=request.path if wanted else ""),
            "problems": found.cards,
            "total": found.total,
            "is_narrowed": bool(wanted),
            "clear_url": request.path if wanted else "",
            "drafts": around.drafts,
            "next_url": f"?{urlencode({**wanted, 'page': page + 1})}" if found.has_next else "",
            "previous_url": f"?{urlencode({**wanted, 'page': page - 1})}" if page > 1 else "",
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def problem_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a problem's words."""
    found = load_problem(request, slug)
    check_can_edit_problem(request.user.subject, found, timezone.now())
    title = found.title  # the form writes into the object it is given
    seen = seen_in(request, found, ProblemForm._meta.fields)
    form = ProblemForm(request.POST or None, instance=found)
    shown: dict[str, Any] = {"form": form, "problem": found, "title": title, "seen": seen}
    status = 200
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            edit_problem(problem=found, by=request.user.subject, now=timezone.now(), seen=seen, **form.cleaned_data)
        if tried.went_through:
            messages.success(request, _("Saved."))
            return redirect(found)
        shown |= beside(form, tried.refusal)
        status = 409 if "stored" in shown else 200
    return render(request, "projects/problem_edit.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one problem; its buttons post here."""
    found = load_problem(request, slug)
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


def load_problem(request: HttpRequest, slug: str) -> Problem:
    """The problem, with its reader as `viewer`.

    404 for a draft of somebody else, and for a rejected one to all but its author and those who decide.
    """
    ids = ids_of(request.user) if request.user.is_authenticated else []
    found = get_object_or_404(queries.problem_pages(ids), slug=slug)
    viewer = viewer_in(request.user, found.guild_id, timezone.now())
    is_author = viewer.is_person(found.author_id)
    if found.state == Problem.State.DRAFT and not is_author:
        raise Http404
    if found.state == Problem.State.REJECTED and not (is_author or viewer.is_maintainer or viewer.is_hub_steward):
        raise Http404
    found.viewer = viewer
    return found


def _show(request: HttpRequest, problem: Problem, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    viewer: Viewer = problem.viewer
    is_author = viewer.is_person(problem.author_id)
    heard = queries.voices_heard(problem, sees_guild_only=viewer.sees_names)
    people = actors(problem.history) | {problem.author_id} | {UUID(told["author"]) for told in problem.merged}
    people |= {voice.author_id for voice in heard.shown}
    names = display_names(people, to_members=viewer.sees_names)
    for voice in heard.shown:
        voice.noted_by = names.get(voice.author_id, "")
    history = timeline(problem.history, PROBLEM_HISTORY, names=names, with_reasons=viewer.sees_names or is_author)
    return render(
        request,
        "projects/problem.html",
        {
            "problem": problem,
            "viewer": viewer,
            "is_author": is_author,
            "author": names.get(problem.author_id, ""),
            "also_told": [
                (told["slug"], told["title"], names.get(UUID(told["author"]), "")) for told in problem.merged
            ],
            "language": language_name(problem.language),
            "heard": heard,
            "hears_people": problem.state in PROBLEM_HEARS_PEOPLE,
            "projects": queries.projects_of(problem),
            "first_tasks": queries.first_tasks_of(problem),
            "takes_projects": problem.state in PROBLEM_OPEN_TO_PROJECTS,
            "history": history,
            "last_step": history[-1] if history else None,
            "forms": {**_forms(problem, viewer), **(typed or {})},
        },
    )


def _forms(problem: Problem, viewer: Viewer) -> dict[str, BaseForm]:
    """The maintainers' forms that this state allows, empty."""
    if not viewer.is_maintainer:
        return {}
    found: dict[str, BaseForm] = {}
    if _reasoned_steps(problem):
        found["decide"] = _reason_form(problem)
    if "duplicate" in PROBLEM_TRANSITIONS[problem.state]:
        found["duplicate"] = _duplicate_form(problem)
    return found


def _reasoned_steps(problem: Problem) -> list[tuple[str, Any]]:
    if problem.state == Problem.State.DUPLICATE:
        return []  # it goes back by a button of its own
    nexts = PROBLEM_TRANSITIONS[problem.state]
    return [
        (to, words) for to, words in PROBLEM_STEPS.items() if to in nexts and (problem.state, to) not in _NOT_BY_REASON
    ]


def _reason_form(problem: Problem, data: QueryDict | None = None) -> ReasonForm:
    return ReasonForm(data, steps=_reasoned_steps(problem))


def _duplicate_form(problem: Problem, data: QueryDict | None = None) -> DuplicateForm:
    return DuplicateForm(data, others=queries.possible_originals(problem))


def _hand_in(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
    submit_problem(problem=problem, by=request.user.subject, now=timezone.now())
    return _("Handed in. A maintainer of %(guild)s reads it; everybody can see it now.") % {"guild": problem.guild.name}


def _accept(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
    accept_problem(problem=problem, by=request.user.subject, now=timezone.now())
    return _("Accepted. A project may answer it now.")


def _decide(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
    decide_problem(
        problem=problem, to=values["to"], by=request.user.subject, now=timezone.now(), reason=values["reason"]
    )
    return _("Done, with your reason in its history.")


def _mark_duplicate(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
    original_id: UUID = values["original"]
    original = get_object_or_404(Problem, pk=original_id, guild_id=problem.guild_id)
    mark_duplicate_problem(problem=problem, original=original, by=request.user.subject, now=timezone.now())
    return _("Marked as a duplicate: its voices and supporters count on the other page, and its author is named there.")


def _restore(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
    restore_duplicate_problem(problem=problem, by=request.user.subject, now=timezone.now())
    return _("Told apart again, with its own voices, supporters and projects.")


def _discard(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
    discard_problem(problem=problem, by=request.user.subject, now=timezone.now())
    return _("The draft is deleted.")


def _endorse(kind: str, said: Any) -> Action:
    def verb(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
        endorse_problem(problem=problem, by=request.user.subject, kind=kind, now=timezone.now())
        return str(said)

    return Action(verb)


def _unendorse(request: HttpRequest, problem: Problem, values: dict[str, Any]) -> str:
    withdraw_endorsement(problem=problem, by=request.user.subject, now=timezone.now())
    return _("Taken back. You are counted here no more.")


def _after_decision(problem: Problem, values: dict[str, Any]) -> Any:
    """A problem given back to its author is a draft that a maintainer no longer sees."""
    is_hidden = values["to"] == Problem.State.DRAFT and not problem.viewer.is_person(problem.author_id)
    return "projects:problems" if is_hidden else problem


def _maintainers_only(request: HttpRequest, problem: Problem) -> None:
    check_can_decide_problem(request.user.subject, problem, timezone.now())


ACTIONS = {
    "hand_in": Action(_hand_in),
    "discard": Action(_discard, then=lambda problem, values: "projects:problems"),
    "affected": _endorse("affected", _l("Counted: it hurts you too.")),
    "support": _endorse("support", _l("Counted: you support it.")),
    "unendorse": Action(_unendorse),
    "accept": Action(_accept),
    "decide": Action(_decide, form=_reason_form, check=_maintainers_only, then=_after_decision),
    "duplicate": Action(_mark_duplicate, form=_duplicate_form, check=_maintainers_only),
    "restore": Action(_restore),
}
