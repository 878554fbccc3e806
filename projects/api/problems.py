"""Problems over the API: to find, tell, hand in and decide on."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, READ, Endpoint, reads, writes
from core.api.paging import NEWEST_FIRST, Listing, page
from core.written import with_links
from guilds.api.reach import guild_for, own_ids
from projects.api.reach import problem_for, shown_problem, told_problems
from projects.api.shapes import (
    DecisionShape,
    DuplicateShape,
    NewProblemShape,
    ProblemShape,
    ProblemsQuery,
    ProblemWordsShape,
)
from projects.models import Problem
from projects.queries import matching_problems, with_open_tasks
from projects.services import (
    accept_problem,
    decide_problem,
    discard_problem,
    draft_problem,
    edit_problem,
    mark_duplicate_problem,
    restore_duplicate_problem,
    submit_problem,
)

SCOPE = "projects:write"


class Problems(Endpoint):
    """All problems."""

    @reads("list_problems", ProblemShape, scope=PUBLIC, query=ProblemsQuery, order=NEWEST_FIRST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List public problems, the newest first."""
        wanted = {name: str(values.pop(name)) for name in set(values) - {"limit", "after"}}
        return _listed(matching_problems(wanted), request, values)

    @writes("draft_problem", scope=SCOPE, body=NewProblemShape, answer=ProblemShape, status=201)
    def post(self, request: Request, values: dict[str, Any]) -> Problem:
        """Tell a problem in a guild of yours; it stays a draft until you hand it in."""
        guild = guild_for(request, values.pop("guild"))
        return shown_problem(draft_problem(guild=guild, by=request.user.subject, now=timezone.now(), **values), request)


class Drafts(Endpoint):
    """Problems that only you see."""

    @reads("list_drafts", ProblemShape, scope=READ, order=NEWEST_FIRST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List your own drafts of problems, the newest first."""
        rows = Problem.objects.filter(author_id__in=own_ids(request), state=Problem.State.DRAFT)
        return _listed(rows, request, values)


class OneProblem(Endpoint):
    """One problem."""

    @reads("read_problem", ProblemShape, scope=PUBLIC)
    def get(self, request: Request, slug: str) -> Problem:
        """Read one problem."""
        return shown_problem(problem_for(request, slug), request)

    @writes("edit_problem", scope=SCOPE, body=ProblemWordsShape, answer=ProblemShape, is_partial=True)
    def patch(self, request: Request, slug: str, values: dict[str, Any]) -> Problem:
        """Change a problem's words: its author while it is a draft, maintainers afterwards."""
        problem = problem_for(request, slug)
        edited = edit_problem(problem=problem, by=request.user.subject, now=timezone.now(), **values)
        return shown_problem(edited, request)


class HandingIn(Endpoint):
    """Giving a draft to the guild."""

    @writes("submit_problem", scope=SCOPE, answer=ProblemShape)
    def post(self, request: Request, slug: str) -> Problem:
        """Hand a draft of yours to the guild's maintainers; everybody can read it from then on."""
        problem = problem_for(request, slug)
        return shown_problem(submit_problem(problem=problem, by=request.user.subject, now=timezone.now()), request)


class Accepting(Endpoint):
    """Taking a problem on."""

    @writes("accept_problem", scope=SCOPE, answer=ProblemShape)
    def post(self, request: Request, slug: str) -> Problem:
        """Take a problem on, so that a project may answer it. For maintainers."""
        problem = problem_for(request, slug)
        return shown_problem(accept_problem(problem=problem, by=request.user.subject, now=timezone.now()), request)


class Deciding(Endpoint):
    """Every other step of a problem."""

    @writes("decide_problem", scope=SCOPE, body=DecisionShape, answer=ProblemShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Problem:
        """Decline, park, resume, pilot or solve a problem, with a reason. For maintainers."""
        problem = problem_for(request, slug)
        decided = decide_problem(problem=problem, by=request.user.subject, now=timezone.now(), **values)
        return shown_problem(decided, request)


class Merging(Endpoint):
    """Marking a problem as told before."""

    @writes("mark_duplicate_problem", scope=SCOPE, body=DuplicateShape, answer=ProblemShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Problem:
        """Say that a problem repeats another one of the same guild. For maintainers."""
        problem = problem_for(request, slug)
        original = get_object_or_404(Problem.objects.public(), slug=values["original"], guild_id=problem.guild_id)
        marked = mark_duplicate_problem(problem=problem, original=original, by=request.user.subject, now=timezone.now())
        return shown_problem(marked, request)


class TellingApart(Endpoint):
    """A duplicate that is none."""

    @writes("restore_duplicate_problem", scope=SCOPE, answer=ProblemShape)
    def post(self, request: Request, slug: str) -> Problem:
        """Tell a duplicate apart again: it goes back to where it was, with all that is its own. For maintainers."""
        problem = problem_for(request, slug)
        apart = restore_duplicate_problem(problem=problem, by=request.user.subject, now=timezone.now())
        return shown_problem(apart, request)


class Discarding(Endpoint):
    """Deleting a draft."""

    @writes("discard_problem", scope=SCOPE, answer=ProblemShape)
    def post(self, request: Request, slug: str) -> Problem:
        """Delete a draft of yours for good; the answer is what it was."""
        problem = shown_problem(problem_for(request, slug), request)
        discard_problem(problem=problem, by=request.user.subject, now=timezone.now())
        return problem


def _listed(rows: Any, request: Request, values: dict[str, Any]) -> Listing:
    found = page(with_open_tasks(with_links(rows.select_related("guild", "duplicate_of"))), NEWEST_FIRST, **values)
    return Listing(told_problems(found.items, request), found.after)
