"""What guilds puts into a guild's export: its words, its numbers, and for stewards its people and their rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.registries import GuildTable, register_guild_table
from guilds.models import NUMBERS, Closing, Grant, Guild, InviteLink, JoinRequest, Membership, Policy, PolicyDraft
from guilds.queries import NAME

Rows = Iterable[Mapping[str, Any]]


def _guild(guild_id: UUID, has_names: bool) -> Rows:
    fields = "id slug name summary language timezone contact state joining created_at"
    yield from Guild.objects.filter(pk=guild_id).values(*fields.split())


def _policies(guild_id: UUID, has_names: bool) -> Rows:
    for row in Policy.objects.filter(guild_id=guild_id).order_by("version").values():
        yield {name: value for name, value in row.items() if name not in ("id", "guild_id", "published_by")}


def _drafts(guild_id: UUID, has_names: bool) -> Rows:
    rows = PolicyDraft.objects.filter(guild_id=guild_id).order_by("made_at", "pk")
    fields = (
        "id based_on reason worded_by_id made_by_id made_at saved_by_id saved_at state closed_by_id closed_at "
        "policy__version"
    )
    return rows.values(*fields.split(), *NUMBERS)


def _members(guild_id: UUID, has_names: bool) -> Rows:
    rows = Membership.objects.filter(guild_id=guild_id).annotate(name=NAME).order_by("joined_at", "pk")
    return rows.values("subject_id", "name", "roles", "joined_at", "left_at", "invited_by_id").iterator(2000)


def _grants(guild_id: UUID, has_names: bool) -> Rows:
    rows = Grant.objects.filter(guild_id=guild_id).order_by("starts_at", "pk")
    return rows.values("subject_id", "right", "given_by_id", "starts_at", "ends_at", "revoked_at").iterator(2000)


def _requests(guild_id: UUID, has_names: bool) -> Rows:
    rows = JoinRequest.objects.filter(guild_id=guild_id).order_by("asked_at", "pk")
    return rows.values("subject_id", "words", "asked_at", "answer", "answered_at", "reason").iterator(2000)


def _links(guild_id: UUID, has_names: bool) -> Rows:
    rows = InviteLink.objects.filter(guild_id=guild_id).order_by("made_at")
    return rows.values("id", "made_by_id", "made_at", "expires_at", "uses_most", "uses", "revoked_at").iterator(2000)


def _closings(guild_id: UUID, has_names: bool) -> Rows:
    rows = Closing.objects.filter(guild_id=guild_id).order_by("proposed_at")
    return rows.values("proposed_by_id", "proposed_at", "reason", "answer", "answered_by_id", "answered_at")


def register() -> None:
    """Fill the registry."""
    for table in (
        GuildTable("guild", _("what the guild says about itself"), _guild),
        GuildTable("policies", _("every version of its numbers"), _policies),
        GuildTable(
            "policy_drafts", _("drafts of its numbers, who made and closed them, and why"), _drafts, is_personal=True
        ),
        GuildTable("members", _("who belongs or belonged to it, and the name they gave"), _members, is_personal=True),
        GuildTable("grants", _("who was given which right by whom, until when"), _grants, is_personal=True),
        GuildTable("join_requests", _("who asked to join, and the answer"), _requests, is_personal=True),
        GuildTable("invite_links", _("links that let people in, without their secrets"), _links, is_personal=True),
        GuildTable("closings", _("proposals to close it, and the answer"), _closings, is_personal=True),
    ):
        register_guild_table(table)
