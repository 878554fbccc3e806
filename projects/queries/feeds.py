"""What feeds hold: the newest problems, the newest tasks to take, and problems with a position. One statement each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce

from guilds.models import Guild
from projects.queries.problems import matching_problems, open_tasks

ENTRIES_MOST = 50
POSITIONS_MOST = 1000


class FeedProblem(NamedTuple):
    """A problem as a feed tells it: nobody's name. `links_free_at`: since when links in its words can be followed."""

    id: UUID
    slug: str
    title: str
    statement: str
    place: str
    language: str
    guild: str
    created_at: datetime
    changed_at: datetime
    links_free_at: datetime | None


class FeedTask(NamedTuple):
    """A task as a feed tells it."""

    id: UUID
    title: str
    description: str
    minutes: int
    language: str
    project: str
    published_at: datetime
    links_free_at: datetime | None


class Position(NamedTuple):
    """A problem that has a position: where its people pinned it, or else the town that its place names."""

    id: UUID
    slug: str
    title: str
    place: str
    language: str
    state: str
    guild: str
    created_at: datetime
    latitude: Decimal
    longitude: Decimal


def newest_problems(wanted: Mapping[str, str]) -> list[FeedProblem]:
    """The newest public problems that fit, duplicates left out."""
    told_at = Coalesce("submitted_at", "created_at")
    rows = matching_problems(wanted).order_by("-created_at", "-pk").values_list(
        "pk", "slug", "title", "statement", "place", "language", "guild__name", "created_at",
        Coalesce("edited_at", told_at), "author__links_free_at",
    )  # fmt: skip
    return [FeedProblem._make(row) for row in rows[:ENTRIES_MOST]]


def newest_tasks(guild: str = "") -> list[FeedTask]:
    """The newest tasks that somebody can take, of all guilds or of one."""
    rows = open_tasks().filter(project__hidden_at__isnull=True).exclude(project__guild__state=Guild.State.PROPOSED)
    if guild:
        rows = rows.filter(project__guild__slug=guild)
    found = rows.order_by("-published_at", "-pk").values_list(
        "pk", "title", "description", "estimate_minutes", "project__language", "project__title", "published_at",
        "author__links_free_at",
    )  # fmt: skip
    return [FeedTask._make(row) for row in found[:ENTRIES_MOST]]


def positions(wanted: Mapping[str, str]) -> list[Position]:
    """The newest public problems that fit and have a position. A pin goes before a name that was found."""
    rows = matching_problems(wanted).annotate(
        shown_latitude=Coalesce("latitude", F("found_place__latitude")),
        shown_longitude=Coalesce("longitude", F("found_place__longitude")),
    )
    found = rows.filter(shown_latitude__isnull=False).order_by("-created_at", "-pk").values_list(
        "pk", "slug", "title", "place", "language", "state", "guild__name", "created_at", "shown_latitude",
        "shown_longitude",
    )  # fmt: skip
    return [Position._make(row) for row in found[:POSITIONS_MOST]]
