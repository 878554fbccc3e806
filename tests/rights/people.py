"""Everybody who might try a verb: the world's people, and those at its edges."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Subject
from core.rights import Who
from guilds.services import grant_right, join_guild, leave_guild, revoke_right
from reputation.services import approval_transfers, transfer
from tests.factories import World, make_person, make_world

#: Kinds of people by what they are to the world's guild. The contributor owns what the trials are about.
PEOPLE: dict[Who, frozenset[str]] = {
    Who.SIGNED_IN: frozenset(
        {
            "outsider", "neighbour", "left", "contributor", "member", "ended", "standing",
            "reviewer", "maintainer", "steward", "hub_steward",
        }
    ),
    Who.MEMBER: frozenset(
        {"contributor", "member", "ended", "standing", "reviewer", "maintainer", "steward"}
    ),
    Who.OWNER: frozenset({"contributor"}),
    Who.REVIEWER: frozenset({"standing", "reviewer", "maintainer", "steward"}),
    Who.MAINTAINER: frozenset({"maintainer", "steward"}),
    Who.STEWARD: frozenset({"steward"}),
    Who.HUB_STEWARD: frozenset({"hub_steward"}),
    Who.MACHINE: frozenset(),
}  # fmt: skip
EVERYBODY = sorted(PEOPLE[Who.SIGNED_IN])


def earn(person: Subject, world: World, rep: int) -> None:
    """Give somebody reputation of today in the world's guild, as approvals would."""
    transfer(
        approval_transfers(
            source_kind="deed",
            source_id=person.pk,
            guild=world.guild.pk,
            subject=person.pk,
            points=rep,
            policy_version=1,
            arithmetic={"rule": "contribution", "points": rep},
            effective_at=world.now - timedelta(hours=1),
            vests_on=world.now.date() + timedelta(days=8),
        ),
        now=world.now,
    )


def crowded_world() -> World:
    """The world, and in `extra`: a neighbour (steward of another guild), somebody who left, a plain member,
    a member whose steward's grant ended, and a member with nothing but standing."""
    world, elsewhere = make_world(), make_world()
    start = world.now - timedelta(days=1)
    people = {name: make_person(name) for name in ("left", "member", "ended", "standing")}
    for person in people.values():
        join_guild(guild=world.guild, by=person, now=start)
    grant_right(
        guild=world.guild, subject=people["ended"], right="steward", by=world.steward, now=start,
        until=world.now - timedelta(minutes=1),
    )  # fmt: skip
    once = grant_right(guild=world.guild, subject=people["member"], right="steward", by=world.steward, now=start)
    revoke_right(grant=once, by=world.steward, now=start)
    grant_right(guild=world.guild, subject=people["left"], right="steward", by=world.steward, now=start)
    earn(people["standing"], world, 400)
    earn(people["left"], world, 4000)
    leave_guild(guild=world.guild, by=people["left"], now=start)
    world.extra |= {**people, "neighbour": elsewhere.steward, "elsewhere": elsewhere}
    return world


def person_of(world: World, name: str) -> Subject:
    """Somebody of `PEOPLE` by name."""
    found = getattr(world, name, None) or world.extra[name]
    assert isinstance(found, Subject)
    return found
