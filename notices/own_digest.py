"""What the inbox itself adds to a digest: how many notices are new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.digest import DigestLine, DigestReader, Found, as_columns, register_digest_source

_UNREAD = """
SELECT r.reader, count(*) FROM unnest(%(readers)s::uuid[], %(subjects)s::uuid[]) AS r (reader, subject)
JOIN notices_notice n ON n.subject_id = r.subject AND n.read_at IS NULL
GROUP BY r.reader
"""


def unread_notices(readers: Sequence[DigestReader], now: datetime) -> Found:
    """One line to whoever has new notices. One statement."""
    columns = as_columns(readers)
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {name: columns[name] for name in ("readers", "subjects")})  # type: ignore[arg-type]
        counts = cursor.fetchall()
    return {
        reader: [DigestLine("waiting", partial(_words, n), reverse("notices:inbox"), _button)] for reader, n in counts
    }


def _words(count: int) -> str:
    return ngettext("%(n)s new notice in your inbox", "%(n)s new notices in your inbox", count) % {"n": count}


def _button() -> str:
    return _("Open the inbox")


def example_lines() -> list[DigestLine]:
    """What a digest may say of the inbox, for the gallery of mails."""
    return [DigestLine("waiting", partial(_words, 2), reverse("notices:inbox"), _button)]


def register() -> None:
    """Add to the digest, after what other apps say."""
    register_digest_source(unread_notices, place=90)
