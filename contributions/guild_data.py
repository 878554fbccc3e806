"""What contributions puts into a guild's export: for stewards the work with its hours, and the verdicts on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from contributions.models import (
    Challenge,
    Contribution,
    IntegrityCase,
    PolicySimulation,
    Review,
    ReviewAssignment,
    SecondLook,
    TimeEntry,
)
from core.registries import GuildTable, register_guild_table

Rows = Iterable[Mapping[str, Any]]

#: What its person has not handed in, or took back, is theirs alone.
_PRIVATE = (Contribution.State.DRAFT, Contribution.State.WITHDRAWN)


def _works(guild_id: UUID, has_names: bool) -> Rows:
    rows = Contribution.objects.filter(guild_id=guild_id).exclude(state__in=_PRIVATE).order_by("pk")
    fields = (
        "id subject_id project_id task_id role source state note link created_at submitted_at decided_at "
        "minutes_counted minutes_credited points"
    )
    return rows.values(*fields.split()).iterator(2000)


def _entries(guild_id: UUID, has_names: bool) -> Rows:
    rows = TimeEntry.objects.filter(contribution__guild_id=guild_id).exclude(contribution__state__in=_PRIVATE)
    return rows.order_by("pk").values("contribution_id", "worked_on", "minutes").iterator(2000)


def _reviews(guild_id: UUID, has_names: bool) -> Rows:
    fields = "id contribution_id reviewer_id basis verdict rubric minutes_approved reason next_step policy_version decided_at"
    return Review.objects.filter(contribution__guild_id=guild_id).order_by("pk").values(*fields.split()).iterator(2000)


def _challenges(guild_id: UUID, has_names: bool) -> Rows:
    fields = (
        "id contribution_id review_id kind raised_by_id reason state panel opened_at seed seed_size drawn_at decided_at "
        "minutes_before points_before new_review_id"
    )
    return Challenge.objects.filter(guild_id=guild_id).order_by("pk").values(*fields.split()).iterator(2000)


def _looks(guild_id: UUID, has_names: bool) -> Rows:
    fields = "review_id contribution_id why outcome asked_at looked_by_id looked_at"
    return SecondLook.objects.filter(guild_id=guild_id).order_by("pk").values(*fields.split()).iterator(2000)


def _assignments(guild_id: UUID, has_names: bool) -> Rows:
    fields = "contribution_id reviewer_id assigned_at reminded_at ended_at ended_for"
    rows = ReviewAssignment.objects.filter(contribution__guild_id=guild_id).order_by("pk")
    return rows.values(*fields.split()).iterator(2000)


def _cases(guild_id: UUID, has_names: bool) -> Rows:
    fields = "id kind state evidence found_at closed_at words"
    return IntegrityCase.objects.filter(guild_id=guild_id).order_by("pk").values(*fields.split()).iterator(2000)


def _simulations(guild_id: UUID, has_names: bool) -> Rows:
    fields = "draft_id numbers against since asked_by_id asked_at state finished_at result"
    return PolicySimulation.objects.filter(draft__guild_id=guild_id).order_by("pk").values(*fields.split())


def register() -> None:
    """Fill the registry."""
    register_guild_table(
        GuildTable("contributions", _("work that was handed in, and what it brought"), _works, is_personal=True)
    )
    register_guild_table(GuildTable("time_entries", _("the days and minutes of that work"), _entries, is_personal=True))
    register_guild_table(GuildTable("reviews", _("the verdicts on it"), _reviews, is_personal=True))
    register_guild_table(
        GuildTable("challenges", _("disputed verdicts, and what panels decided"), _challenges, is_personal=True)
    )
    register_guild_table(
        GuildTable("second_looks", _("approvals that another reviewer looked at"), _looks, is_personal=True)
    )
    register_guild_table(
        GuildTable("assignments", _("to whom work was given for review"), _assignments, is_personal=True)
    )
    register_guild_table(
        GuildTable("integrity_cases", _("patterns of approvals that stewards looked at"), _cases, is_personal=True)
    )
    register_guild_table(
        GuildTable(
            "policy_simulations", _("what drafts of its numbers would have brought"), _simulations, is_personal=True
        )
    )
