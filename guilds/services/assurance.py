"""How many may review in a guild, and whether that is enough to trust its approvals without a mark.

Counted when rights change and every ten minutes, and kept on the guild, because every page of its work shows the mark and
standing changes by itself. Turned down: counting on each page, which reads every member's standing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.registries import earned_right
from guilds.models import Guild
from guilds.queries import current_policy, live_grants


@transaction.atomic
def count_reviewers(*, guild: Guild, now: datetime) -> Guild:
    """Count who may review by grant or by standing, a person once, and keep whether it is enough.

    Where grants alone are enough, nobody's standing is looked at and the count is that of grants.
    """
    enough = current_policy(guild.pk, now).reviewers_enough
    granted = live_grants(now).filter(guild=guild, subject__erased_at__isnull=True)
    people = set(granted.values_list("subject_id", flat=True))
    if len(people) < enough:
        people |= set(earned_right("reviewer").holders(guild.pk, now))
    is_low = len(people) < enough
    rows = Guild.objects.filter(pk=guild.pk).exclude(reviewer_count=len(people), is_low_assurance=is_low)
    rows.update(reviewer_count=len(people), is_low_assurance=is_low)
    guild.reviewer_count, guild.is_low_assurance = len(people), is_low
    return guild


def recount_reviewers(*, now: datetime) -> int:
    """Count again in every open guild, each in its own transaction: rights end and standing fades by themselves."""
    guilds = list(Guild.objects.filter(state=Guild.State.OPEN).order_by("pk"))
    for guild in guilds:
        count_reviewers(guild=guild, now=now)
    return len(guilds)
