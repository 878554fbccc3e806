"""The invented repository of the flood map: half a year of commits in the import's own format, the same every time.

It has what real histories have: a bot, merges, co-authors, an address that two people share, names in four scripts,
and people who belong to the guild beside people who don't.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.rules import email_hash
from guildhub.demo.people import PEOPLE
from guildhub.demo.timeline import GUILDS_ZONE, Timeline

FIRST_DAY = 165
_SCREENS = {"py": 5, "js": 3, "md": 2, "json": 1, "geojson": 1, "css": 1}
_MERGERS = ("jahnavi", "bitopan")
_BOT = {"author": "dependabot[bot]", "email_hash": email_hash("49699333+dependabot[bot]@users.noreply.github.com")}


@dataclass(frozen=True)
class _Author:
    """Somebody who commits: the name git knows, an address, and how many sessions in ten weeks."""

    key: str
    name: str
    email: str
    rhythm: float
    writes: str = "py"


def _member(key: str, name: str, rhythm: float, writes: str = "py") -> _Author:
    address = next(person.address for person in PEOPLE if person.key == key)
    return _Author(key, name, address, rhythm, writes)


AUTHORS = (
    _member("bitopan", "বিতোপন হাজৰিকা", 8),
    _member("ananya", "Ananya Saikia", 7, "js"),
    _member("imran", "عمران حسین", 5),
    _member("rituraj", "Rituraj Deka", 4),
    # The demo contributor's own commits: theirs to claim by the address of their login.
    _member("rimjhim", "Rimjhim Bora", 4, "js"),
    _member("jahnavi", "Jahnavi Phukan", 3, "md"),
    _member("anjali", "अंजलि मिश्रा", 2, "css"),
    # Two people at one computer: nobody can prove to be one of them by that address.
    _Author("pratiksha", "प्रतीक्षा जोशी", "lab@example.org", 3),
    _Author("sagar", "Sagar Nath", "lab@example.org", 2, "geojson"),
    _Author("hanh", "Nguyễn Thị Hạnh", "hanh@example.org", 2, "js"),
    _Author("joao", "João Pereira", "joao@example.org", 1, "md"),
)


def history_lines(line: Timeline, until: datetime) -> bytes:
    """The repository's commits up to `until` as JSON lines, the oldest first."""
    rows = sorted(_commits(line), key=lambda row: (row["authored_at"], row["sha"]))
    taken = [row for row in rows if datetime.fromisoformat(row["authored_at"]) <= until]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in taken).encode()


def _commits(line: Timeline) -> Iterator[dict[str, Any]]:
    chance = random.Random("the flood map's repository")
    for days in range(FIRST_DAY, -1, -1):
        for author in AUTHORS:
            if chance.random() < author.rhythm / 70:
                yield from _session(line, author, days, chance)
        if days % 12 == 5:
            yield from _bot(line, days)


def _session(line: Timeline, author: _Author, days: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """An evening of one person: a few commits with less than two hours between them, and sometimes a merge after."""
    at = _evening(line, days) + timedelta(minutes=chance.randrange(0, 90))
    co_author = chance.choice(AUTHORS) if chance.random() < 0.12 else None
    for number in range(chance.choice((1, 1, 2, 2, 3, 4, 6))):
        lines = chance.randrange(2, 140)
        file_type = author.writes if chance.random() < 0.6 else chance.choice(list(_SCREENS))
        yield _row(
            f"{author.key} {days} {number}",
            at,
            {"author": author.name, "email_hash": email_hash(author.email)},
            co_authors=[_named(co_author)] if co_author and co_author != author and number == 0 else [],
            insertions=lines,
            deletions=lines // chance.randrange(2, 9),
            file_types={file_type: chance.randrange(1, 4)},
        )
        at += timedelta(minutes=chance.randrange(7, 75))
    if chance.random() < 0.35:
        merger = chance.choice(_MERGERS)
        named = next(_named(a) for a in AUTHORS if a.key == merger)
        yield _row(
            f"merge {author.key} {days}", at, {"author": named["name"], "email_hash": named["email_hash"]}, merge=True
        )


def _bot(line: Timeline, days: int) -> Iterator[dict[str, Any]]:
    for number in range(2):
        at = _evening(line, days) - timedelta(hours=13, minutes=number)
        yield _row(f"bot {days} {number}", at, _BOT, insertions=2, deletions=2, file_types={"txt": 1})


def _evening(line: Timeline, days: int) -> datetime:
    """Seven in the evening so many days ago; today it is some hours ago, so that nothing lies in the future."""
    return line.days_ago(days, 19) if days else (line.now - timedelta(hours=9)).astimezone(GUILDS_ZONE)


def _named(author: _Author) -> dict[str, str]:
    return {"name": author.name, "email_hash": email_hash(author.email)}


def _row(
    name: str,
    at: datetime,
    author: dict[str, str],
    *,
    merge: bool = False,
    co_authors: list[dict[str, str]] | None = None,
    insertions: int = 0,
    deletions: int = 0,
    file_types: dict[str, int] | None = None,
) -> dict[str, Any]:
    types = file_types or {}
    return {
        "sha": hashlib.sha1(f"flood map: {name}".encode(), usedforsecurity=False).hexdigest(),
        "merge": merge,
        **author,
        "authored_at": at.replace(microsecond=0).isoformat(),
        "co_authors": co_authors or [],
        "insertions": insertions,
        "deletions": deletions,
        "files": sum(types.values()),
        "file_types": types,
    }
