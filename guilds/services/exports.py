"""A guild's data as one file: ordered by a person, made in the background, kept for a week."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import Subject
from core.jobs import nudge
from guilds.export_file import one_moment, write_export
from guilds.models import Guild, GuildExport
from guilds.permissions import check_steward

#: An export younger than this is given again instead of being made again.
FRESH = timedelta(minutes=10)
KEPT = timedelta(days=7)
STALE_AFTER = timedelta(minutes=5)
ATTEMPTS_MOST = 5


@transaction.atomic
def order_export(*, guild: Guild, has_names: bool, by: Subject, now: datetime) -> GuildExport:
    """Have everything of a guild written into one file; while a fresh one is there or being made, that one is returned.

    With names for stewards; without for anybody. A proposed guild is nobody's but its stewards'. Raises PermissionRefused.
    """
    if has_names or guild.state == Guild.State.PROPOSED:
        check_steward(by, guild, now)
    Guild.objects.select_for_update(no_key=True).get(pk=guild.pk)
    rows = GuildExport.objects.filter(guild=guild, has_names=has_names).defer("data")
    known = rows.filter(state="waiting").first() or rows.filter(state="ready", finished_at__gt=now - FRESH).first()
    if known is not None:
        return known
    export = GuildExport.objects.create(guild=guild, has_names=has_names, asked_by=by, asked_at=now, seen_at=now)
    _nudge(export)
    return export


def make_export(*, export_id: UUID, now: datetime) -> None:
    """What the background job does: write the file and keep it. Safe to run twice, and at once."""
    export = GuildExport.objects.select_related("guild").defer("data").get(pk=export_id)
    if export.state != GuildExport.State.WAITING:
        return
    waiting = GuildExport.objects.filter(pk=export.pk, state="waiting")
    if export.attempts >= ATTEMPTS_MOST:
        waiting.update(state="failed", finished_at=now)
        return
    waiting.update(attempts=export.attempts + 1, seen_at=now)
    with tempfile.TemporaryFile() as file:
        with one_moment():
            write_export(export.guild, file, has_names=export.has_names, now=now)
        file.seek(0)
        waiting.update(state="ready", finished_at=now, data=file.read())


@transaction.atomic
def drop_exports(*, guild_id: UUID, now: datetime) -> None:
    """Delete a guild's files, because they hold words that were taken back; whoever wants one has it made anew.

    One that is being made read the words already perhaps: it fails, and is ordered again.
    """
    rows = GuildExport.objects.filter(guild_id=guild_id)
    rows.filter(state="ready").update(state="gone", data=None)
    rows.filter(state="waiting").update(state="failed", finished_at=now)


def sweep_exports(*, now: datetime) -> int:
    """Start exports again that lost their worker, and delete those that were kept long enough; returns how many."""
    lost = list(GuildExport.objects.filter(state="waiting", seen_at__lt=now - STALE_AFTER).defer("data"))
    for export in lost:
        _nudge(export)
    old = GuildExport.objects.filter(state="ready", finished_at__lt=now - KEPT)
    return len(lost) + old.update(state="gone", data=None)


def _nudge(export: GuildExport) -> None:
    from guilds.jobs import make_export as job  # jobs call services; only this name goes the other way

    nudge(job, str(export.pk))
