"""Nobody asks the ledger by themselves: its verbs are called by those of higher apps, or by the nightly run."""

from core.rights import Right, machine

RIGHTS: tuple[Right, ...] = (*machine("expire_points", "warn_of_expiry"),)
