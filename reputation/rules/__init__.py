"""The point rule: how approved minutes and decided reviews become points, in exact arithmetic.

Pure Python: no Django, no database, no floats. Every number comes from one version of a guild's policy.
"""

from reputation.rules.awards import (
    Award,
    ReviewPay,
    credit_contribution,
    credit_import,
    points,
    review_pay,
)
from reputation.rules.life import Split, debt_first, expiring, months_before, vests_on
from reputation.rules.minutes import (
    Credit,
    EntryCredit,
    IsoWeek,
    WeekUse,
    credit_minutes,
    estimate_cap_minutes,
    iso_week,
)
from reputation.rules.policy import PointPolicy
from reputation.rules.standing import standing, weight

__all__ = [
    "Award",
    "Credit",
    "EntryCredit",
    "IsoWeek",
    "PointPolicy",
    "ReviewPay",
    "Split",
    "WeekUse",
    "credit_contribution",
    "credit_import",
    "credit_minutes",
    "debt_first",
    "estimate_cap_minutes",
    "expiring",
    "iso_week",
    "months_before",
    "points",
    "review_pay",
    "standing",
    "vests_on",
    "weight",
]
