"""A guild's numbers: the next version is published, no version is ever changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from core.errors import DomainError
from guilds.models import NUMBERS, Guild, Policy
from guilds.permissions import check_guild_open, check_steward
from guilds.rules import NUMBER_MOST, WEEK_COUNTS_MOST
from guilds.services.assurance import count_reviewers
from guilds.services.steps import locked_guild, note_event


class PolicyRefused(DomainError):
    """The numbers contradict each other, or begin in the past."""

    code = "policy_refused"


@transaction.atomic
def publish_policy(
    *, guild: Guild, by: Subject, now: datetime, effective_at: datetime | None = None, **numbers: Any
) -> Policy:
    """Write the guild's next policy version from the latest numbers and the changed ones; never applied backwards.

    Numbers that are those of the latest version make no new one. Without `effective_at` as soon as that is possible:
    now, or with the version that is published already. Raises PolicyRefused.
    """
    check_guild_open(guild)
    check_steward(by, guild, now)
    locked_guild(guild)
    latest = Policy.objects.filter(guild=guild).latest("version")
    earliest = max(now, latest.effective_at)
    if effective_at is None:
        effective_at = earliest
    if effective_at < earliest:
        raise PolicyRefused(_("A policy takes effect now or later, after the one before it."))
    if numbers and all(getattr(latest, name) == number for name, number in numbers.items()):
        return latest  # sent again, because the answer was lost
    policy = draft_policy(latest, effective_at=effective_at, by=by.pk, **numbers)
    policy.published_at = now
    policy.save(force_insert=True)
    note_event("guild.policy_published", guild, by=by.pk, now=now, version=policy.version)
    count_reviewers(guild=guild, now=now)
    return policy


def draft_policy(
    latest: Policy, *, effective_at: datetime | None = None, by: UUID | None = None, **numbers: Any
) -> Policy:
    """The version that would follow `latest` with the changed numbers, checked as publishing checks it, and not stored.

    No statement: what the database's constraints say of numbers is said here in Python. Raises PolicyRefused.
    """
    kept = {name: getattr(latest, name) for name in NUMBERS}
    if any(isinstance(number, int) and number > NUMBER_MOST for number in numbers.values()):
        raise PolicyRefused(_("No number of a policy is above %(most)s.") % {"most": NUMBER_MOST})
    policy = Policy(
        guild_id=latest.guild_id,
        version=latest.version + 1,
        effective_at=effective_at or latest.effective_at,
        published_by=by,
        **{**kept, **numbers},
    )
    try:
        policy.clean_fields(exclude=["guild"])
        if policy.week_full_minutes + policy.week_half_minutes > WEEK_COUNTS_MOST:
            raise ValidationError(_("At most 20 hours of a week can count."))
    except ValidationError as error:
        raise PolicyRefused(" ".join(error.messages)) from error
    return policy
