"""What must not come back: an erased person's name by way of new commits, and a handle that was another's before.

Only keyed hashes are kept. Whoever has the database alone can't try addresses or names against them; whoever has the
secret key too could, which is the price of keeping the promise (ADR 0052).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.models import Tombstone

#: How long a handle that was given up belongs to nobody else: links to it have grown cold by then.
HANDLE_RESTS = timedelta(days=90)


def _digest(kind: str, value: str, *, secret: str | bytes | None = None) -> str:
    return salted_hmac(f"guildhub.tombstone.{kind}", value, secret=secret, algorithm="sha256").hexdigest()


def _digests(kind: str, value: str) -> list[str]:
    """Under today's secret key and the ones before it, so that a new key forgets nothing."""
    return [_digest(kind, value, secret=key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def bury_authors(subject_id: UUID, email_hashes: Iterable[str]) -> None:
    """Let no history name the authors of these e-mail hashes again. Safe to run twice."""
    rows = [
        Tombstone(kind=Tombstone.Kind.AUTHOR, digest=_digest("author", digest), subject_id=subject_id)
        for digest in set(email_hashes)
    ]
    Tombstone.objects.bulk_create(rows, ignore_conflicts=True)


def buried_authors(email_hashes: Iterable[str]) -> dict[str, UUID]:
    """Those of the e-mail hashes whose people were erased, with the random id that stayed. At most one statement."""
    asked = {keyed: digest for digest in set(email_hashes) for keyed in _digests("author", digest)}
    if not asked:
        return {}
    rows = Tombstone.objects.filter(kind=Tombstone.Kind.AUTHOR, digest__in=asked)
    return {asked[digest]: subject_id for digest, subject_id in rows.values_list("digest", "subject_id")}


def rest_handle(subject_id: UUID, handle: str, *, until: datetime | None) -> None:
    """Give a handle to nobody else before `until` (None: never again). Safe to run twice."""
    Tombstone.objects.update_or_create(
        kind=Tombstone.Kind.HANDLE,
        digest=_digest("handle", handle),
        defaults={"subject_id": subject_id, "until": until},
    )


def handle_rests(handle: str, *, by: UUID, now: datetime) -> bool:
    """Whether a handle was somebody else's until lately; who gave it up may take it back."""
    rows = Tombstone.objects.filter(kind=Tombstone.Kind.HANDLE, digest__in=_digests("handle", handle))
    return rows.filter(Q(until__isnull=True) | Q(until__gt=now)).exclude(subject_id=by).exists()
