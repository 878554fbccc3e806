"""The verbs that change contributions, by noun."""

from contributions.services.hours import (
    edit_contribution,
    retry_contribution,
    submit_contribution,
    withdraw_contribution,
)
from contributions.services.log import ClientIdReused, EntryInput, LoggedHours, log_hours
from contributions.services.outbox import KEPT_MOST, KeptHours, TakenHours, log_kept_hours
from contributions.services.reviews import (
    AlreadyDecided,
    TakenByAnother,
    VerdictIncomplete,
    VerdictPending,
    approve_contribution,
    reject_contribution,
    release_review,
    return_contribution,
    take_review,
)
from contributions.services.snippets import (
    SnippetRefused,
    add_snippet,
    delete_snippet,
    edit_snippet,
)
from contributions.services.verdicts import (
    GivenVerdict,
    NotOneBatch,
    give_verdict,
    give_verdicts,
    post_due_verdicts,
    post_verdict,
    undo_verdict,
)

__all__ = [
    "KEPT_MOST",
    "AlreadyDecided",
    "ClientIdReused",
    "EntryInput",
    "GivenVerdict",
    "KeptHours",
    "LoggedHours",
    "NotOneBatch",
    "SnippetRefused",
    "TakenByAnother",
    "TakenHours",
    "VerdictIncomplete",
    "VerdictPending",
    "add_snippet",
    "approve_contribution",
    "delete_snippet",
    "edit_contribution",
    "edit_snippet",
    "give_verdict",
    "give_verdicts",
    "log_hours",
    "log_kept_hours",
    "post_due_verdicts",
    "post_verdict",
    "reject_contribution",
    "release_review",
    "retry_contribution",
    "return_contribution",
    "submit_contribution",
    "take_review",
    "undo_verdict",
    "withdraw_contribution",
]
