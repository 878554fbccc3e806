"""Accounts' reactions to what happened: whose work somebody approved, and who was given a right, may link to anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from accounts.services import free_links
from core.models import Event
from core.registries import subscribe

#: kind -> the field of the event that names whose links are free from now on ("": whoever did it).
_FREES = {"contribution.approved": "subject", "grant.given": "subject", "guild.opened": ""}


def free_links_of_the_trusted(events: Sequence[Event]) -> None:
    """Links in the words of these people are links from now on; twice is once."""
    people: set[UUID] = set()
    for event in events:
        field = _FREES[event.kind]
        subject = event.data.get(field) if field else event.actor
        if subject:
            people.add(UUID(str(subject)))
    free_links(subject_ids=people, now=timezone.now())


def register() -> None:
    """Subscribe to the kinds above."""
    subscribe("accounts.free_links", free_links_of_the_trusted, _FREES)
