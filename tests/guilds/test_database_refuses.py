"""The database itself refuses bad rows of guilds, asked as web and worker are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from guilds.models import Closing, Guild, GuildExport, Handover, InviteLink, JoinRequest
from tests.factories import MONDAY, World, make_world

pytestmark = pytest.mark.django_db
HASH = "a" * 64
LATER = MONDAY + timedelta(days=1)


def link(w: World, **fields: object) -> InviteLink:
    values = {"token_hash": HASH, "made_by": w.steward, "made_at": MONDAY, "expires_at": LATER, "uses_most": 3}
    return InviteLink(guild=w.guild, **{**values, **fields})


def asked(w: World, **fields: object) -> JoinRequest:
    return JoinRequest(guild=w.guild, subject=w.outsider, asked_at=MONDAY, **fields)


def closing(w: World, **fields: object) -> Closing:
    return Closing(guild=w.guild, proposed_at=MONDAY, **{"proposed_by": w.steward, "reason": "Done.", **fields})


def handover(w: World, **fields: object) -> Handover:
    values = {"offered_by": w.steward, "offered_to": w.reviewer, "offered_at": MONDAY}
    return Handover(guild=w.guild, **{**values, **fields})


def export(w: World, **fields: object) -> GuildExport:
    return GuildExport(guild=w.guild, asked_by=w.steward, asked_at=MONDAY, seen_at=MONDAY, **fields)


def changed(w: World, **fields: object) -> Guild:
    for name, value in fields.items():
        setattr(w.guild, name, value)
    return w.guild


BAD: dict[str, Callable[[World], object]] = {
    "invite_link_taken_by_no_more": lambda w: link(w, uses=4),
    "invite_link_lets_somebody_in": lambda w: link(w, uses_most=0),
    "invite_link_expires_after_start": lambda w: link(w, expires_at=MONDAY),
    "invite_link_hash_shape": lambda w: link(w, token_hash="a secret"),
    "join_request_answered_by_somebody": lambda w: asked(w, answer="accepted", answered_at=LATER),
    "join_request_declined_with_reason": lambda w: asked(
        w, answer="declined", answered_at=LATER, answered_by=w.steward
    ),
    "closing_needs_a_reason": lambda w: closing(w, reason=""),
    "closing_answered_by_somebody": lambda w: closing(w, answer="withdrawn"),
    "closing_confirmed_by_another": lambda w: closing(w, answer="confirmed", answered_by=w.steward, answered_at=LATER),
    "handover_between_two": lambda w: handover(w, offered_to=w.steward),
    "handover_answered_at_a_time": lambda w: handover(w, answer="accepted"),
    "guild_export_state_known": lambda w: export(w, state="lost"),
    "guild_export_ready_with_data": lambda w: export(w, state="ready"),
    "guild_joining_known": lambda w: changed(w, joining="by lot"),
    "guild_declined_with_reason": lambda w: changed(w, declined_at=MONDAY, declined_by=w.hub_steward),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_refused(name: str) -> None:
    world = make_world()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BAD[name](world).save()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("join_request_one_waiting", asked),
        ("closing_one_waiting", closing),
        ("handover_one_waiting", handover),
        ("guild_export_one_at_a_time", export),
    ],
)
def test_one_waits_at_a_time(name: str, make: Callable[[World], object]) -> None:
    world = make_world()
    make(world).save()  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make(world).save()  # type: ignore[attr-defined]
