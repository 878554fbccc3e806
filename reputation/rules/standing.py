"""Standing: the reputation of the last 365 days, where every 180 days halve what it weighs (docs: the ledger's design).

It gives rights (to review, to vouch, to vote), so it fades when somebody is away; reputation itself never does. The
SQL function `reputation_standing` computes the same number where a page asks for it in passing; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache

WINDOW_DAYS = 365
HALF_LIFE_DAYS = 180
#: Weights are whole millionths, so that sums are exact and the same everywhere.
WHOLE = 1_000_000


@cache
def weight(age_days: int) -> int:
    """What a point of that age weighs, in millionths; nothing outside the window. Age counts UTC's midnights."""
    if not 0 <= age_days < WINDOW_DAYS:
        return 0
    with localcontext() as context:
        context.prec = 40
        exact = WHOLE * Decimal("0.5") ** (Decimal(age_days) / HALF_LIFE_DAYS)
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def standing(earned: Iterable[tuple[int, int]]) -> int:
    """Standing from pairs of (age in days, reputation gained or lost), rounded down and never below zero."""
    return max(0, sum(points * weight(age) for age, points in earned) // WHOLE)
