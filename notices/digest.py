"""What a week's mail is made of: apps above say what was credited and what waits, for many people in one statement.

A source is registered in `AppConfig.ready` and gets the readers of one batch; what it finds it returns by reader. Words are
made when the mail is written, in the reader's language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Section = Literal["credited", "waiting"]


@dataclass(frozen=True)
class DigestReader:
    """Somebody who gets a digest: every id of theirs, the week it tells of (their midnight to midnight)."""

    subject_id: UUID
    ids: Sequence[UUID]
    since: datetime
    until: datetime


@dataclass(frozen=True)
class DigestLine:
    """One thing to say. `button` names what to do about it; the first line that has one gives the mail its action."""

    section: Section
    words: Callable[[], str]
    url: str
    button: Callable[[], str] | None = None
    count: int = 1


Found = Mapping[UUID, Sequence[DigestLine]]
Source = Callable[[Sequence[DigestReader], datetime], Found]

_sources: list[tuple[int, Source]] = []


def register_digest_source(source: Source, *, place: int) -> None:
    """Let a digest say more: `source(readers, now)` in a constant number of statements. Lower places come first."""
    _sources.append((place, source))


def lines_for(readers: Sequence[DigestReader], *, now: datetime) -> dict[UUID, list[DigestLine]]:
    """What there is to say to each reader; who has nothing to read is missing."""
    found: dict[UUID, list[DigestLine]] = defaultdict(list)
    for _place, source in sorted(_sources, key=lambda known: known[0]) if readers else ():
        for subject_id, lines in source(readers, now).items():
            found[subject_id] += lines
    return {subject_id: lines for subject_id, lines in found.items() if lines}


def as_columns(readers: Iterable[DigestReader]) -> dict[str, list[object]]:
    """The readers as columns for `unnest`: one row per id, with whose it is and the week."""
    rows = [(reader, subject_id) for reader in readers for subject_id in reader.ids]
    return {
        "readers": [str(reader.subject_id) for reader, _id in rows],
        "subjects": [str(subject_id) for _reader, subject_id in rows],
        "since": [reader.since for reader, _id in rows],
        "until": [reader.until for reader, _id in rows],
    }
