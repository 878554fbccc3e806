"""Steps that several verbs of guilds share: the guild under its lock, an event about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import record_event
from guilds.models import Guild


class ReasonMissing(DomainError):
    """A refusal without a reason helps nobody."""

    code = "reason_missing"


def locked_guild(guild: Guild) -> Guild:
    """The guild's row under its lock, as it is now."""
    return Guild.objects.select_for_update(no_key=True).get(pk=guild.pk)


def note_event(
    kind: str, guild: Guild, *, by: UUID | None, now: datetime, thing: tuple[str, UUID] | None = None, **data: object
) -> None:
    """Record what happened in a guild; `thing` is what it happened to, when that isn't the guild itself."""
    object_kind, object_id = thing or ("guild", guild.pk)
    record_event(kind, now=now, actor=by, guild=guild.pk, object_kind=object_kind, object_id=object_id, data=data)


def reason_given(reason: str) -> str:
    """The words without spaces around them. Raises ReasonMissing when there are none."""
    if not reason.strip():
        raise ReasonMissing(_("Please say why, in a sentence that they will read."))
    return reason.strip()[:600]
