"""The verbs that change contributions, by noun."""

from contributions.services.hours import (
    ClientIdReused,
    EntryInput,
    LoggedHours,
    edit_contribution,
    log_hours,
    retry_contribution,
    submit_contribution,
    withdraw_contribution,
)
from contributions.services.reviews import (
    AlreadyDecided,
    approve_contribution,
    reject_contribution,
    release_review,
    return_contribution,
    take_review,
)

__all__ = [
    "AlreadyDecided",
    "ClientIdReused",
    "EntryInput",
    "LoggedHours",
    "approve_contribution",
    "edit_contribution",
    "log_hours",
    "reject_contribution",
    "release_review",
    "retry_contribution",
    "return_contribution",
    "submit_contribution",
    "take_review",
    "withdraw_contribution",
]
