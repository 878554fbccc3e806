"""Putting planned mails into words: what a batch of them says, read in a constant number of statements."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from accounts.queries import linked_people
from core.letters import Letter, message_of, read_by, zone_of
from notices.digest import DigestLine, DigestReader, lines_for
from notices.letters import digest_letter, stop_url, urgent_letter
from notices.models import Mail, Notice
from notices.rules import EVENT_WAITS, week_before, week_closes
from notices.topics import is_muted

logger = logging.getLogger(__name__)

DIGEST = "digest"
Why = Mail.Why


@dataclass(frozen=True)
class Envelope:
    """A planned mail, written; or without a message, and then why there is none."""

    mail_id: UUID
    subject_id: UUID
    attempts: int
    is_digest: bool
    message: EmailMultiAlternatives | None
    why: str = ""


def envelopes(mails: Sequence[Mail], *, now: datetime) -> list[Envelope]:
    """Every mail written in its reader's language and zone. `mails` come with `subject__user`, its profile and choices."""
    addresses = _proved_addresses(mails)
    lines = _lines_of(mails, now)
    notices = _notices_of(mails)
    return [_envelope(mail, addresses.get(mail.subject_id, ""), lines, notices, now) for mail in mails]


def _lines_of(mails: Sequence[Mail], now: datetime) -> dict[UUID, list[DigestLine]]:
    digests = [mail for mail in mails if mail.kind == DIGEST and mail.period]
    people = linked_people([mail.subject_id for mail in digests]) if digests else {}
    readers = []
    for mail in digests:
        since, until = week_before(mail.period, zone_of(_zone(mail)))  # type: ignore[arg-type]
        readers.append(DigestReader(mail.subject_id, people.get(mail.subject_id, [mail.subject_id]), since, until))
    return lines_for(readers, now=now)


def _proved_addresses(mails: Sequence[Mail]) -> dict[UUID, str]:
    """Where each reader's mail goes: their login's address, if they proved that it is theirs. One statement."""
    rows = EmailAddress.objects.filter(user__subject_id__in={mail.subject_id for mail in mails}, verified=True)
    rows = rows.filter(user__is_active=True, user__subject__erased_at__isnull=True)
    found = rows.values_list("user__subject_id", "user__email", "email")
    return {subject_id: login for subject_id, login, email in found if login and login == email.lower()}


def _notices_of(mails: Sequence[Mail]) -> dict[tuple[UUID, str, UUID], Notice]:
    events = {mail.event_id for mail in mails if mail.event_id}
    if not events:
        return {}
    found = Notice.objects.filter(event_id__in=events, subject_id__in={mail.subject_id for mail in mails})
    return {(notice.subject_id, notice.kind, notice.event_id): notice for notice in found}


def _envelope(mail: Mail, address: str, lines: Any, notices: Any, now: datetime) -> Envelope:
    why = _needless(mail, address, lines, notices, now)
    message = None
    if not why:
        with read_by(_language(mail), _zone(mail)):
            letter, headers = _letter(mail, lines, notices)
            message = message_of(letter, to=address, message_id=_message_id(mail), headers=headers)
    return Envelope(mail.pk, mail.subject_id, mail.attempts, mail.kind == DIGEST, message, why)


def _needless(mail: Mail, address: str, lines: Any, notices: Any, now: datetime) -> str:
    """Why a mail is not sent after all; empty when it is."""
    choices = getattr(mail.subject, "mail_choices", None)
    if not address:
        return Why.NO_ADDRESS
    if mail.period is None:
        if choices and is_muted(mail.kind, choices.muted):
            return Why.UNSUBSCRIBED
        if now >= mail.due_at + EVENT_WAITS:
            return Why.TOO_LATE
        return "" if (mail.subject_id, mail.kind, mail.event_id) in notices else Why.NOTHING_TO_SAY
    if choices and not choices.wants_digest:
        return Why.UNSUBSCRIBED
    # A mail that was begun in its days and that a person sends again is sent whenever they say so.
    if mail.decided_at is None and now >= week_closes(mail.period, zone_of(_zone(mail))):
        return Why.TOO_LATE
    return "" if lines.get(mail.subject_id) else Why.NOTHING_TO_SAY


def _letter(mail: Mail, lines: Any, notices: Any) -> tuple[Letter, dict[str, str]]:
    if mail.period is None:
        notice = notices[(mail.subject_id, mail.kind, mail.event_id)]
        return urgent_letter(notice.kind, notice.params, notice.url), {}
    headers = {
        "List-Unsubscribe": f"<{stop_url(mail.subject_id)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return digest_letter(mail.subject_id, lines[mail.subject_id]), headers


def _message_id(mail: Mail) -> str:
    """The name a mail carries on its way, the same for every attempt."""
    return f"<{mail.pk}@{settings.SITE_URL.split('//')[-1].split('/')[0].split(':')[0]}>"


def _language(mail: Mail) -> str:
    profile = getattr(mail.subject, "profile", None)
    return profile.language if profile else ""


def _zone(mail: Mail) -> str:
    profile = getattr(mail.subject, "profile", None)
    return profile.timezone if profile else ""
