"""Guilds' reactions to what happened: tell whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.utils import timezone

from core.models import Event
from core.registries import subscribe
from guilds.models import Guild, Handover, Membership
from guilds.queries import holders
from notices.services import News, notify

#: Told to the person the event is about.
_TO_ITS_PERSON = {
    "guild.declined": "guild_declined",
    "join_request.accepted": "join_request_accepted",
    "join_request.declined": "join_request_declined",
    "grant.given": "grant_given",
    "grant.revoked": "grant_revoked",
    "stewardship.offered": "stewardship_offered",
}
#: Told to the guild's stewards.
_TO_STEWARDS = {"join_request.made": "join_request_made", "guild.closing_proposed": "guild_closing_proposed"}
#: Told to everybody who belongs to it.
_TO_MEMBERS = {"guild.closed": "guild_closed", "guild.opened": "guild_opened"}
#: Told to the steward who offered.
_TO_GIVER = {"stewardship.accepted": "stewardship_accepted", "stewardship.declined": "stewardship_declined"}
_NOTICE_OF = {**_TO_ITS_PERSON, **_TO_STEWARDS, **_TO_MEMBERS, **_TO_GIVER}


def tell_people(events: Sequence[Event]) -> None:
    """One line in the inbox of everybody concerned but whoever did it; twice is once."""
    guilds = Guild.objects.in_bulk({event.guild for event in events if event.guild})
    news = [
        News(
            subject_id=subject_id,
            kind=_NOTICE_OF[event.kind],
            event_id=event.pk,
            url=guilds[event.guild].get_absolute_url(),
            params=_params(event, guilds[event.guild]),
            happened_at=event.occurred_at,
        )
        for event in events
        if event.guild in guilds
        for subject_id in _concerned(event, guilds[event.guild])
        if subject_id != event.actor
    ]
    notify(news, now=timezone.now())


def _params(event: Event, guild: Guild) -> dict[str, int | str]:
    params: dict[str, int | str] = {"guild": guild.name}
    params |= {name: event.data[key] for name, key in (("right", "right"), ("on", "until")) if key in event.data}
    return params


def _concerned(event: Event, guild: Guild) -> Iterator[UUID]:
    if event.kind in _TO_ITS_PERSON:
        if "subject" in event.data:
            yield UUID(event.data["subject"])
    elif event.kind in _TO_STEWARDS:
        yield from holders(guild.pk, ["steward"], timezone.now())
    elif event.kind in _TO_MEMBERS:
        members = Membership.objects.filter(guild=guild, left_at__isnull=True)
        yield from members.values_list("subject_id", flat=True)
    else:
        yield from Handover.objects.filter(pk=event.object_id).values_list("offered_by_id", flat=True)


def register() -> None:
    """Subscribe to the kinds above."""
    subscribe("guilds.tell_people", tell_people, _NOTICE_OF)
