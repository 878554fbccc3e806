"""Who may do what in a guild, refused in sentences that say what would help."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, same_person
from core.errors import PermissionRefused
from core.rights import Right, Who, machine, may
from guilds.models import Grant, Guild, Handover, JoinRequest
from guilds.queries import guilds_reviewed_by, is_member, live_grants

#: A right includes the rights below it.
INCLUDED_IN: dict[str, tuple[str, ...]] = {
    "reviewer": ("reviewer", "maintainer", "steward"),
    "maintainer": ("maintainer", "steward"),
    "steward": ("steward",),
}


def has_grant(subject_id: UUID, guild_id: UUID, right: str, now: datetime) -> bool:
    """Whether the person holds the right, or one that includes it, in the guild at `now`."""
    ids = linked_subjects(subject_id)
    return live_grants(now).filter(guild_id=guild_id, subject_id__in=ids, right__in=INCLUDED_IN[right]).exists()


def may_review_in(ids: Sequence[UUID], guild_id: UUID, now: datetime) -> bool:
    """Whether a person (all linked ids) may review in the guild at `now`: by grant, or by a member's standing."""
    return guild_id in guilds_reviewed_by(ids, now)


def is_hub_steward(subject: Subject) -> bool:
    """Whether the person looks after the whole hub (`User.is_staff`)."""
    user = getattr(subject, "user", None)
    return bool(user and user.is_active and user.is_staff)


def check_guild_open(guild: Guild) -> None:
    """Refuse every change in a guild that is not open yet or closed by now."""
    if guild.state == Guild.State.PROPOSED:
        raise PermissionRefused(_("This guild isn't open yet. A hub steward opens it; then you can work here."))
    if guild.state == Guild.State.CLOSED:
        raise PermissionRefused(_("This guild is closed. You can read everything, but nothing new is taken."))


def check_member(subject: Subject, guild: Guild) -> None:
    """Refuse people who don't belong to the guild; say how one comes to."""
    if is_member(subject.pk, guild.pk):
        return
    ways = {
        Guild.Joining.OPEN: _("Join the guild first: its page has a button."),
        Guild.Joining.REQUEST: _("Ask to join first: a steward of the guild answers."),
        Guild.Joining.INVITE: _("A steward of the guild can give you a link to join it."),
    }
    raise PermissionRefused(
        _("Only members of %(guild)s can do this. %(help)s")
        % {"guild": guild.name, "help": ways[Guild.Joining(guild.joining)]}
    )


def check_maintainer(subject: Subject, guild: Guild, now: datetime) -> None:
    """Refuse people without a maintainer's grant."""
    if not has_grant(subject.pk, guild.pk, "maintainer", now):
        raise PermissionRefused(
            _("Only maintainers of %(guild)s can do this. A steward of the guild can make you one.")
            % {"guild": guild.name}
        )


def check_steward(subject: Subject, guild: Guild, now: datetime) -> None:
    """Refuse people without a steward's grant; a hub steward may act for any guild."""
    if not (has_grant(subject.pk, guild.pk, "steward", now) or is_hub_steward(subject)):
        raise PermissionRefused(_only_stewards(guild))


def check_steward_by_grant(subject: Subject, guild: Guild, now: datetime) -> None:
    """Refuse everybody who is no steward of this very guild, the hub's stewards too."""
    if not has_grant(subject.pk, guild.pk, "steward", now):
        raise PermissionRefused(_only_stewards(guild))


def _only_stewards(guild: Guild) -> str:
    return _("Only stewards of %(guild)s can do this. One of them, or a steward of this hub, can make you one.") % {
        "guild": guild.name
    }


def check_hub_steward(subject: Subject) -> None:
    """Refuse everybody but the hub's own stewards."""
    if not is_hub_steward(subject):
        raise PermissionRefused(_("Only a steward of this hub can do this. Whoever runs the server appoints them."))


def check_can_edit_guild(subject: Subject, guild: Guild, now: datetime) -> None:
    """Stewards of an open guild."""
    check_guild_open(guild)
    check_steward(subject, guild, now)


def check_proposer(subject: Subject, guild: Guild) -> None:
    """Whoever proposed the guild."""
    if guild.proposed_by_id is None or not same_person(subject.pk, guild.proposed_by_id):
        raise PermissionRefused(_("Only whoever proposed this guild can change the proposal."))


def check_own_request(subject: Subject, request: JoinRequest) -> None:
    """Whoever asked."""
    if not same_person(subject.pk, request.subject_id):
        raise PermissionRefused(_("Only whoever asked can take a request back."))


def check_own_grant(subject: Subject, grant: Grant) -> None:
    """Whoever holds the right."""
    if not same_person(subject.pk, grant.subject_id):
        raise PermissionRefused(_("Only whoever holds a right gives it back. A steward can take it back."))


def check_offered_to(subject: Subject, handover: Handover) -> None:
    """Whom stewardship was offered to."""
    if not same_person(subject.pk, handover.offered_to_id):
        raise PermissionRefused(_("Only the person it was offered to can answer."))


def check_own_offer(subject: Subject, handover: Handover) -> None:
    """Who offered stewardship."""
    if not same_person(subject.pk, handover.offered_by_id):
        raise PermissionRefused(_("Only whoever made this offer can take it back."))


RIGHTS: tuple[Right, ...] = (
    may("propose_guild", Who.SIGNED_IN, note="at most three of one person wait at a time"),
    may("edit_proposal", Who.OWNER, note="until it is open"),
    may("withdraw_proposal", Who.OWNER, note="until it is open"),
    may("decline_guild", Who.HUB_STEWARD, note="with a reason"),
    may("open_guild", Who.HUB_STEWARD, note="for another person"),
    may("edit_guild", Who.STEWARD, Who.HUB_STEWARD),
    may("join_guild", Who.SIGNED_IN, note="where anybody joins at once"),
    may("ask_to_join", Who.SIGNED_IN, note="where people join by request"),
    may("withdraw_join_request", Who.OWNER, in_closed_guild=True),
    may("answer_join_request", Who.STEWARD, Who.HUB_STEWARD, note="declining needs a reason"),
    may("make_invite", Who.STEWARD, Who.HUB_STEWARD),
    may("revoke_invite", Who.STEWARD, Who.HUB_STEWARD, in_closed_guild=True),
    may("join_by_invite", Who.SIGNED_IN, note="with a link that still lets people in"),
    may("bring_invitations", Who.STEWARD, Who.HUB_STEWARD),
    may("send_invitations", Who.STEWARD, Who.HUB_STEWARD, note="20,000 a day for each guild"),
    may("resume_invitations", Who.STEWARD, Who.HUB_STEWARD),
    may("pause_invitations", Who.STEWARD, Who.HUB_STEWARD, in_closed_guild=True),
    may("stop_invitations", Who.STEWARD, Who.HUB_STEWARD, in_closed_guild=True),
    may("withdraw_invitations", Who.STEWARD, Who.HUB_STEWARD, in_closed_guild=True),
    may("discard_invitations", Who.STEWARD, Who.HUB_STEWARD, in_closed_guild=True),
    may("accept_invitation", Who.SIGNED_IN, note="that went to a verified address of theirs"),
    may(
        "refuse_invitations", Who.SIGNED_IN, note="by the link in a mail, also without an account", in_closed_guild=True
    ),
    may("change_joining", Who.STEWARD, Who.HUB_STEWARD),
    may("switch_boards", Who.STEWARD, Who.HUB_STEWARD),
    may("choose_roles", Who.MEMBER, note="their own"),
    may(
        "leave_guild",
        Who.SIGNED_IN,
        note="not the last steward; whoever is no member changes nothing",
        in_closed_guild=True,
    ),
    may("grant_right", Who.STEWARD, Who.HUB_STEWARD, note="to another member"),
    may("revoke_right", Who.STEWARD, Who.HUB_STEWARD, note="not the last steward's", in_closed_guild=True),
    may("give_back_right", Who.OWNER, note="not the last steward", in_closed_guild=True),
    may("offer_stewardship", Who.STEWARD, note="to another member"),
    may("accept_stewardship", Who.OWNER, note="to whom it was offered"),
    may("decline_stewardship", Who.OWNER, note="to whom it was offered", in_closed_guild=True),
    may("withdraw_stewardship", Who.STEWARD, note="their own offer", in_closed_guild=True),
    may("publish_policy", Who.STEWARD, Who.HUB_STEWARD),
    may("save_policy_draft", Who.STEWARD, Who.HUB_STEWARD, note="one at a time in a guild"),
    may("discard_policy_draft", Who.STEWARD, Who.HUB_STEWARD),
    may("publish_policy_draft", Who.STEWARD, Who.HUB_STEWARD, note="with a reason; never backwards"),
    may("propose_closing", Who.STEWARD, Who.HUB_STEWARD, note="with a reason"),
    may("confirm_closing", Who.STEWARD, Who.HUB_STEWARD, note="not whoever proposed it"),
    may("withdraw_closing", Who.STEWARD, Who.HUB_STEWARD),
    may("order_export", Who.SIGNED_IN, when="without names", in_closed_guild=True),
    may("order_export", Who.STEWARD, Who.HUB_STEWARD, when="with names", in_closed_guild=True),
    *machine(
        "count_reviewers",
        "recount_reviewers",
        "remind_of_ending_rights",
        "make_export",
        "sweep_exports",
        "drop_exports",
        "count_invitation_list",
        "send_due_invitations",
        "finish_invitations",
        "sweep_invitations",
    ),
)
