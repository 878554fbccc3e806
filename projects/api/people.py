"""Voices and endorsements over the API: what affected people said, and who stands behind a problem."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request

from accounts.queries import display_names
from core.api.endpoints import PUBLIC, Endpoint, reads, writes
from core.api.paging import NEWEST_FIRST, Listing, page
from guilds.api.reach import own_ids, viewer_of
from guilds.queries import Viewer
from projects.api.problems import SCOPE
from projects.api.reach import problem_for, shown_problem
from projects.api.shapes import ProblemShape
from projects.api.shapes_more import EndorsementShape, NewVoiceShape, VoiceShape
from projects.models import Problem, Voice
from projects.queries import voices_of
from projects.services import add_voice, endorse_problem, withdraw_endorsement, withdraw_voice


class Voices(Endpoint):
    """What affected people said."""

    @reads("list_voices", VoiceShape, scope=PUBLIC, order=NEWEST_FIRST)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List voices on a problem and on what was merged into it; those for the guild alone only to members."""
        problem = problem_for(request, slug)
        viewer = viewer_of(request, problem.guild_id)
        rows = voices_of(problem).filter(withdrawn_at__isnull=True).select_related("problem")
        if not viewer.sees_names:
            rows = rows.filter(is_public=True)
        found = page(rows, NEWEST_FIRST, **values)
        return Listing(_told(found.items, request, viewer), found.after)

    @writes("add_voice", scope=SCOPE, body=NewVoiceShape, answer=VoiceShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Voice:
        """Write down what somebody said to you who agreed to it; no names, no numbers. For members."""
        problem = problem_for(request, slug)
        made = add_voice(problem=problem, by=request.user.subject, now=timezone.now(), **values)
        return _told([made], request, viewer_of(request, problem.guild_id))[0]


class WithdrawingVoice(Endpoint):
    """Taking a voice back."""

    @writes("withdraw_voice", scope=SCOPE, answer=VoiceShape)
    def post(self, request: Request, pk: UUID) -> Voice:
        """Withdraw a voice because its person asks: its words are deleted for good."""
        voice = get_object_or_404(Voice.objects.select_related("problem"), pk=pk)
        problem_for(request, voice.problem.slug)
        viewer = viewer_of(request, voice.problem.guild_id)
        if not (voice.is_public or viewer.sees_names or viewer.is_person(voice.author_id)):
            return get_object_or_404(Voice.objects.none())
        withdrawn = withdraw_voice(voice=voice, by=request.user.subject, now=timezone.now())
        return _told([withdrawn], request, viewer)[0]


class Endorsing(Endpoint):
    """Standing behind a problem."""

    @writes("endorse_problem", scope=SCOPE, body=EndorsementShape, answer=ProblemShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Problem:
        """Say that a problem hurts you too, or that you support it; said again, it changes. For members."""
        problem = problem_for(request, slug)
        endorse_problem(problem=problem, by=request.user.subject, now=timezone.now(), **values)
        return shown_problem(problem, request)


class Unendorsing(Endpoint):
    """Taking it back."""

    @writes("withdraw_endorsement", scope=SCOPE, answer=ProblemShape)
    def post(self, request: Request, slug: str) -> Problem:
        """Take back what you said about a problem, wherever it was merged."""
        problem = problem_for(request, slug)
        withdraw_endorsement(problem=problem, by=request.user.subject, now=timezone.now())
        return shown_problem(problem, request)


def _told(voices: Iterable[Voice], request: Request, viewer: Viewer) -> list[Voice]:
    """Voices with whoever wrote them down, named where the sender sees names. One statement at most."""
    found, ids = list(voices), own_ids(request)
    names = display_names(voice.author_id for voice in found) if viewer.sees_names else {}
    for voice in found:
        voice.noted_by = {"name": names.get(voice.author_id, ""), "is_you": voice.author_id in ids}
    return found
