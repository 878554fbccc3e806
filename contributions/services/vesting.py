"""Points become available: what has waited its days vests, with the work that earned it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from accounts.queries import lock_people
from contributions.models import Contribution
from contributions.services.steps import event_of
from core.transitions import change_state
from guilds.models import Guild
from reputation.models import PendingPoints
from reputation.services import expire_points, transfer, vesting_transfers, warn_of_expiry

logger = logging.getLogger(__name__)

_BATCH = 200
#: People hear so many days before that points of theirs expire.
EXPIRY_WARNINGS = (60, 14)


def live_a_day(*, now: datetime) -> dict[str, int]:
    """Vest, expire and warn in every guild whose day has come; returns how much. Safe to run at any time, twice too.

    A guild in which something goes wrong is logged and stops no other.
    """
    done = {"vested": 0, "expired": 0, "warned": 0}
    for guild in Guild.objects.exclude(state=Guild.State.PROPOSED).order_by("pk").iterator():
        today = now.astimezone(ZoneInfo(guild.timezone)).date()
        try:
            done["vested"] += vest_points(guild=guild, today=today, now=now)
            done["expired"] += expire_points(guild=guild, today=today, now=now)
            for days in EXPIRY_WARNINGS:
                done["warned"] += warn_of_expiry(guild=guild, today=today, days_before=days, now=now)
        except Exception:
            logger.exception("The points of guild %s did not live this day; the next run tries again.", guild.pk)
    return done


def vest_points(*, guild: Guild, today: date, now: datetime) -> int:
    """Let what pends until this day (guild's zone) vest, a batch to a transaction; returns how many pieces."""
    vested = 0
    due = PendingPoints.objects.filter(account__guild=guild, vests_on__lte=today, held_for="")
    while rows := list(due.order_by("vests_on", "pk").values_list("pk", "account__subject_id")[:_BATCH]):
        vested += _vest([pk for pk, _subject in rows], {subject for _pk, subject in rows if subject}, now=now)
    return vested + _vest_unpaid(guild, today=today, now=now)


@transaction.atomic
def _vest(pending: Sequence[UUID], people: set[UUID], *, now: datetime) -> int:
    """Under the people's locks, and only what still waits for nothing else."""
    lock_people(people)
    rows = list(
        PendingPoints.objects.filter(pk__in=pending, held_for="")
        .select_related("transfer", "account")
        .order_by("vests_on", "pk")
    )
    works = [row.transfer.source_id for row in rows if row.transfer.source_kind == "contribution"]
    _move_on(works, now=now)
    transfer(vesting_transfers(rows), now=now)
    return len(rows)


def _vest_unpaid(guild: Guild, *, today: date, now: datetime) -> int:
    """Work whose approval added no points has its days, too: afterwards it is as settled as any other."""
    works = Contribution.objects.filter(
        guild=guild, state=Contribution.State.APPROVED, source=Contribution.Source.LOGGED, points=0
    )
    oldest = works.filter(decided_at__lt=now - timedelta(days=1)).order_by("decided_at").values_list("pk", flat=True)
    due = [pk for pk in oldest[:_BATCH] if _has_had_its_days(pk, guild, today)]
    people = set(Contribution.objects.filter(pk__in=due).values_list("subject_id", flat=True))
    with transaction.atomic():
        lock_people(people)
        return _move_on(due, now=now)


def _has_had_its_days(pk: UUID, guild: Guild, today: date) -> bool:
    row = (
        Contribution.objects.filter(
            pk=pk,
            guild__policies__version=F("reviews__policy_version"),
            reviews__verdict="approved",
            reviews__overturned_at=None,
        )
        .values_list("decided_at", "guild__policies__vesting_days")
        .first()
    )
    if row is None or row[0] is None:
        return False
    decided: date = row[0].astimezone(ZoneInfo(guild.timezone)).date()
    return decided + timedelta(days=row[1] + 1) <= today


def _move_on(works: Sequence[UUID], *, now: datetime) -> int:
    """Their state, with the event that says so; work that is challenged or moved on already stays as it is."""
    state = Contribution.State
    rows = Contribution.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk__in=works, state__in=[state.APPROVED, state.UPHELD]
    )
    found = list(rows.order_by("pk"))
    for work in found:
        told = event_of("contribution.vested", work, actor=None, now=now, points=work.points or 0)
        change_state(work, state.VESTED, actor=None, now=now, telling=[told])
    return len(found)
