"""Reputation's reactions to what happened: tell whom a vouch or a sanction is about."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import Subject
from core.models import Event
from core.registries import subscribe
from guilds.models import Guild
from notices.services import News, notify

_NOTICE_OF = {"vouch.given": "vouch_given", "sanction.put": "sanction_put", "sanction.lifted": "sanction_lifted"}


def tell_of_trust(events: Sequence[Event]) -> None:
    """One line for the person a vouch or a sanction is about. Twice is once."""
    guilds = Guild.objects.in_bulk({event.guild for event in events if event.guild})
    ids = {UUID(event.data["subject"]) for event in events if "subject" in event.data}
    alive = set(Subject.objects.filter(pk__in=ids, erased_at__isnull=True).values_list("pk", flat=True))
    news = [
        News(
            subject_id=UUID(event.data["subject"]),
            kind=_NOTICE_OF[event.kind],
            event_id=event.pk,
            url=reverse("contributions:trust", args=[guilds[event.guild].slug]),
            params=_params(event, guilds[event.guild]),
            happened_at=event.occurred_at,
        )
        for event in events
        if event.guild in guilds and "subject" in event.data and UUID(event.data["subject"]) in alive
    ]
    notify(news, now=timezone.now())


def _params(event: Event, guild: Guild) -> dict[str, int | str]:
    params: dict[str, int | str] = {"guild": guild.name}
    params |= {name: event.data[key] for name, key in (("stops", "stops"), ("on", "until")) if key in event.data}
    return params


def register() -> None:
    """Subscribe to the kinds above."""
    subscribe("reputation.tell_of_trust", tell_of_trust, _NOTICE_OF)
