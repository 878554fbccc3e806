"""The API of guilds: the same verbs for the same people as on their pages."""

from __future__ import annotations

from django.urls import path

from guilds.api import care, drafts, invitations, joining
from guilds.api.guilds import Guilds, Joining, Leaving, OneGuild, Opening, OwnGuilds
from guilds.api.rights import Grants, Members, Revoking, Rules

urlpatterns = [
    path("me/guilds", OwnGuilds.as_view()),
    path("guilds", Guilds.as_view()),
    path("guilds/<slug:slug>", OneGuild.as_view()),
    path("guilds/<slug:slug>/open", Opening.as_view()),
    path("guilds/<slug:slug>/join", Joining.as_view()),
    path("guilds/<slug:slug>/leave", Leaving.as_view()),
    path("guilds/<slug:slug>/members", Members.as_view()),
    path("guilds/<slug:slug>/grants", Grants.as_view()),
    path("guilds/<slug:slug>/grants/<uuid:pk>/revoke", Revoking.as_view()),
    path("guilds/<slug:slug>/grants/<uuid:pk>/give-back", care.GivingBack.as_view()),
    path("guilds/<slug:slug>/proposal", care.Proposal.as_view()),
    path("guilds/<slug:slug>/proposal/withdraw", care.TakingProposalBack.as_view()),
    path("guilds/<slug:slug>/decline", care.Declining.as_view()),
    path("guilds/<slug:slug>/join-requests", joining.Asking.as_view()),
    path("guilds/<slug:slug>/join-requests/<uuid:pk>/withdraw", joining.TakingBack.as_view()),
    path("guilds/<slug:slug>/join-requests/<uuid:pk>/answer", joining.Answering.as_view()),
    path("guilds/<slug:slug>/joining", joining.Ways.as_view()),
    path("guilds/<slug:slug>/roles", joining.Roles.as_view()),
    path("guilds/<slug:slug>/join-by-link", joining.JoiningByLink.as_view()),
    path("guilds/<slug:slug>/invites", joining.Invites.as_view()),
    path("guilds/<slug:slug>/invites/<uuid:pk>/revoke", joining.EndingLink.as_view()),
    path("guilds/<slug:slug>/invitation-lists", invitations.Lists.as_view()),
    path("guilds/<slug:slug>/invitation-lists/file", invitations.ListFiles.as_view()),
    path("guilds/<slug:slug>/invitation-lists/<uuid:pk>", invitations.OneList.as_view()),
    path("guilds/<slug:slug>/invitation-lists/<uuid:pk>/unusable", invitations.Unusable.as_view()),
    path("guilds/<slug:slug>/invitation-lists/<uuid:pk>/send", invitations.Sending.as_view()),
    path("guilds/<slug:slug>/invitation-lists/<uuid:pk>/pause", invitations.Pausing.as_view()),
    path("guilds/<slug:slug>/invitation-lists/<uuid:pk>/resume", invitations.Resuming.as_view()),
    path("guilds/<slug:slug>/invitation-lists/<uuid:pk>/stop", invitations.Stopping.as_view()),
    path("guilds/<slug:slug>/invitation-lists/<uuid:pk>/withdraw", invitations.Withdrawing.as_view()),
    path("guilds/<slug:slug>/invitation-lists/<uuid:pk>/discard", invitations.Discarding.as_view()),
    path("guilds/<slug:slug>/join-by-invitation", invitations.Accepting.as_view()),
    path("guilds/<slug:slug>/stewardship-offers", care.Offering.as_view()),
    path("guilds/<slug:slug>/stewardship-offers/<uuid:pk>/accept", care.AcceptingOffer.as_view()),
    path("guilds/<slug:slug>/stewardship-offers/<uuid:pk>/decline", care.DecliningOffer.as_view()),
    path("guilds/<slug:slug>/stewardship-offers/<uuid:pk>/withdraw", care.TakingOfferBack.as_view()),
    path("guilds/<slug:slug>/closings", care.ProposingToClose.as_view()),
    path("guilds/<slug:slug>/closings/<uuid:pk>/confirm", care.ConfirmingClose.as_view()),
    path("guilds/<slug:slug>/closings/<uuid:pk>/withdraw", care.NotClosing.as_view()),
    path("guilds/<slug:slug>/exports", care.Exporting.as_view()),
    path("guilds/<slug:slug>/policy", Rules.as_view()),
    path("guilds/<slug:slug>/policy/draft", drafts.Draft.as_view()),
    path("guilds/<slug:slug>/policy/draft/discard", drafts.Discarding.as_view()),
    path("guilds/<slug:slug>/policy/draft/publish", drafts.Publishing.as_view()),
]
