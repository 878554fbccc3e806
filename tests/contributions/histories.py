"""Small histories for tests: commits by named people at given minutes, as objects and as files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from accounts.rules import email_hash
from contributions.history.reading import read_history_file
from contributions.history.rules import Author, Commit
from tests.factories import MONDAY

SHOONYA = Path(__file__).parents[2] / "guildhub/demo/data/shoonya-history.jsonl.gz"
#: A Monday two years before the worlds of the tests.
THEN = MONDAY - timedelta(weeks=104)

HISTORY_TABLES = (
    "accounts_importedidentity",
    "accounts_subject",
    "contributions_commitshare",
    "contributions_contribution",
    "contributions_historyacceptance",
    "contributions_historyimport",
    "contributions_importedcommit",
    "contributions_importedsession",
    "contributions_review",
    "contributions_timeentry",
    "contributions_week",
    "core_event",
    "core_statechange",
    "reputation_transfer",
)


def shoonya() -> list[Commit]:
    """The real history: 3,279 commits."""
    return read_history_file(SHOONYA.read_bytes())


def author(name: str, email: str = "") -> Author:
    """Somebody with an address of their own, unless one is given."""
    return Author(name, email_hash(email or f"{name}@example.org"))


def commit(
    number: int, who: str | Author, minutes: float, *with_: str, start: datetime = THEN, files: int = 1
) -> Commit:
    """Commit `number` by somebody so many minutes after `start`, with co-authors."""
    return Commit(
        sha=f"{number:040x}",
        is_merge=False,
        author=author(who) if isinstance(who, str) else who,
        authored_at=start + timedelta(minutes=minutes),
        co_authors=tuple(author(name) for name in with_),
        files=files,
        file_types={"py": files},
    )


def days_of(who: str, days: int, *, first: int = 1, minutes: int = 90) -> list[Commit]:
    """Two commits a day, `minutes` apart, on so many days in a row: sessions of `minutes` and the lead-in."""
    found = []
    for day in range(days):
        found.append(commit(first + 2 * day, who, day * 1440))
        found.append(commit(first + 2 * day + 1, who, day * 1440 + minutes))
    return found


def as_file(commits: Iterable[Commit]) -> bytes:
    """The commits in the format of history files."""
    rows = [
        {
            "sha": c.sha,
            "merge": c.is_merge,
            "author": c.author.name,
            "email_hash": c.author.email_hash,
            "authored_at": c.authored_at.isoformat(),
            "co_authors": [{"name": p.name, "email_hash": p.email_hash} for p in c.co_authors],
            "files": c.files,
            "file_types": dict(c.file_types),
        }
        for c in commits
    ]
    return gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())


def contents(tables: Sequence[str] = HISTORY_TABLES) -> dict[str, tuple[int, str]]:
    """Per table how many rows it has and what they say, as one hash: equal before and after means untouched."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT count(*), coalesce(max(t.id::text), ''), md5(coalesce(string_agg(t::text, '' ORDER BY t.id), ''))"
                f" FROM {table} t"
            )
            count, last, digest = cursor.fetchone()
            found[table] = (count, f"{last} {digest}")
    return found
