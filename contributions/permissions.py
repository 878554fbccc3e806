"""Who may log, change and judge work, refused in sentences that say what would help."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, same_person
from contributions.models import Challenge, Contribution, IntegrityCase, PanelSeat, Review
from core.errors import PermissionRefused
from core.rights import Right, Who, machine, may
from guilds.models import Guild
from guilds.permissions import check_guild_open, check_maintainer, check_steward, may_review_in
from guilds.queries import current_policy, is_member
from reputation.permissions import check_not_sanctioned
from reputation.queries import standing_of


class SelfReview(PermissionRefused):
    """Nobody judges their own work."""

    code = "self_review"


def check_owner(subject: Subject, contribution: Contribution) -> None:
    """Only the person who did the work."""
    if not same_person(subject.pk, contribution.subject_id):
        raise PermissionRefused(_("These hours belong to somebody else."))


def can_review_in(subject_id: UUID, guild: Guild, now: datetime) -> bool:
    """Whether the person may judge work in the guild: by a reviewer's right (maintainers and stewards have it) or by standing."""
    return may_review_in(linked_subjects(subject_id), guild.pk, now)


def check_can_review(subject: Subject, contribution: Contribution, now: datetime, *, ids: Sequence[UUID]) -> None:
    """Reviewers of the guild, never the contributor; `ids` are all of `subject`'s. Raises SelfReview, PermissionRefused."""
    check_guild_open(contribution.guild)
    if contribution.subject_id in ids:
        raise SelfReview(_("Nobody reviews their own work. Another reviewer of the guild will."))
    check_reviewer_of(subject, contribution.guild, now, ids=ids)


def check_reviewer_of(subject: Subject, guild: Guild, now: datetime, *, ids: Sequence[UUID]) -> None:
    """Reviewers of an open guild; `ids` are all of `subject`'s. Raises PermissionRefused."""
    check_guild_open(guild)
    if not may_review_in(ids, guild.pk, now):
        raise PermissionRefused(
            _("Only reviewers of %(guild)s can judge this. %(help)s")
            % {"guild": guild.name, "help": how_to_review(subject, guild, now)}
        )
    check_not_sanctioned(ids, guild, "reviewing", now)


def how_to_review(subject: Subject, guild: Guild, now: datetime) -> str:
    """What would help somebody who may not review in the guild: a steward, or so much more standing."""
    if not is_member(subject.pk, guild.pk):
        return _("A steward of the guild can make you one once you have joined it.")
    policy, ids = current_policy(guild.pk, now), linked_subjects(subject.pk)
    enough, has = policy.review_standing, standing_of(ids, guild.pk, now)
    if has >= enough:
        return _(
            "Your standing is enough, but panels overturned more than %(percent)s of a hundred of your verdicts of the last "
            "year. The right comes back by itself when they are fewer; a steward of the guild can give it to you before."
        ) % {"percent": policy.overturn_percent}
    return _(
        "A steward of the guild can make you one, and so does a standing of %(enough)s: you have %(has)s by now."
    ) % {"enough": enough, "has": has}


def check_can_dispute(subject: Subject, contribution: Contribution, now: datetime, *, ids: Sequence[UUID]) -> str:
    """Whose work it is (an appeal, also in a closed guild's last days), or another reviewer of the guild (a challenge).

    Returns which of the two. Raises PermissionRefused.
    """
    check_guild_open(contribution.guild)
    if contribution.subject_id in ids:
        return Challenge.Kind.APPEAL
    if not may_review_in(ids, contribution.guild_id, now):
        raise PermissionRefused(
            _("Only whoever did the work, and reviewers of %(guild)s, can dispute a verdict.")
            % {"guild": contribution.guild.name}
        )
    check_not_sanctioned(ids, contribution.guild, "reviewing", now)
    return Challenge.Kind.CHALLENGE


def check_can_look(subject: Subject, work: Contribution, review: Review, now: datetime, *, ids: Sequence[UUID]) -> None:
    """A reviewer of the guild who neither did the work nor judged it. Raises SelfReview, PermissionRefused."""
    check_can_review(subject, work, now, ids=ids)
    if review.reviewer_id in ids:
        raise SelfReview(_("A second look is another reviewer's."))


def check_can_close(
    subject: Subject, case: IntegrityCase, people: Collection[UUID], now: datetime, *, ids: Sequence[UUID]
) -> None:
    """A steward of the guild or the hub whom the case is not about (`people`: all ids of those). Raises PermissionRefused."""
    check_steward(subject, case.guild, now)
    if set(ids) & set(people):
        raise PermissionRefused(_("Only stewards whom it is not about close a case. Another steward will."))


def check_seat(challenge: Challenge, ids: Sequence[UUID]) -> PanelSeat:
    """The seat of whoever was drawn for this case. Raises PermissionRefused."""
    seat = challenge.seats.filter(subject_id__in=ids).order_by("-place").first()
    if seat is None:
        raise PermissionRefused(_("Only the people who were drawn decide on a case."))
    return seat


def check_can_import(subject: Subject, guild: Guild, now: datetime) -> None:
    """Maintainers bring a repository's history and accept its sessions."""
    check_guild_open(guild)
    check_maintainer(subject, guild, now)


RIGHTS: tuple[Right, ...] = (
    may(
        "log_hours",
        Who.SIGNED_IN,
        note="always stored; without membership, or in a closed guild, it waits as a draft",
        in_closed_guild=True,
    ),
    may("log_kept_hours", Who.SIGNED_IN, note="each entry as `log_hours` takes it", in_closed_guild=True),
    may("edit_contribution", Who.OWNER, note="until it is handed in", in_closed_guild=True),
    may("submit_contribution", Who.OWNER, note="what a rule refuses stays a draft", in_closed_guild=True),
    may("withdraw_contribution", Who.OWNER, note="until it is decided", in_closed_guild=True),
    may("retry_contribution", Who.OWNER, note="after it was not accepted", in_closed_guild=True),
    may("take_review", Who.REVIEWER, note="of somebody else's work"),
    may("release_review", Who.REVIEWER, note="of somebody else's work"),
    may("give_verdict", Who.REVIEWER, note="on somebody else's work; posted a minute later"),
    may("give_verdicts", Who.REVIEWER, note="on small pieces of one task"),
    may("undo_verdict", Who.OWNER, note="until it is posted", in_closed_guild=True),
    may("add_snippet", Who.SIGNED_IN, in_closed_guild=True),
    may("edit_snippet", Who.OWNER, in_closed_guild=True),
    may("delete_snippet", Who.OWNER, in_closed_guild=True),
    may("approve_contribution", Who.REVIEWER, note="of somebody else's work"),
    may("return_contribution", Who.REVIEWER, note="of somebody else's work"),
    may("reject_contribution", Who.REVIEWER, note="of somebody else's work"),
    may("raise_challenge", Who.OWNER, Who.REVIEWER, note="of one's own work an appeal; of others' a challenge"),
    may("give_panel_vote", Who.OWNER, note="whoever was drawn", in_closed_guild=True),
    may("decline_seat", Who.OWNER, note="whoever was drawn", in_closed_guild=True),
    may("close_integrity_case", Who.STEWARD, Who.HUB_STEWARD, note="that is not about them", in_closed_guild=True),
    may("simulate_policy_draft", Who.STEWARD, Who.HUB_STEWARD, note="of their guild's rules"),
    may("look_again", Who.REVIEWER, note="at others' approvals of others' work"),
    may("bring_history", Who.MAINTAINER, note="also whoever runs the server"),
    may("take_back_import", Who.MAINTAINER, note="before any of its sessions was accepted"),
    may("upload_history", Who.MAINTAINER),
    may("start_import", Who.MAINTAINER),
    may("discard_import", Who.MAINTAINER),
    may("start_acceptance", Who.MAINTAINER, note="of others' sessions"),
    may("accept_history", Who.MAINTAINER, note="of others' sessions"),
    *machine(
        "pay_for_review",
        "live_a_day",
        "run_challenges",
        "lapse_second_looks",
        "keep_scores",
        "make_steps",
        "look_for_patterns",
        "look_at_guild",
        "route_reviews",
        "route_guild",
        "publish_lot",
        "draw_panel",
        "replace_silent_seats",
        "vest_points",
        "post_verdict",
        "post_due_verdicts",
        "continue_acceptance",
        "resume_acceptances",
        "count_upload",
        "read_import",
        "resume_imports",
        "run_policy_simulation",
        "restart_policy_simulation",
        "sweep_policy_simulations",
    ),
)
