"""Inviting many people by mail: a steward brings a list, looks at it, has it sent, and may stop or take back.

Nothing leaves the house here: `invitation_sending` does that in the background, one row at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError, TransitionRefused
from core.ids import uuid7
from core.jobs import nudge
from core.languages import WRITTEN_LANGUAGES
from core.limits import check_limit
from guilds.invitation_mail import address_digests
from guilds.invitation_reading import FileRefused, Known, ReadRow, address_of
from guilds.invitation_words import unreadable
from guilds.models import Guild, Invitation, InvitationList, NoInvitations
from guilds.permissions import check_guild_open, check_steward
from guilds.queries import invitation_counts, member_addresses
from guilds.rules import INVITATION_DAYS_MOST, INVITATION_LISTS_OPEN, INVITATIONS_A_DAY, ROLES
from guilds.services.steps import locked_guild, note_event

State = InvitationList.State
Row = Invitation.State
A_DAY = timedelta(days=1)
#: What a row keeps of its person when its invitation is none (any more).
NO_WORDS: dict[str, object] = {"email": "", "name": "", "language": "", "roles": []}


class NobodyToInvite(DomainError):
    """Everybody in the list is a member, invited or unwilling, or can't be reached."""

    code = "nobody_to_invite"


class TooManyInvitations(DomainError):
    """The guild has sent as many as it may within a day, or has too many lists open."""

    code = "too_many_invitations"
    status = 429


class NoSuchInvitation(DomainError):
    """No invitation to that address waits to be taken."""

    code = "no_such_invitation"


@dataclass(frozen=True)
class _Known:
    """Addresses that get no mail, each for its reason."""

    members: Collection[str]
    invited: Collection[str]
    unwanted: Collection[str]

    def state_of(self, email: str) -> str:
        """The state of a row that is looked at."""
        if email in self.members:
            return Row.MEMBER
        if email in self.invited:
            return Row.INVITED
        return Row.UNWANTED if email in self.unwanted else Row.NEW


@transaction.atomic
def count_invitation_list(*, by: Subject, now: datetime) -> None:
    """Count a list before it is read, in a transaction of its own: a bad one costs as much as a good one.

    Whoever takes a list in calls this first, outside the transaction of `bring_invitations`. Raises LimitReached.
    """
    check_limit("upload", by.pk, now=now)


def known_words() -> Known:
    """What rows may say."""
    return Known(frozenset(dict(WRITTEN_LANGUAGES)), ROLES)


@transaction.atomic
def bring_invitations(
    *,
    guild: Guild,
    by: Subject,
    now: datetime,
    read: Callable[[Known], list[ReadRow]],
    days: int = 30,
    language: str = "",
) -> InvitationList:
    """Keep a list to be looked at; nothing is sent. `read` reads it (a reader of `invitation_reading` with its data).

    Twice is once while it is looked at. The same few statements whatever it holds. Raises PermissionRefused,
    ListUnreadable, TooManyInvitations.
    """
    check_guild_open(guild)
    check_steward(by, guild, now)
    if not 1 <= days <= INVITATION_DAYS_MOST:
        raise DomainError(_("An invitation lasts between 1 and %(most)s days.") % {"most": INVITATION_DAYS_MOST})
    try:
        rows = read(known_words())
    except FileRefused as refused:
        raise unreadable(refused) from refused
    lock_person(by.pk)
    guild = locked_guild(guild)
    check_guild_open(guild)
    fingerprint = _fingerprint(rows, days, language)
    before = InvitationList.objects.filter(guild=guild, fingerprint=fingerprint, state=State.DRAFT).first()
    if before is not None:
        return before
    _check_lists_open(guild)
    brought = InvitationList.objects.create(
        guild=guild,
        made_by=by,
        made_at=now,
        days=days,
        language=language or guild.language,
        fingerprint=fingerprint,
        seen_at=now,
    )
    _insert_rows(brought, rows, _known(guild, [row.email for row in rows if not row.why]))
    return brought


@transaction.atomic
def send_invitations(*, invitation_list: InvitationList, by: Subject, now: datetime) -> InvitationList:
    """Have everybody invited who still would be, in the background. Pressed twice, or by two, is once.

    Asked again under the guild's lock: who joined, was invited by another list or wants none by now, gets none. Raises
    PermissionRefused, TransitionRefused, NobodyToInvite, TooManyInvitations.
    """
    row = _locked(invitation_list, by, now, in_closed_guild=False)
    if row.state == State.SENDING:
        return row
    if row.state != State.DRAFT:
        raise _other_state(row)
    rows = Invitation.objects.filter(invitation_list=row, state=Row.NEW)
    emails = list(rows.values_list("email", flat=True))
    known = _known(row.guild, emails)
    for state, addresses in ((Row.MEMBER, known.members), (Row.INVITED, known.invited), (Row.UNWANTED, known.unwanted)):
        rows.filter(email__in=list(addresses)).update(state=state, **NO_WORDS)
    count = rows.count()
    if not count:
        raise NobodyToInvite(_("Nobody in this list is left to be invited."))
    _check_day(row.guild, count, now)
    rows.update(state=Row.DUE)
    row.state, row.started_by, row.started_at, row.seen_at = State.SENDING, by, now, now
    row.ends_at = now + timedelta(days=row.days)
    row.save(update_fields=["state", "started_by", "started_at", "seen_at", "ends_at"])
    _note("invitations.started", row, by=by, now=now, count=count, until=row.ends_at.date().isoformat())
    nudge_sending(row)
    return row


@transaction.atomic
def pause_invitations(*, invitation_list: InvitationList, by: Subject, now: datetime) -> InvitationList:
    """Let no further mail leave until somebody says so. Twice is once."""
    row = _locked(invitation_list, by, now)
    if row.state == State.PAUSED:
        return row
    if row.state != State.SENDING:
        raise _other_state(row)
    return _moved(row, State.PAUSED, "invitations.paused", by=by, now=now)


@transaction.atomic
def resume_invitations(*, invitation_list: InvitationList, by: Subject, now: datetime) -> InvitationList:
    """Go on where it was paused, for whoever says so. Twice is once."""
    row = _locked(invitation_list, by, now, in_closed_guild=False)
    if row.state == State.SENDING:
        return row
    if row.state != State.PAUSED:
        raise _other_state(row)
    row.started_by, row.trouble, row.failures, row.due_at, row.seen_at = by, "", 0, None, now
    row.save(update_fields=["started_by", "trouble", "failures", "due_at", "seen_at"])
    row = _moved(row, State.SENDING, "invitations.resumed", by=by, now=now)
    nudge_sending(row)
    return row


@transaction.atomic
def stop_invitations(*, invitation_list: InvitationList, by: Subject, now: datetime) -> InvitationList:
    """Send nothing more of this list, for good; links that were sent go on working. Twice is once."""
    row = _locked(invitation_list, by, now)
    if row.state == State.STOPPED:
        return row
    if row.state not in (State.SENDING, State.PAUSED):
        raise _other_state(row)
    Invitation.objects.filter(invitation_list=row, state=Row.DUE).update(state=Row.DROPPED)
    return _moved(row, State.STOPPED, "invitations.stopped", by=by, now=now, finished_at=now)


@transaction.atomic
def withdraw_invitations(
    *, invitation_list: InvitationList, by: Subject, now: datetime, email: str = ""
) -> InvitationList:
    """End the links of a list that nobody took yet, or the one to an address; what waits is not sent. Twice is once.

    Raises NoSuchInvitation for an address without a link that works.
    """
    row = _locked(invitation_list, by, now)
    if row.state in (State.DRAFT, State.DISCARDED):
        raise _other_state(row)
    rows = Invitation.objects.filter(invitation_list=row)
    if email:
        rows = rows.filter(email=address_of(email))
    dropped = rows.filter(state=Row.DUE).update(state=Row.DROPPED)
    ended = rows.filter(state__in=Invitation.TAKES).update(state=Row.WITHDRAWN)
    if email and not dropped + ended:
        raise NoSuchInvitation(_("No invitation to this address waits in this list."))
    if dropped + ended:
        _note("invitations.withdrawn", row, by=by, now=now, count=dropped + ended)
    if not email and row.state != State.STOPPED:
        return _moved(row, State.STOPPED, "", by=by, now=now, finished_at=row.finished_at or now)
    return row


@transaction.atomic
def discard_invitations(*, invitation_list: InvitationList, by: Subject, now: datetime) -> InvitationList:
    """Throw a list away that was not sent, with everybody in it. Twice is once."""
    row = _locked(invitation_list, by, now)
    if row.state == State.DISCARDED:
        return row
    if row.state != State.DRAFT:
        raise _other_state(row)
    return discard(row, now=now)


def discard(row: InvitationList, *, now: datetime) -> InvitationList:
    """The same without asking whether somebody may."""
    forget_rows(Invitation.objects.filter(invitation_list=row), row)
    return _moved(row, State.DISCARDED, "", by=None, now=now, finished_at=now)


def forget_rows(rows: QuerySet[Invitation], row: InvitationList) -> int:
    """Delete rows of a list and keep their number by state; returns how many. Two statements, whatever they are."""
    before = invitation_counts(row)
    deleted = rows.delete()[0]
    if deleted:
        left = dict(Invitation.objects.filter(invitation_list=row).values_list("state").annotate(n=Count("pk")))
        row.forgotten = {state: n for state, total in before.items() if (n := total - left.get(state, 0))}
        row.save(update_fields=["forgotten"])
    return deleted


def nudge_sending(row: InvitationList) -> None:
    """Have a list go on soon; a sweep finds it otherwise."""
    from guilds.jobs import send_invitations as job  # jobs call services; only this name goes the other way

    nudge(job, str(row.pk))


def _locked(
    invitation_list: InvitationList, by: Subject, now: datetime, *, in_closed_guild: bool = True
) -> InvitationList:
    """The list under its guild's lock and its own, for a steward."""
    lock_person(by.pk)
    guild = locked_guild(invitation_list.guild)
    if not in_closed_guild:
        check_guild_open(guild)
    check_steward(by, guild, now)
    row = InvitationList.objects.select_for_update(no_key=True).get(pk=invitation_list.pk)
    row.guild = guild
    return row


def _moved(
    row: InvitationList, to: str, kind: str, *, by: Subject | None, now: datetime, finished_at: datetime | None = None
) -> InvitationList:
    row.state, row.finished_at = to, finished_at
    row.save(update_fields=["state", "finished_at"])
    if kind:
        _note(kind, row, by=by, now=now)
    return row


def _note(kind: str, row: InvitationList, *, by: Subject | None, now: datetime, **data: object) -> None:
    note_event(kind, row.guild, by=by.pk if by else None, now=now, thing=("invitation_list", row.pk), **data)


def _other_state(row: InvitationList) -> TransitionRefused:
    return TransitionRefused(
        _("This list is “%(state)s” by now. Reload the page to see it as it is.") % {"state": row.get_state_display()}
    )


def _fingerprint(rows: Sequence[ReadRow], days: int, language: str) -> str:
    told = json.dumps([[asdict(row) for row in rows], days, language], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _check_lists_open(guild: Guild) -> None:
    open_lists = InvitationList.objects.filter(guild=guild, state__in=[State.DRAFT, State.SENDING, State.PAUSED])
    if open_lists.count() >= INVITATION_LISTS_OPEN:
        raise TooManyInvitations(
            _("%(most)s lists of this guild are looked at or sent already. Send one or throw one away first.")
            % {"most": INVITATION_LISTS_OPEN}
        )


def _check_day(guild: Guild, count: int, now: datetime) -> None:
    """Refuse what is more than a guild may send in a day; what waits to be sent counts, whenever it will be."""
    rows = Invitation.objects.filter(guild=guild)
    taken = rows.filter(tried_at__gt=now - A_DAY).count() + rows.filter(state=Row.DUE).count()
    if taken + count > INVITATIONS_A_DAY:
        left = max(0, INVITATIONS_A_DAY - taken)
        raise TooManyInvitations(
            ngettext(
                "One guild can send %(most)s invitations within a day; %(left)s is left, and this list has %(count)s. "
                "Send it tomorrow, or bring it in parts.",
                "One guild can send %(most)s invitations within a day; %(left)s are left, and this list has %(count)s. "
                "Send it tomorrow, or bring it in parts.",
                left,
            )
            % {"most": INVITATIONS_A_DAY, "left": left, "count": count}
        )


def _known(guild: Guild, emails: Sequence[str]) -> _Known:
    """Which of the addresses get no mail. Three statements."""
    held = Invitation.objects.filter(guild=guild, email__in=emails, state__in=Invitation.HELD)
    return _Known(
        members=member_addresses(guild.pk, emails),
        invited=set(held.values_list("email", flat=True)),
        unwanted=unwilling(emails),
    )


def unwilling(emails: Sequence[str]) -> set[str]:
    """Those of the addresses that asked for no invitations. One statement."""
    known_as = {digest: email for email in emails for digest in address_digests(email)}
    found = NoInvitations.objects.filter(digest__in=list(known_as))
    return {known_as[digest] for digest in found.values_list("digest", flat=True)}


_INSERT = """
INSERT INTO guilds_invitation (id, invitation_list_id, guild_id, line, email, name, language, roles, state, why, typed, attempts)
SELECT r.id, %(list)s, %(guild)s, r.line, r.email, r.name, r.language, r.roles, r.state, r.why, r.typed, 0
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    id uuid, line int, email text, name text, language text, roles text[], state text, why text, typed text
)
"""


def _insert_rows(row: InvitationList, rows: Sequence[ReadRow], known: _Known) -> None:
    """Keep all rows in one statement."""
    told = json.dumps([_kept(read, known) for read in rows])
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"list": str(row.pk), "guild": str(row.guild_id), "rows": told})


def _kept(read: ReadRow, known: _Known) -> dict[str, object]:
    state = known.state_of(read.email) if not read.why else Row.DOUBLED if read.why == "doubled" else Row.BAD
    words = {"email": read.email, "name": read.name, "language": read.language, "roles": list(read.roles)}
    kept = words if state == Row.NEW else NO_WORDS
    return {"id": str(uuid7()), "line": read.line, "state": state, "why": read.why, "typed": read.typed, **kept}
