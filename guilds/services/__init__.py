"""The verbs that change guilds, by noun."""

from guilds.services.assurance import count_reviewers, recount_reviewers
from guilds.services.closing import confirm_closing, propose_closing, withdraw_closing
from guilds.services.exports import drop_exports, make_export, order_export, sweep_exports
from guilds.services.founding import (
    AddressTaken,
    TooManyProposals,
    decline_guild,
    edit_guild,
    edit_proposal,
    open_guild,
    propose_guild,
    withdraw_proposal,
)
from guilds.services.handing_over import (
    accept_stewardship,
    decline_stewardship,
    offer_stewardship,
    withdraw_stewardship,
)
from guilds.services.invites import InviteUnusable, MadeLink, join_by_invite, make_invite, revoke_invite
from guilds.services.joining import (
    AlreadyMember,
    JoinOtherwise,
    answer_join_request,
    ask_to_join,
    change_joining,
    choose_roles,
    join_guild,
    leave_guild,
    withdraw_join_request,
)
from guilds.services.policies import publish_policy
from guilds.services.rights import (
    LastSteward,
    RightHeld,
    SelfGrant,
    give_back_right,
    grant_right,
    remind_of_ending_rights,
    revoke_right,
)

__all__ = [
    "AddressTaken",
    "AlreadyMember",
    "InviteUnusable",
    "JoinOtherwise",
    "LastSteward",
    "MadeLink",
    "RightHeld",
    "SelfGrant",
    "TooManyProposals",
    "accept_stewardship",
    "answer_join_request",
    "ask_to_join",
    "change_joining",
    "choose_roles",
    "confirm_closing",
    "count_reviewers",
    "decline_guild",
    "decline_stewardship",
    "drop_exports",
    "edit_guild",
    "edit_proposal",
    "give_back_right",
    "grant_right",
    "join_by_invite",
    "join_guild",
    "leave_guild",
    "make_export",
    "make_invite",
    "offer_stewardship",
    "open_guild",
    "order_export",
    "propose_closing",
    "propose_guild",
    "publish_policy",
    "recount_reviewers",
    "remind_of_ending_rights",
    "revoke_invite",
    "revoke_right",
    "sweep_exports",
    "withdraw_closing",
    "withdraw_join_request",
    "withdraw_proposal",
    "withdraw_stewardship",
]
