"""Guilds, and the people who belong to them: accounts, profiles, rights, an inbox with something in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress

from accounts.models import Profile, Subject, User
from benchmarks.dice import Dice
from benchmarks.rows import Rows
from guilds.models import Grant, Guild, Membership, Policy
from notices.models import Notice

ZONES = ("Asia/Kolkata", "Asia/Jakarta", "Africa/Nairobi", "UTC")
NOTICES_EACH = 5


@dataclass
class BenchGuild:
    """One guild while the world is made: its members' and reviewers' subject ids."""

    id: UUID
    members: list[UUID] = field(default_factory=list)
    reviewers: list[UUID] = field(default_factory=list)
    maintainers: list[UUID] = field(default_factory=list)


@dataclass
class People:
    """Everybody, in the order of how much they do."""

    subjects: list[UUID]
    guild_of: dict[UUID, BenchGuild]
    guilds: list[BenchGuild]


def make_people(cursor: Any, dice: Dice, *, people: int, guilds: int, now: datetime) -> People:
    """Members in guilds of very different size; each has 1 steward, 2 maintainers and a reviewer per 60 members."""
    founded = now - timedelta(days=500)
    made = _make_guilds(cursor, dice, guilds, founded)
    weights = [(rank + 1) ** -0.7 for rank in range(guilds)]
    subjects, users, profiles = Rows(Subject), Rows(User), Rows(Profile)
    addresses, seats = Rows(EmailAddress), Rows(Membership)
    found = People([], {}, made)
    for number in range(people):
        joined = dice.moment(founded, now - timedelta(days=370))
        subject = dice.uuid(joined)
        guild = made[number] if number < guilds else dice.choices(made, weights)[0]
        subjects.add(id=subject, created_at=joined)
        # A password that opens nothing: people log in by a mailed code.
        email = f"person-{number}@example.org"
        users.add(email=email, subject_id=subject, password="!", date_joined=joined)
        addresses.add(email=email, user_id=number + 1, verified=True, primary=True)
        zone = dice.choice(ZONES)
        profiles.add(subject_id=subject, display_name=f"{dice.words(1)} {dice.words(1)}", timezone=zone)
        for home in {guild.id: guild, **({made[0].id: made[0]} if dice.random() < 0.1 else {})}.values():
            seats.add(id=dice.uuid(joined), guild_id=home.id, subject_id=subject, joined_at=joined)
        guild.members.append(subject)
        found.subjects.append(subject)
        found.guild_of[subject] = guild
    for rows in (subjects, users, profiles, addresses, seats):
        rows.write(cursor)
    _grant(cursor, dice, made, founded)
    _fill_inboxes(cursor, dice, found, now)
    return found


def _make_guilds(cursor: Any, dice: Dice, count: int, founded: datetime) -> list[BenchGuild]:
    guilds, policies = Rows(Guild), Rows(Policy)
    made = []
    for number in range(count):
        guild = BenchGuild(dice.uuid(founded))
        guilds.add(
            id=guild.id, slug=f"guild-{number}", name=f"{dice.words(2)} guild {number}", summary=dice.words(18),
            timezone=dice.choice(ZONES), state="open", created_at=founded,
        )  # fmt: skip
        policies.add(id=dice.uuid(founded), guild_id=guild.id, version=1, effective_at=founded)
        made.append(guild)
    guilds.write(cursor)
    policies.write(cursor)
    return made


def _grant(cursor: Any, dice: Dice, guilds: list[BenchGuild], founded: datetime) -> None:
    grants = Rows(Grant)
    for guild in guilds:
        chosen = guild.members[: 3 + max(3, len(guild.members) // 60)]
        rights = ["steward", "maintainer", "maintainer", *["reviewer"] * len(chosen)]
        for subject, right in zip(chosen, rights, strict=False):
            grants.add(id=dice.uuid(founded), guild_id=guild.id, subject_id=subject, right=right, starts_at=founded)
        guild.reviewers = chosen
        guild.maintainers = chosen[:3]
    grants.write(cursor)


def _fill_inboxes(cursor: Any, dice: Dice, people: People, now: datetime) -> None:
    notices = Rows(Notice)
    for subject in people.subjects:
        for number in range(NOTICES_EACH):
            at = dice.moment(now - timedelta(days=60), now)
            notices.add(
                id=dice.uuid(at), subject_id=subject, kind="contribution.approved", url="/home/", event_id=dice.uuid(at),
                params={"task": dice.words(3), "points": 10}, created_at=at, read_at=at if number else None,
            )  # fmt: skip
    notices.write(cursor)
