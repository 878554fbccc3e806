"""Second looks: which approvals get one, and what a second reviewer makes of it.

Decided with the approval, in its transaction. Its points wait for the look; a reviewer who doubts opens a challenge.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_people
from contributions.models import Challenge, Contribution, Review, SecondLook
from contributions.permissions import check_can_look
from contributions.rules import deadline
from contributions.rules_routing import HIGH_VALUE_POINTS, by_chance
from contributions.services.challenges import raise_challenge
from contributions.services.steps import locked_contribution, note_event
from core.errors import DomainError
from guilds.models import Guild, Policy
from guilds.queries import current_policy
from projects.models import Task
from reputation.services import hold_points


class LookedBefore(DomainError):
    """Somebody looked at it, or its time is over."""

    code = "looked_before"
    status = 409


# How often this member was approved and this reviewer approved here before, and whose points the member's quarter is made of.
_BEFORE = """
SELECT count(*) FILTER (WHERE r.contributor_id = %(contributor)s AND r.id <> %(review)s),
    count(*) FILTER (WHERE r.reviewer_id = %(reviewer)s AND r.id <> %(review)s),
    coalesce(sum(c.points) FILTER (WHERE r.contributor_id = %(contributor)s AND r.decided_at >= %(quarter)s), 0),
    coalesce(sum(c.points) FILTER (
        WHERE r.contributor_id = %(contributor)s AND r.reviewer_id = %(reviewer)s AND r.decided_at >= %(quarter)s), 0)
FROM contributions_review r JOIN contributions_contribution c ON c.id = r.contribution_id
WHERE c.guild_id = %(guild)s AND r.verdict = 'approved' AND r.overturned_at IS NULL AND r.basis = 'person'
    AND (r.contributor_id = %(contributor)s OR r.reviewer_id = %(reviewer)s)
"""


def ask_for_second_look(review: Review, contribution: Contribution, policy: Policy, *, now: datetime) -> None:
    """Write down whether another reviewer looks at this approval, and let its points wait for that. Called by the approval,
    after its credit is written."""
    why = _why(review, contribution, policy)
    if not why:
        return
    is_blocking = not contribution.guild.is_low_assurance
    SecondLook.objects.create(
        review=review,
        contribution=contribution,
        guild_id=contribution.guild_id,
        why=why,
        outcome=SecondLook.Outcome.WAITING if is_blocking else SecondLook.Outcome.NOTED,
        asked_at=now,
    )
    if is_blocking:
        hold_points([("contribution", contribution.pk)], "second_look")


def _why(review: Review, contribution: Contribution, policy: Policy) -> str:
    quarter = now_quarter(review.decided_at)
    values: dict[str, str | datetime] = {
        "contributor": str(contribution.subject_id),
        "reviewer": str(review.reviewer_id),
        "review": str(review.pk),
        "guild": str(contribution.guild_id),
        "quarter": quarter,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, values)
        approved, given, quarters, by_them = cursor.fetchone()
    if approved < policy.newcomer_second_looks:
        return SecondLook.Why.NEWCOMER
    if given < policy.reviewer_second_looks:
        return SecondLook.Why.NEW_REVIEWER
    if quarters >= policy.reviewer_share_from and by_them * 100 > quarters * policy.reviewer_share_percent:
        return SecondLook.Why.SHARE
    if contribution.points is not None and contribution.points > HIGH_VALUE_POINTS:
        return SecondLook.Why.HIGH_VALUE
    if _was_edited(contribution.task):
        return SecondLook.Why.EDITED
    return SecondLook.Why.CHANCE if by_chance(review.pk, policy.second_look_percent) else ""


def _was_edited(task: Task) -> bool:
    """Whether what the task asks for was written anew while somebody had it."""
    return bool(task.edited_at and task.claimed_at and task.edited_at > task.claimed_at)


def now_quarter(at: datetime) -> datetime:
    """When the calendar quarter of that moment began (UTC)."""
    return at.replace(month=(at.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


@transaction.atomic
def look_again(*, look: SecondLook, by: Subject, agrees: bool, now: datetime, reason: str = "") -> SecondLook:
    """Agree with an approval, and its points vest on their day; or doubt it with reasons, and a panel decides.

    The same answer twice is once. Raises PermissionRefused, LookedBefore, and what `raise_challenge` raises.
    """
    work, review = look.contribution, look.review
    people = {one for one in (work.subject_id, review.reviewer_id, by.pk) if one}
    ids = lock_people(people, by=by.pk)[by.pk]
    work = locked_contribution(work)
    look = SecondLook.objects.select_for_update(no_key=True, of=("self",)).select_related("review").get(pk=look.pk)
    check_can_look(by, work, look.review, now, ids=ids)
    outcome = SecondLook.Outcome.AGREED if agrees else SecondLook.Outcome.DOUBTED
    if look.outcome == outcome and look.looked_by_id in ids:
        return look
    if look.outcome != SecondLook.Outcome.WAITING:
        raise LookedBefore(_("This was looked at before, or its time is over. Nothing was changed."))
    look.outcome, look.looked_by, look.looked_at = outcome, by, now
    look.save(update_fields=["outcome", "looked_by", "looked_at"])
    if not agrees:
        raise_challenge(contribution=work, by=by, reason=reason, now=now)
    elif not Challenge.objects.filter(contribution=work, decided_at=None).exists():
        hold_points([("contribution", work.pk)], "")
    note_event("review.looked_at", work, actor=by.pk, now=now, review=review.pk, outcome=outcome)
    return look


def lapse_second_looks(*, now: datetime) -> int:
    """Let go what nobody looked at within the policy's days for the guild's queue; returns how many. Nobody's points wait
    for ever because a guild is tired."""
    lapsed = 0
    for guild in Guild.objects.filter(second_looks__outcome="waiting").distinct():
        days = current_policy(guild.pk, now).review_guild_queue_days
        waiting = SecondLook.objects.filter(guild=guild, outcome="waiting").order_by("asked_at")
        for pk, asked_at in waiting.values_list("pk", "asked_at"):
            if deadline(asked_at, zone=guild.timezone, days=days) > now:
                break
            lapsed += _lapse(pk, now=now)
    return lapsed


@transaction.atomic
def _lapse(pk: UUID, *, now: datetime) -> int:
    look = SecondLook.objects.select_related("contribution", "review").get(pk=pk)
    lock_people({one for one in (look.contribution.subject_id, look.review.reviewer_id) if one})
    work = locked_contribution(look.contribution)
    if not SecondLook.objects.filter(pk=pk, outcome="waiting").update(outcome=SecondLook.Outcome.LAPSED, looked_at=now):
        return 0
    if not Challenge.objects.filter(contribution=work, decided_at=None).exists():
        hold_points([("contribution", work.pk)], "")
    note_event("review.looked_at", work, actor=None, now=now, review=look.pk, outcome="lapsed")
    return 1
