"""Who may report, decide and appeal, refused in sentences that say what would help."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, same_person
from core.errors import DomainError, PermissionRefused
from core.rights import Right, Who, machine, may
from core.written import written_as
from guilds.permissions import has_grant, is_hub_steward
from moderation.models import Case


class NothingThere(PermissionRefused):
    """What the person can't see, they can't report; it is not said whether it exists."""

    code = "nothing_there"
    status = 404


class OwnWords(DomainError):
    """Nobody reports themselves."""

    code = "own_words"


def check_can_report(subject: Subject, row: Any, now: datetime) -> None:
    """Whoever may see the words may report them, but not their author. Raises NothingThere, OwnWords."""
    entry = written_as(row)
    author = entry.author_id(row)
    if author is not None and same_person(subject.pk, author):
        raise OwnWords(_("These are your own words. You can change them on their page."))
    user = getattr(subject, "user", None)
    if user is None or not entry.may_see(row, user, now):
        raise NothingThere(_("There is nothing here that you could report."))


def is_for_hub(row: Any, now: datetime) -> bool:
    """Whether only the hub's stewards may decide: there is no guild, or its stewards would judge one of themselves."""
    entry = written_as(row)
    guild, author = entry.guild(row), entry.author_id(row)
    return guild is None or author is None or has_grant(author, guild, "steward", now)


def check_can_decide(subject: Subject, case: Case, now: datetime) -> None:
    """Stewards of the case's guild, or of the hub; nobody on their own words or their own report."""
    ids = linked_subjects(subject.pk)
    if case.author_id in ids:
        raise PermissionRefused(_("These are your own words. Another moderator decides."))
    if case.reports.filter(reporter_id__in=ids).exists():
        raise PermissionRefused(_("You reported this yourself. Another moderator decides."))
    if is_hub_steward(subject):
        return
    about_steward = case.author_id is not None and (
        case.guild_id is None or has_grant(case.author_id, case.guild_id, "steward", now)
    )
    if case.guild_id is None or case.for_hub or about_steward:
        raise PermissionRefused(_("This is for a steward of the hub, because it is about a steward or about no guild."))
    if not has_grant(subject.pk, case.guild_id, "steward", now):
        raise PermissionRefused(_("Only stewards of the guild, and of the hub, decide about what was reported."))


def check_can_settle(subject: Subject, case: Case, now: datetime) -> None:
    """As `check_can_decide`, and somebody else than who hid the words."""
    check_can_decide(subject, case, now)
    if case.decided_by_id is not None and same_person(subject.pk, case.decided_by_id):
        raise PermissionRefused(
            _("You hid these words. Another steward of the guild decides the appeal, or a steward of the hub.")
        )


def check_is_author(subject: Subject, case: Case) -> None:
    """Only whoever wrote the words appeals."""
    if case.author_id is None or not same_person(subject.pk, case.author_id):
        raise PermissionRefused(_("Only the author of these words can appeal."))


_OTHERS = "never about their own words, nor on their own report; about a guild's steward, a steward of the hub"

RIGHTS: tuple[Right, ...] = (
    may("report_writing", Who.SIGNED_IN, note="what they may see and did not write", in_closed_guild=True),
    may("hide_writing", Who.STEWARD, Who.HUB_STEWARD, note=_OTHERS, in_closed_guild=True),
    may("dismiss_case", Who.STEWARD, Who.HUB_STEWARD, note=_OTHERS, in_closed_guild=True),
    may("show_writing", Who.STEWARD, Who.HUB_STEWARD, note=_OTHERS, in_closed_guild=True),
    may("appeal_case", Who.OWNER, note="once, within 30 days", in_closed_guild=True),
    may("settle_appeal", Who.STEWARD, Who.HUB_STEWARD, note="not whoever hid it", in_closed_guild=True),
    *machine("forget_case_words"),
)
