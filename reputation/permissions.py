"""Who may vouch, and what a sanction stops. The ledger itself asks nobody: its verbs are called by those of higher apps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Subject
from core.errors import PermissionRefused
from core.rights import Right, Who, machine, may
from guilds.models import Guild
from guilds.permissions import check_guild_open, check_member, check_steward
from guilds.queries import current_policy
from reputation.models import Vouch
from reputation.queries import sanction_on, standing_of


class Sanctioned(PermissionRefused):
    """A sanction stops this until a day."""

    code = "sanctioned"


class OwnSanction(PermissionRefused):
    """Nobody decides on a sanction that concerns themselves."""

    code = "own_sanction"


def check_not_sanctioned(ids: Sequence[UUID], guild: Guild, kind: str, now: datetime) -> None:
    """Refuse whoever (all linked ids) may not do `kind` in the guild until a day. Raises Sanctioned. One statement."""
    found = sanction_on(ids, guild.pk, kind, now)
    if found is None:
        return
    sentences = {
        "reviewing": _(
            "You can't review in %(guild)s until %(until)s, by a decision about you. Your own work and points are untouched; "
            "the reason is on the guild's page of trust."
        ),
        "vouching": _(
            "You can't vouch in %(guild)s until %(until)s, by a decision about you. Your work and points are untouched; the "
            "reason is on the guild's page of trust."
        ),
        "claiming": _(
            "You can't take tasks in %(guild)s until %(until)s, by a decision about you. You can always log hours on open "
            "work; the reason is on the guild's page of trust."
        ),
    }
    until = date_format(found.last_on, "DATE_FORMAT")
    raise Sanctioned(sentences[kind] % {"guild": guild.name, "until": until})


def check_can_vouch(subject: Subject, guild: Guild, now: datetime, *, ids: Sequence[UUID]) -> None:
    """Members with enough standing. Raises PermissionRefused, Sanctioned."""
    check_guild_open(guild)
    check_member(subject, guild)
    check_not_sanctioned(ids, guild, "vouching", now)
    enough, has = current_policy(guild.pk, now).vouch_standing, standing_of(ids, guild.pk, now)
    if has < enough:
        raise PermissionRefused(
            _("A standing of %(enough)s lets you vouch for somebody in %(guild)s: you have %(has)s by now.")
            % {"enough": enough, "guild": guild.name, "has": has}
        )


def check_own_vouch(vouch: Vouch, ids: Sequence[UUID]) -> None:
    """Whoever gave it. Raises PermissionRefused."""
    if vouch.voucher_id not in ids:
        raise PermissionRefused(_("Only whoever vouched takes it back."))


def check_can_sanction(
    by: Subject, guild: Guild, now: datetime, *, ids: Sequence[UUID], concerned: Collection[UUID]
) -> None:
    """Stewards of the guild or the hub whom it doesn't concern (`concerned`: all ids of those). Raises PermissionRefused."""
    check_steward(by, guild, now)
    if set(ids) & set(concerned):
        raise OwnSanction(
            _("Only stewards whom it does not concern decide on this. Another steward can, or one of this hub.")
        )


RIGHTS: tuple[Right, ...] = (
    may("vouch_for", Who.MEMBER, note="with the standing that the guild's policy asks, for another member"),
    may("withdraw_vouch", Who.OWNER, in_closed_guild=True),
    may("put_sanction", Who.STEWARD, Who.HUB_STEWARD, note="on another member, with a reason and an end"),
    may("lift_sanction", Who.STEWARD, Who.HUB_STEWARD, note="on somebody else, with a reason", in_closed_guild=True),
    *machine("expire_points", "warn_of_expiry", "revoke_wrong_vouches"),
)
