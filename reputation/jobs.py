"""What goes on in the background: the ledger is counted by weeks."""

from __future__ import annotations

from core.jobs import job
from reputation.services import count_weeks


@job(name="reputation.count_weeks", soft_seconds=540, hard_seconds=600)
def count_ledger_weeks() -> int:
    """Count what was posted since the last time."""
    return count_weeks()
