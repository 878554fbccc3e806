"""What a steward's Monday mail says, gathered once and put into text and HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import strip_tags

from accounts.models import User
from core.ops import parked_deliveries
from core.text import one_line, plain_words
from guildhub.operations import HubState, hub_state
from guildhub.queries import Waiting, waiting_for_people
from guilds.models import Grant
from guilds.queries import live_grants


@dataclass(frozen=True)
class Recipient:
    """A steward: whose queues they get (None: the whole hub's), where to, in which zone and language."""

    subject_id: UUID
    email: str
    zone: ZoneInfo
    language: str
    guilds: tuple[UUID, ...] | None


@dataclass(frozen=True)
class Line:
    """One queue: words, address, how many, since when."""

    words: str
    url: str
    guild: str
    count: int
    oldest_at: datetime | None


def stewards(now: datetime, subject_ids: Sequence[UUID] | None = None) -> list[Recipient]:
    """Everybody who gets the mail, or those of some Subjects who do: hub stewards, and stewards of guilds. Two statements."""
    held: dict[UUID, list[UUID]] = {}
    grants = live_grants(now).filter(right=Grant.Right.STEWARD)
    for subject_id, guild_id in grants.order_by("guild_id").values_list("subject_id", "guild_id").distinct():
        held.setdefault(subject_id, []).append(guild_id)
    users = User.objects.filter(is_active=True, subject__erased_at__isnull=True).exclude(email="")
    users = users.filter(Q(is_staff=True) | Q(subject_id__in=held)).select_related("subject__profile").order_by("pk")
    if subject_ids is not None:
        users = users.filter(subject_id__in=subject_ids)
    return [_recipient(user, tuple(held.get(user.subject_id, ()))) for user in users]


def compose(recipient: Recipient, *, now: datetime, message_id: str = "") -> EmailMultiAlternatives:
    """The mail in the recipient's language and zone."""
    with translation.override(recipient.language), timezone.override(recipient.zone):
        context = _context(recipient, now)
        subject = one_line(render_to_string("guildhub/mail/monday_subject.txt", context))
        headers = {"Auto-Submitted": "auto-generated"} | ({"Message-ID": message_id} if message_id else {})
        message = EmailMultiAlternatives(
            subject,
            re.sub(r"\n{3,}", "\n\n", plain_words(render_to_string("guildhub/mail/monday.txt", context))).strip()
            + "\n",
            to=[recipient.email],
            headers=headers,
        )
        message.attach_alternative(plain_words(render_to_string("guildhub/mail/monday.html", context)), "text/html")
    return message


def _context(recipient: Recipient, now: datetime) -> dict[str, object]:
    parked = parked_deliveries()
    state: HubState = hub_state(now)
    if recipient.guilds is not None:
        parked = parked.filter(event__guild__in=recipient.guilds)
    waiting = waiting_for_people(recipient.guilds)
    return {
        "is_hub": recipient.guilds is None,
        "lines": [_line(item, recipient) for item in waiting],
        "total": sum(item.count for item in waiting),
        "parked": parked.count(),
        "hub": state,
        "site": settings.SITE_URL,
        "now": now,
        "language": recipient.language,
        "is_rtl": translation.get_language_bidi(),
    }


def _line(item: Waiting, recipient: Recipient) -> Line:
    """The same words and address as on /ops/, because they are rendered by the same template."""
    link = render_to_string("guildhub/_waiting_link.html", {"item": item, "steward": recipient})
    address = re.search(r'href="([^"]*)"', link)
    path = unescape(address[1]) if address else "/ops/"
    words = " ".join(unescape(strip_tags(link)).split())
    return Line(words, settings.SITE_URL + path, item.guild_name, item.count, item.oldest_at)


def _recipient(user: User, guilds: tuple[UUID, ...]) -> Recipient:
    profile = getattr(user.subject, "profile", None)
    try:
        zone = ZoneInfo(profile.timezone if profile else settings.TIME_ZONE)
    except (KeyError, OSError, ValueError):
        zone = ZoneInfo(settings.TIME_ZONE)
    language = profile.language if profile and profile.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return Recipient(user.subject_id, user.email, zone, language, None if user.is_staff else guilds)
