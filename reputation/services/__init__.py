"""The verbs that move points, each ending in a call of `transfer`, which is one SQL statement; and those of trust."""

from reputation.services.earning import (
    Earning,
    approval_transfers,
    correction_transfers,
    import_transfers,
    review_pay_transfers,
)
from reputation.services.expiry import expire_points, warn_of_expiry
from reputation.services.life import Spending, hold_points, reversal_transfers, spend, vesting_transfers
from reputation.services.posting import (
    ISSUANCE,
    AccountName,
    AlreadyPosted,
    KeyReused,
    NotEnoughPoints,
    NotPending,
    PostedTransfer,
    TransferRequest,
    transfer,
)
from reputation.services.trust import (
    lift_sanction,
    put_sanction,
    revoke_wrong_vouches,
    vouch_for,
    withdraw_vouch,
)
from reputation.services.weeks import count_weeks, count_weeks_anew

__all__ = [
    "ISSUANCE",
    "AccountName",
    "AlreadyPosted",
    "Earning",
    "KeyReused",
    "NotEnoughPoints",
    "NotPending",
    "PostedTransfer",
    "Spending",
    "TransferRequest",
    "approval_transfers",
    "correction_transfers",
    "count_weeks",
    "count_weeks_anew",
    "expire_points",
    "hold_points",
    "import_transfers",
    "lift_sanction",
    "put_sanction",
    "reversal_transfers",
    "review_pay_transfers",
    "revoke_wrong_vouches",
    "spend",
    "transfer",
    "vesting_transfers",
    "vouch_for",
    "warn_of_expiry",
    "withdraw_vouch",
]
