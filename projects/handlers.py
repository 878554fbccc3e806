"""Projects' reactions to what happened: tell authors what became of their problem, and people that their time for a task ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.queries import linked_people
from core.models import Event
from core.registries import subscribe
from notices.services import News, notify
from projects.models import Problem, Task

#: Steps of a problem that its author hears of, by the state they led to.
_TOLD_OF = ("draft", "accepted", "in_project", "piloting", "solved", "parked", "duplicate", "rejected", "submitted")
_TASK_NOTICES = {"task.claim_reminded": "claim_ending", "task.released": "claim_ended"}


def tell_people(events: Sequence[Event]) -> None:
    """One line in the inbox for each thing; told twice is told once. The words come from the rows as they are now."""
    notify([*_about_problems(events), *_about_tasks(events)], now=timezone.now())


def _about_problems(events: Sequence[Event]) -> Iterable[News]:
    changed = [e for e in events if e.kind == "problem.changed" and e.data.get("to_state") in _TOLD_OF]
    found = Problem.objects.select_related("duplicate_of").in_bulk({event.object_id for event in changed})
    people = linked_people(problem.author_id for problem in found.values()) if found else {}
    for event in changed:
        problem = found.get(event.object_id)
        # Nobody is told of what they did themselves; a draft that was deleted since has nothing to tell.
        if problem is None or event.actor in people[problem.author_id]:
            continue
        params = {"title": problem.title, "to": event.data["to_state"]}
        if problem.duplicate_of is not None:
            params["original"] = problem.duplicate_of.title
        yield News(
            subject_id=problem.author_id,
            kind="problem_decided",
            event_id=event.pk,
            url=problem.get_absolute_url(),
            params=params,
            happened_at=event.occurred_at,
        )


def _about_tasks(events: Sequence[Event]) -> Iterable[News]:
    # A claim given back by its person needs no notice; one that ended by itself does.
    ended = [e for e in events if e.kind in _TASK_NOTICES and e.actor is None and e.data.get("subject")]
    titles = dict(Task.objects.filter(pk__in={e.object_id for e in ended}).values_list("pk", "title")) if ended else {}
    for event in ended:
        yield News(
            subject_id=UUID(event.data["subject"]),
            kind=_TASK_NOTICES[event.kind],
            event_id=event.pk,
            url=reverse("projects:task", args=[event.object_id]),
            params={"task": titles.get(event.object_id, "")},
            happened_at=event.occurred_at,
        )


def register() -> None:
    """Subscribe to the kinds above."""
    subscribe("projects.tell_people", tell_people, ("problem.changed", *_TASK_NOTICES))
