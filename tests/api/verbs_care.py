"""Rows of the API's table about looking after guilds, and about moderation; see tests/api/verbs.py."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from guilds.invitation_mail import link_token
from guilds.invitation_reading import read_people
from guilds.models import Grant, Invitation, InvitationList, JoinRequest
from guilds.services import ask_to_join, bring_invitations, make_invite, send_invitations
from guilds.services.invites import MadeLink
from tests.api.table import get, only, patch, post, put, signed_in
from tests.factories import World
from tests.pages import MEMBERS

STEWARDS = ("steward", "hub_steward")


def asked(world: World) -> str:
    """Where a newcomer's request to join the world's guild stands."""
    ask = JoinRequest.objects.filter(guild=world.guild, subject=world.newcomer, answer="").first()
    ask = ask or ask_to_join(guild=world.guild, by=world.newcomer, now=timezone.now())
    return f"/guilds/{world.guild.slug}/join-requests/{ask.pk}"


def linked(world: World) -> MadeLink:
    """A link into the world's guild."""
    ends = timezone.now() + timedelta(days=3)
    return make_invite(guild=world.guild, by=world.steward, now=timezone.now(), uses_most=5, expires_at=ends)


def own_grant(world: World) -> str:
    """Where the reviewer gives their right back."""
    grant = Grant.objects.get(guild=world.guild, subject=world.reviewer)
    return f"/guilds/{world.guild.slug}/grants/{grant.pk}/give-back"


def invite(world: World) -> dict[str, Any]:
    """The secret of a fresh link."""
    return {"token": linked(world).token}


def brought(world: World) -> str:
    """Where a list stands that nobody has sent."""
    read = partial(read_people, b"fay@example.net\n")
    row = bring_invitations(guild=world.guild, by=world.steward, now=timezone.now(), read=read)
    return f"/guilds/{world.guild.slug}/invitation-lists/{row.pk}"


def begun(world: World) -> str:
    """Where a list stands that is being sent."""
    address = brought(world)
    row = InvitationList.objects.get(pk=address.rsplit("/", 1)[1])
    send_invitations(invitation_list=row, by=world.steward, now=timezone.now())
    return address


LIST = "/guilds/{w.guild.slug}/invitation-lists/{x[invitation_list].pk}"
OFFER = "/guilds/{w.guild.slug}/stewardship-offers/{x[handover].pk}"
DRAFT = "/guilds/{w.guild.slug}/policy/draft"
CLOSING = "/guilds/{w.guild.slug}/closings/{x[closing].pk}"

CARE = (
    patch("edit_guild", "/guilds/{w.guild.slug}", only(*STEWARDS), {"summary": "Maps of floods, on paper."}),
    patch("edit_proposal", "/guilds/proposed/proposal", only("outsider", others=404, hub_steward=403), {"name": "New"}),
    post("withdraw_proposal", "/guilds/proposed/proposal/withdraw", only("outsider", others=404, hub_steward=403)),
    post("decline_guild", "/guilds/proposed/decline", only("hub_steward", others=404, outsider=403), {"reason": "No."}),
    post("give_back_right", own_grant, only("reviewer")),
    get("list_join_requests", "/guilds/{w.guild.slug}/join-requests?limit=2", only(*STEWARDS)),
    post(
        "ask_to_join",
        "/guilds/{w.guild.slug}/join-requests",
        signed_in(201, **dict.fromkeys(MEMBERS, 409)),
        {"words": "I live there."},
    ),
    post("withdraw_join_request", lambda w: asked(w) + "/withdraw", only("newcomer")),
    post("answer_join_request", lambda w: asked(w) + "/answer", only(*STEWARDS), {"is_accepted": True}),
    post("change_joining", "/guilds/{w.guild.slug}/joining", only(*STEWARDS), {"joining": "open"}),
    post("choose_roles", "/guilds/{w.guild.slug}/roles", only(*MEMBERS), {"roles": ["data", "field"]}),
    post(
        "join_by_invite",
        "/guilds/{w.guild.slug}/join-by-link",
        signed_in(**dict.fromkeys(MEMBERS, 409)),
        invite,
    ),
    get("list_invites", "/guilds/{w.guild.slug}/invites?limit=1", only(*STEWARDS)),
    post("revoke_invite", lambda w: f"/guilds/{w.guild.slug}/invites/{linked(w).link.pk}/revoke", only(*STEWARDS)),
    post(
        "offer_stewardship",
        "/guilds/{w.guild.slug}/stewardship-offers",
        only("steward", ok=201),
        lambda w: {"member": str(w.contributor.pk)},
    ),
    post("accept_stewardship", OFFER + "/accept", only("contributor")),
    post("decline_stewardship", OFFER + "/decline", only("contributor")),
    post("withdraw_stewardship", OFFER + "/withdraw", only("steward")),
    post(
        "propose_closing",
        "/guilds/{x[elsewhere].guild.slug}/closings",
        only("neighbour", "hub_steward", ok=201),
        {"reason": "Done."},
    ),
    post("confirm_closing", CLOSING + "/confirm", only(*STEWARDS)),
    post("withdraw_closing", CLOSING + "/withdraw", only(*STEWARDS)),
    get("list_invitation_lists", "/guilds/{w.guild.slug}/invitation-lists?limit=1", only(*STEWARDS)),
    post(
        "bring_invitations",
        "/guilds/{w.guild.slug}/invitation-lists",
        only(*STEWARDS, ok=201),
        {"rows": [{"email": "eva@example.net", "name": "Eva"}, {"email": "nobody"}]},
    ),
    post(
        "upload_invitations",
        "/guilds/{w.guild.slug}/invitation-lists/file",
        only(*STEWARDS, ok=201),
        lambda w: b"email\neva@example.net\n",
    ),
    get("read_invitation_list", LIST, only(*STEWARDS)),
    get("list_unusable_rows", LIST + "/unusable?limit=2", only(*STEWARDS)),
    post("send_invitations", lambda w: brought(w) + "/send", only(*STEWARDS)),
    post("pause_invitations", lambda w: begun(w) + "/pause", only(*STEWARDS)),
    post("resume_invitations", lambda w: begun(w) + "/resume", only(*STEWARDS)),
    post("stop_invitations", lambda w: begun(w) + "/stop", only(*STEWARDS)),
    post("withdraw_invitations", LIST + "/withdraw", only(*STEWARDS), {"email": "ben@example.net"}),
    post("discard_invitations", lambda w: brought(w) + "/discard", only(*STEWARDS)),
    post(
        "accept_invitation",
        "/guilds/{w.guild.slug}/join-by-invitation",
        signed_in(422, **dict.fromkeys(MEMBERS, 409)),
        lambda w: {"token": link_token(Invitation.objects.get(guild=w.guild, email="asha@example.net").pk)},
    ),
    get("read_policy_draft", DRAFT, only(*STEWARDS)),
    put("save_policy_draft", DRAFT, only(*STEWARDS), {"points_per_hour": 15, "reason": "Rents."}),
    get("read_policy_simulation", DRAFT + "/simulation", only(*STEWARDS)),
    post("simulate_policy_draft", DRAFT + "/simulation", only(*STEWARDS), {"is_everything": True}),
    post("publish_policy_draft", DRAFT + "/publish", only(*STEWARDS, ok=201), {}),
    post("discard_policy_draft", DRAFT + "/discard", only(*STEWARDS)),
    post("order_export", "/guilds/{w.guild.slug}/exports", signed_in(201)),
    post("order_export with names", "/guilds/{w.guild.slug}/exports", only(*STEWARDS, ok=201), {"has_names": True}),
)

#: Whoever wrote, reported or may not decide about it sees the case and may not do this.
SEEN = {"others": 404, "newcomer": 403}
MODERATION = (
    post(
        "report_writing",
        "/reports",
        signed_in(201, contributor=422),
        lambda w: {"kind": "problem", "about": str(w.problem.pk), "concern": "spam", "words": "It sells something."},
    ),
    get("list_cases", "/cases?limit=1", only(*STEWARDS, "neighbour")),
    get("read_case", "/cases/{x[waiting_case].pk}", only(*STEWARDS, "newcomer", others=404)),
    post(
        "hide_writing",
        "/cases/{x[waiting_case].pk}/hide",
        only(*STEWARDS, **SEEN),
        {"concern": "spam", "reason": "It sells something."},
    ),
    post("dismiss_case", "/cases/{x[waiting_case].pk}/dismiss", only(*STEWARDS, **SEEN), {"reason": "It is fine."}),
    post(
        "show_writing",
        "/cases/{x[hidden_case].pk}/show",
        only(*STEWARDS, **SEEN, contributor=403),
        {"reason": "It is fine."},
    ),
    post(
        "appeal_case",
        "/cases/{x[hidden_case].pk}/appeal",
        only("contributor", **SEEN, steward=403, hub_steward=403),
        {"reason": "I meant well."},
    ),
    post(
        "settle_appeal",
        "/cases/{x[appealed_case].pk}/settle",
        only("hub_steward", **SEEN, contributor=403, steward=403),
        {"is_upheld": False, "reason": "It is fine."},
    ),
)
