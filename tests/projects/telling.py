"""Problems told, handed in and taken on, and voices on them, in one line each."""

from __future__ import annotations

from typing import Any

from accounts.models import Subject
from projects.models import Problem, Voice
from projects.services import accept_problem, add_voice, draft_problem, submit_problem
from tests.factories import World

WORDS = {"statement": "Nobody knows which.", "affected_people": "families", "place": "Jorhat"}


def tell(
    world: World, title: str = "Wells carry arsenic", *, by: Subject | None = None, state: str = "submitted"
) -> Problem:
    """A problem in one of its first states: "draft", "submitted" or "accepted"."""
    author = by or world.contributor
    problem = draft_problem(guild=world.guild, by=author, now=world.now, title=title, **WORDS)
    if state != "draft":
        problem = submit_problem(problem=problem, by=author, now=world.now)
    if state == "accepted":
        problem = accept_problem(problem=problem, by=world.maintainer, now=world.now)
    return problem


def say(world: World, problem: Problem | None = None, *, by: Subject | None = None, **changed: Any) -> Voice:
    """A voice on a problem."""
    values: dict[str, Any] = {
        "words": "The water was at the door before the radio said a word.",
        "role": "fisher",
        "consent": "spoken",
        "consented_on": world.now.date(),
        **changed,
    }
    return add_voice(problem=problem or world.problem, by=by or world.contributor, now=world.now, **values)
