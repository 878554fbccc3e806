"""The simulation of a guild's draft of a policy: asked for by a steward, counted at once or in the background, stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from contributions.models import PolicySimulation, Review
from contributions.queries.simulation import in_force_of, simulate
from core.errors import TransitionRefused
from core.jobs import nudge
from guilds.models import NUMBERS, Guild, Policy, PolicyDraft
from guilds.permissions import check_can_edit_guild

#: So many verdicts are counted while the steward waits; more are counted in the background.
AT_ONCE_MOST = 5000
#: What is tried unless somebody asks for everything.
DEFAULT_DAYS = 365
ATTEMPTS_MOST = 5
#: A row without a sign of life for so long has lost its worker.
STALE_AFTER = timedelta(minutes=2)
_LIVE = (PolicySimulation.State.WAITING, PolicySimulation.State.COUNTING)


@transaction.atomic
def simulate_policy_draft(*, draft: PolicyDraft, by: Subject, since: date | None, now: datetime) -> PolicySimulation:
    """Have an open draft counted on the guild's past, from `since` on (a day in the guild's zone; None: everything).

    A guild with few verdicts gets its result at once, a large one in the background. The same question while it is being
    counted is that one; anything else begins anew. Raises PermissionRefused, TransitionRefused.
    """
    lock_person(by.pk)
    guild = Guild.objects.select_for_update(no_key=True).get(pk=draft.guild_id)
    check_can_edit_guild(by, guild, now)
    draft = PolicyDraft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if draft.state != PolicyDraft.State.OPEN:
        raise TransitionRefused(
            _("This draft is not open any more. Its last result is kept; make a new draft to try more.")
        )
    against = in_force_of(Policy.objects.filter(guild=guild), now).version
    question = {"numbers": told_numbers(draft), "against": against, "since": since}
    known = PolicySimulation.objects.filter(draft=draft).defer("result").first()
    if known is not None and known.state in _LIVE and all(getattr(known, k) == v for k, v in question.items()):
        _nudge(known)
        return known
    total = Review.objects.filter(contribution__guild=guild).count()
    row, _made = PolicySimulation.objects.update_or_create(
        draft=draft,
        defaults={
            **question, "asked_by": by, "asked_at": now, "state": PolicySimulation.State.WAITING, "attempts": 0,
            "seen_at": now, "verdicts_done": 0, "verdicts_total": total, "finished_at": None, "result": None,
        },
    )  # fmt: skip
    if total <= AT_ONCE_MOST:
        run_policy_simulation(simulation_id=row.pk, now=now)
        row.refresh_from_db()
    else:
        _nudge(row)
    return row


def run_policy_simulation(*, simulation_id: UUID, now: datetime) -> None:
    """What the background job does: count, and store the result. Safe to run twice, and at once; the sixth attempt fails it.

    Locks nothing: a question that was asked anew meanwhile is another one, and this result is not stored for it.
    """
    row = PolicySimulation.objects.select_related("draft__guild").filter(pk=simulation_id, state__in=_LIVE).first()
    if row is None:
        return
    mine = PolicySimulation.objects.filter(pk=row.pk, asked_at=row.asked_at, state__in=_LIVE)
    if row.attempts >= ATTEMPTS_MOST:
        mine.update(state=PolicySimulation.State.FAILED, finished_at=now)
        return
    mine.update(state=PolicySimulation.State.COUNTING, attempts=F("attempts") + 1, seen_at=Now(), verdicts_done=0)
    guild = row.draft.guild

    def seen(done: int) -> None:
        mine.update(verdicts_done=done, seen_at=Now())

    found = simulate(
        guild,
        draft_of(guild, row.numbers),
        now=now,
        since=first_moment(guild, row.since),
        on_progress=seen,
    )
    mine.update(
        state=PolicySimulation.State.DONE, finished_at=now, result=found.counted().as_json(),
        verdicts_done=F("verdicts_total"),
    )  # fmt: skip


def restart_policy_simulation(*, guild: Guild, now: datetime) -> PolicySimulation | None:
    """Count the simulation of a guild's open draft again, here and now, whatever became of it; None without one."""
    rows = PolicySimulation.objects.filter(draft__guild=guild, draft__state="open")
    if not rows.update(state="waiting", attempts=0, seen_at=now, result=None, finished_at=None):
        return None
    row = rows.get()
    run_policy_simulation(simulation_id=row.pk, now=now)
    row.refresh_from_db()
    return row


def sweep_policy_simulations(*, now: datetime) -> int:
    """Start simulations again that lost their worker; returns how many."""
    lost = list(PolicySimulation.objects.filter(state__in=_LIVE, seen_at__lt=now - STALE_AFTER).defer("result"))
    for row in lost:
        _nudge(row)
    return len(lost)


def told_numbers(numbers: Any) -> dict[str, str]:
    """The numbers of a draft or a version as text by name: what a simulation is stored with."""
    return {name: _told(getattr(numbers, name)) for name in NUMBERS}


def draft_of(guild: Guild, numbers: Mapping[str, str]) -> PolicyDraft:
    """Such numbers as a draft that isn't stored; one that came to policies later has its default."""
    known = {name: text for name, text in numbers.items() if name in NUMBERS}
    draft = PolicyDraft(guild=guild, **known)
    draft.clean_fields(exclude=[f.name for f in PolicyDraft._meta.concrete_fields if f.name not in known])
    return draft


def first_moment(guild: Guild, since: date | None) -> datetime | None:
    """When a day begins in the guild's zone."""
    return datetime.combine(since, time(), ZoneInfo(guild.timezone)) if since else None


def is_up_to_date(row: PolicySimulation, draft: PolicyDraft, in_force: Policy) -> bool:
    """Whether a simulation is of the draft as it stands, beside the rules as they stand."""
    return row.against == in_force.version and row.numbers == told_numbers(draft)


def _told(number: Decimal | int) -> str:
    return format(number.normalize(), "f") if isinstance(number, Decimal) else str(number)


def _nudge(row: PolicySimulation) -> None:
    from contributions.jobs import count_policy_draft  # jobs call services; only this name goes the other way

    nudge(count_policy_draft, str(row.pk))
