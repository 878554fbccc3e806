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
    "WeekUse",
    "credit_contribution",
    "credit_import",
    "credit_minutes",
    "estimate_cap_minutes",
    "iso_week",
    "points",
    "review_pay",
    "standing",
    "weight",
]
