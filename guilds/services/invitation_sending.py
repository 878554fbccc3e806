"""Sending what a steward had sent: a row is marked first, then one attempt with a known end, or one that nobody knows.

A mail is sent outside the database, so it can't be undone and can't be asked about. What has certainly failed waits and
is tried again; what may have arrived (the server's answer was lost, or this process was killed meanwhile) is `unknown`
and stays so. The database's own guard lets neither that nor a sent row wait a second time.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.couriers import AnswerLost, Courier, NotSent
from core.errors import PermissionRefused
from guilds.invitation_mail import address_digests, compose_invitation
from guilds.models import Guild, Invitation, InvitationList, NoInvitations
from guilds.permissions import check_steward
from guilds.queries import invitation_counts, member_addresses
from guilds.services.invitations import NO_WORDS, discard, forget_rows, nudge_sending, unwilling
from guilds.services.steps import note_event

logger = logging.getLogger(__name__)

State = InvitationList.State
Row = Invitation.State
#: So many rows are looked at together, and after them whether the list may go on.
BATCH = 100
#: A job ends after so long and asks for the next one: no worker is kept from everything else.
JOB_SECONDS = 60.0
#: A list that no worker touched for so long has lost its own.
STALE_AFTER = timedelta(seconds=60)
#: An attempt without an end after so long was killed.
ATTEMPT_ENDS = timedelta(minutes=10)
FIRST_DELAY = timedelta(minutes=1)
MOST_FAILURES = 10
MOST_ATTEMPTS = 5
#: A list that nobody decided on is thrown away, and rows that get no mail are deleted: they hold people's addresses.
LOOKED_AT_FOR = timedelta(days=7)


def send_due_invitations(*, list_id: UUID, now: datetime) -> int:
    """What the background job does: send rows that are due, for a minute; returns how many left. Safe at once, and twice."""
    begun_at, began, sent = now, time.monotonic(), 0
    while (row := _going_on(list_id, now)) is not None:
        batch = _batch(row, now)
        if not batch:
            finish_invitations(list_id=list_id, now=now)
            return sent
        try:
            sent += _send_batch(batch, row, lambda: begun_at + timedelta(seconds=time.monotonic() - began))
        except NotSent as error:
            _put_list_off(row, error, now)
            return sent
        now = begun_at + timedelta(seconds=time.monotonic() - began)
        InvitationList.objects.filter(pk=row.pk).update(seen_at=now, failures=0)
        if time.monotonic() > began + JOB_SECONDS:
            nudge_sending(row)
            return sent
    return sent


@transaction.atomic
def finish_invitations(*, list_id: UUID, now: datetime) -> bool:
    """Mark a list as sent when no row of it waits or is under way; returns whether it is."""
    row = InvitationList.objects.select_for_update(no_key=True, of=("self",)).select_related("guild").get(pk=list_id)
    counts = invitation_counts(row)
    if row.state != State.SENDING or counts.get(Row.DUE) or counts.get(Row.SENDING):
        return row.state == State.DONE
    row.state, row.finished_at = State.DONE, now
    row.save(update_fields=["state", "finished_at"])
    ends = {name: counts.get(name, 0) for name in ("unknown", "failed")}
    sent = sum(counts.get(state, 0) for state in (Row.SENT, Row.JOINED, Row.WITHDRAWN))
    _note(row, "invitations.finished", now=now, sent=sent, **ends)
    return True


def sweep_invitations(*, now: datetime) -> dict[str, int]:
    """What time brings: killed attempts, lists without a worker, and what is deleted when its day has come."""
    killed = Invitation.objects.filter(state=Row.SENDING, tried_at__lt=now - ATTEMPT_ENDS).update(state=Row.UNKNOWN)
    if killed:
        logger.error("%d invitation(s) may or may not have been sent: their process ended in the middle.", killed)
    lost = list(stale_lists(now))
    for row in lost:
        InvitationList.objects.filter(pk=row.pk).update(seen_at=now)
        nudge_sending(row)
        finish_invitations(list_id=row.pk, now=now)
    return {"killed": killed, "lost": len(lost), "forgotten": _forget(now)}


def stale_lists(now: datetime) -> QuerySet[InvitationList]:
    """Lists that are being sent, that are due, and that no worker touched lately."""
    is_due = Q(due_at__isnull=True) | Q(due_at__lte=now)
    return InvitationList.objects.filter(is_due, state=State.SENDING, seen_at__lt=now - STALE_AFTER)


#: Rows that get no mail: they are kept as long as somebody may want to mend them.
_WITHOUT_MAIL = (Row.BAD, Row.DOUBLED, Row.MEMBER, Row.INVITED, Row.UNWANTED, Row.DROPPED)


def forgettable(row: InvitationList, now: datetime) -> QuerySet[Invitation]:
    """Rows of a list whose day has come: all when its links have ended, before that those that got no mail."""
    rows = Invitation.objects.filter(invitation_list=row)
    if row.ends_at is not None and row.ends_at <= now:
        return rows
    return rows.filter(state__in=_WITHOUT_MAIL) if row.made_at < now - LOOKED_AT_FOR else rows.none()


def lists_to_forget(now: datetime) -> QuerySet[InvitationList]:
    """Lists with something to forget: drafts nobody decided on, links that ended, rows that got no mail."""
    rows = Invitation.objects.filter(invitation_list=OuterRef("pk"))
    is_old = Q(made_at__lt=now - LOOKED_AT_FOR)
    return InvitationList.objects.filter(
        Q(Exists(rows), ends_at__lte=now)
        | is_old & Q(state=State.DRAFT)
        | is_old & Q(Exists(rows.filter(state__in=_WITHOUT_MAIL)))
    )


def _forget(now: datetime) -> int:
    forgotten = 0
    for found in lists_to_forget(now):
        with transaction.atomic():
            row = InvitationList.objects.select_for_update(no_key=True).get(pk=found.pk)
            if row.state == State.DRAFT:
                forgotten += Invitation.objects.filter(invitation_list=row).count()
                discard(row, now=now)
                continue
            if row.state in (State.SENDING, State.PAUSED) and row.ends_at is not None and row.ends_at <= now:
                Invitation.objects.filter(invitation_list=row, state=Row.DUE).update(state=Row.DROPPED)
                row.state, row.finished_at = State.STOPPED, now
                row.save(update_fields=["state", "finished_at"])
            forgotten += forget_rows(forgettable(row, now), row)
    return forgotten


def _going_on(list_id: UUID, now: datetime) -> InvitationList | None:
    """The list, if it is still to be sent; paused with a reason when whoever started it may not any more."""
    row = InvitationList.objects.select_related("guild", "started_by__user").get(pk=list_id)
    if row.state != State.SENDING or (row.due_at is not None and row.due_at > now):
        return None
    if row.guild.state != Guild.State.OPEN:
        return _pause(row, InvitationList.Trouble.CLOSED, now)
    try:
        assert row.started_by is not None
        check_steward(row.started_by, row.guild, now)
    except PermissionRefused:
        return _pause(row, InvitationList.Trouble.STEWARD, now)
    return row


def _batch(row: InvitationList, now: datetime) -> list[Invitation]:
    """The next rows that are due; who joined or asked for no mail meanwhile is taken out. Few statements a batch."""
    due = Invitation.objects.filter(invitation_list=row, state=Row.DUE).filter(
        Q(due_at__isnull=True) | Q(due_at__lte=now)
    )
    while True:
        found = list(due.order_by("line")[:BATCH])
        emails = [invitation.email for invitation in found]
        out = {Row.MEMBER: member_addresses(row.guild_id, emails), Row.UNWANTED: unwilling(emails)} if found else {}
        if not any(out.values()):
            return found
        for state, addresses in out.items():
            due.filter(email__in=addresses).update(state=state, **NO_WORDS)


def _send_batch(batch: list[Invitation], row: InvitationList, clock: Callable[[], datetime]) -> int:
    """One attempt for each; returns how many left. Raises NotSent when the mail server takes nothing from us at all.

    A server that hangs up after so many mails is called again: that is its way, and no fault.
    """
    waiting, sent = deque(batch), 0
    while waiting:
        with Courier() as courier:
            taken = 0
            while waiting:
                try:
                    sent += _send(waiting[0], row, courier, clock())
                except NotSent:
                    if not taken:
                        raise
                    break
                except AnswerLost:
                    waiting.popleft()
                    break
                waiting.popleft()
                taken += 1
    return sent


def _send(invitation: Invitation, row: InvitationList, courier: Courier, now: datetime) -> int:
    """One attempt; returns 1 for a mail that left. After NotSent or AnswerLost the line may be dead; the row says all."""
    if not _claim(invitation, now):
        return 0
    try:
        message = compose_invitation(invitation, row)
    except Exception:  # a fault in what it says: nothing was sent, and a person must mend it
        logger.exception("Invitation %s could not be written.", invitation.pk)
        return _end(invitation, Row.FAILED, why="broken")
    try:
        courier.send(message)
    except AnswerLost as error:
        logger.error("Invitation %s: the mail server's answer was lost (%s).", invitation.pk, error)
        _end(invitation, Row.UNKNOWN)
        raise
    except NotSent as error:
        if error.is_server:
            _end(invitation, Row.DUE)
            raise
        return _end_unsent(invitation, error, now)
    return _end(invitation, Row.SENT)


def _end_unsent(invitation: Invitation, error: NotSent, now: datetime) -> int:
    """The server refused this mail: for good, or for now."""
    if error.is_final:
        return _end(invitation, Row.FAILED, why="refused")
    if invitation.attempts >= MOST_ATTEMPTS:
        return _end(invitation, Row.FAILED, why="given_up")
    return _end(invitation, Row.DUE, due_at=now + 15 * FIRST_DELAY * 2 ** (invitation.attempts - 1))


def _claim(invitation: Invitation, now: datetime) -> bool:
    """Mark a row as being sent, committed before anything leaves; False when it is another's, or not to be sent now.

    One conditional step: of two workers one gets it, and a pause or a wish for no mail that came a moment ago holds.
    """
    going_on = InvitationList.objects.filter(pk=invitation.invitation_list_id, state=State.SENDING)
    unwilling_now = NoInvitations.objects.filter(digest__in=address_digests(invitation.email))
    free = Invitation.objects.filter(~Exists(unwilling_now), Exists(going_on), pk=invitation.pk, state=Row.DUE)
    taken = free.update(state=Row.SENDING, tried_at=now, attempts=invitation.attempts + 1, due_at=None)
    invitation.attempts += taken
    return bool(taken)


def _end(invitation: Invitation, state: str, *, why: str = "", due_at: datetime | None = None) -> int:
    """Write down how the attempt ended, unless it was given up on or withdrawn meanwhile; returns 1 for a sent one."""
    still_ours = Invitation.objects.filter(pk=invitation.pk, state=Row.SENDING, attempts=invitation.attempts)
    still_ours.update(state=state, why=why, due_at=due_at)
    return int(state == Row.SENT)


def _put_list_off(row: InvitationList, error: NotSent, now: datetime) -> None:
    logger.warning("Invitations %s wait: %s", row.pk, error)
    if row.failures + 1 >= MOST_FAILURES:
        _pause(row, InvitationList.Trouble.MAIL_SERVER, now)
        return
    again = now + FIRST_DELAY * 2 ** min(row.failures, 6)
    InvitationList.objects.filter(pk=row.pk).update(failures=F("failures") + 1, due_at=again, seen_at=now)


@transaction.atomic
def _pause(row: InvitationList, trouble: str, now: datetime) -> None:
    """Stop for a reason that a person must see to."""
    if InvitationList.objects.filter(pk=row.pk, state=State.SENDING).update(state=State.PAUSED, trouble=trouble):
        _note(row, "invitations.paused", now=now, why=trouble)


def _note(row: InvitationList, kind: str, *, now: datetime, **data: object) -> None:
    note_event(kind, row.guild, by=None, now=now, thing=("invitation_list", row.pk), **data)
