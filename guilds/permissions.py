"""Who may do what in a guild, refused in sentences that say what would help."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects
from core.errors import PermissionRefused
from core.rights import Right, Who, may
from guilds.models import Guild
from guilds.queries import guilds_reviewed_by, is_member, live_grants

#: A right includes the rights below it.
INCLUDED_IN: dict[str, tuple[str, ...]] = {
    "reviewer": ("reviewer", "maintainer", "steward"),
    "maintainer": ("maintainer", "steward"),
    "steward": ("steward",),
}


def has_grant(subject_id: UUID, guild_id: UUID, right: str, now: datetime) -> bool:
    """Whether the person holds the right, or one that includes it, in the guild at `now`."""
    ids = linked_subjects(subject_id)
    return live_grants(now).filter(guild_id=guild_id, subject_id__in=ids, right__in=INCLUDED_IN[right]).exists()


def may_review_in(subject_id: UUID, guild_id: UUID, now: datetime) -> bool:
    """Whether the person may review in the guild at `now`: by grant, or by a member's standing."""
    ids = linked_subjects(subject_id)
    return guild_id in guilds_reviewed_by(ids, now)


def is_hub_steward(subject: Subject) -> bool:
    """Whether the person looks after the whole hub (`User.is_staff`)."""
    user = getattr(subject, "user", None)
    return bool(user and user.is_active and user.is_staff)


def check_guild_open(guild: Guild) -> None:
    """Refuse every change in a guild that is not open yet or closed by now."""
    if guild.state == Guild.State.PROPOSED:
        raise PermissionRefused(_("This guild isn't open yet. A hub steward opens it; then you can work here."))
    if guild.state == Guild.State.CLOSED:
        raise PermissionRefused(_("This guild is closed. You can read everything, but nothing new is taken."))


def check_member(subject: Subject, guild: Guild) -> None:
    """Refuse people who don't belong to the guild."""
    if not is_member(subject.pk, guild.pk):
        raise PermissionRefused(
            _("Only members of %(guild)s can do this. Join the guild first.") % {"guild": guild.name}
        )


def check_maintainer(subject: Subject, guild: Guild, now: datetime) -> None:
    """Refuse people without a maintainer's grant."""
    if not has_grant(subject.pk, guild.pk, "maintainer", now):
        raise PermissionRefused(
            _("Only maintainers of %(guild)s can do this. A steward of the guild can make you one.")
            % {"guild": guild.name}
        )


def check_steward(subject: Subject, guild: Guild, now: datetime) -> None:
    """Refuse people without a steward's grant; a hub steward may act for any guild."""
    if not (has_grant(subject.pk, guild.pk, "steward", now) or is_hub_steward(subject)):
        raise PermissionRefused(_("Only stewards of %(guild)s can do this.") % {"guild": guild.name})


def check_hub_steward(subject: Subject) -> None:
    """Refuse everybody but the hub's own stewards."""
    if not is_hub_steward(subject):
        raise PermissionRefused(_("Only a steward of this hub can do this."))


RIGHTS: tuple[Right, ...] = (
    may("propose_guild", Who.SIGNED_IN),
    may("open_guild", Who.HUB_STEWARD, note="for another person"),
    may("join_guild", Who.SIGNED_IN),
    may("leave_guild", Who.SIGNED_IN, note="whoever is no member changes nothing", in_closed_guild=True),
    may("grant_right", Who.STEWARD, Who.HUB_STEWARD, note="to another member"),
    may("revoke_right", Who.STEWARD, Who.HUB_STEWARD, in_closed_guild=True),
    may("publish_policy", Who.STEWARD, Who.HUB_STEWARD),
)
