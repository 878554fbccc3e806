"""Proving the ledger and the log from inside, as `verify_ledger` and `verify_log` do for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from core.log_integrity import walk_log
from core.log_walk import LogCounts
from core.registries import integrity_checks
from reputation.integrity import CHECKS, findings

#: Of so many findings the words are kept; the rest is counted.
NAMED = 20


@dataclass
class Result:
    """What one round of checks found."""

    findings: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, words: str) -> None:
        """Count a finding and keep its words while there are few."""
        self.findings += 1
        if len(self.first) < NAMED:
            self.first.append(words)


def prove(kind: str) -> Result:
    """Run every check of "ledger" or "log" on the database that is connected. Safe beside live postings."""
    result = Result()
    for check in _checks(kind):
        for words in check():
            result.add(words)
    return result


def _checks(kind: str) -> list[Callable[[], Iterable[str]]]:
    others = list(integrity_checks(kind).values())
    if kind == "ledger":
        return [*(partial(findings, name) for name in CHECKS), *others]
    if kind == "log":
        return [partial(walk_log, LogCounts()), *others]
    raise ValueError(f"There is nothing called {kind!r} to prove.")
