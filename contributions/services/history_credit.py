"""From accepted sessions to the ledger: one contribution, time entry and review each, REP alone, all in one sweep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection
from django.db.models import Q

from accounts.queries import linked_people
from contributions.history.rules import effective_at
from contributions.models import (
    Contribution,
    HistoryAcceptance,
    ImportedSession,
    Review,
    TimeEntry,
    Week,
)
from contributions.rules import iso_week
from core.models import StateChange
from guilds.queries import current_policy
from projects.models import Project, Task
from reputation.rules import Award, IsoWeek, PointPolicy, WeekUse, credit_import
from reputation.services import import_transfers, transfer

#: A contribution's client id is uuid5 of this and the session's key: the database refuses the same session twice.
SESSION_KEYS = UUID("5a7c1f3e-0a53-4b0e-9b52-6d1c1a6c6a10")

#: What each person's ISO weeks have consumed, by the primary id of the person.
Weeks = dict[UUID, dict[IsoWeek, WeekUse]]


def credit_sessions(
    sessions: Sequence[ImportedSession], *, acceptance: HistoryAcceptance, project: Project, now: datetime
) -> int:
    """Credit proposed sessions in the given order (that of their commits); returns the REP they brought.

    The caller's transaction holds the locks of the project's history and of every person. Eleven statements, for
    one session or five hundred.
    """
    policy = PointPolicy.of(current_policy(project.guild_id, now))
    roots = {linked: ids[0] for ids in linked_people({s.subject_id for s in sessions}).values() for linked in ids}
    before = _weeks_used(roots, project.guild_id, sessions)
    awards, after = _awards(sessions, roots, before, policy)
    task = Task.objects.get(project=project, is_open_work=True)
    works = Contribution.objects.bulk_create(
        _contribution(s, award, task, project, now=now) for s, award in zip(sessions, awards, strict=True)
    )
    _write_what_belongs(sessions, works, acceptance=acceptance, policy=policy, now=now)
    _take_weeks(project.guild_id, before, after)
    requests = [
        request
        for session, work, award in zip(sessions, works, awards, strict=True)
        for request in import_transfers(
            source_kind="contribution",
            source_id=work.pk,
            guild=project.guild_id,
            subject=session.subject_id,
            points=award.points,
            policy_version=policy.version,
            arithmetic=award.arithmetic,
            effective_at=effective_at(session.worked_on, now=now),
        )
    ]
    transfer(requests, now=now)
    return sum(award.points for award in awards)


def session_client_id(project_id: UUID, subject_id: UUID, first_sha: str) -> UUID:
    """The client id of a session's contribution, always the same for the same session."""
    return uuid5(SESSION_KEYS, f"{project_id}:{subject_id}:{first_sha}")


def _awards(
    sessions: Sequence[ImportedSession], roots: Mapping[UUID, UUID], before: Weeks, policy: PointPolicy
) -> tuple[list[Award], Weeks]:
    """What each session brings, one after the other, and the weeks afterwards."""
    after: Weeks = defaultdict(dict, {root: dict(weeks) for root, weeks in before.items()})
    awards = []
    for session in sessions:
        weeks = after[roots[session.subject_id]]
        award = credit_import(session.worked_on, session.minutes, weeks=weeks, policy=policy)
        weeks.update(award.weeks)
        awards.append(award)
    return awards, after


def _contribution(
    session: ImportedSession, award: Award, task: Task, project: Project, *, now: datetime
) -> Contribution:
    return Contribution(
        subject_id=session.subject_id,
        client_id=session_client_id(session.project_id, session.subject_id, session.first_sha),
        guild_id=project.guild_id,
        project=project,
        task=task,
        role=session.role,
        source=Contribution.Source.IMPORTED,
        state=Contribution.State.APPROVED,
        created_at=now,
        submitted_at=now,
        decided_at=now,
        minutes_counted=award.counted_minutes,
        minutes_credited=award.credited_minutes,
        points=award.points,
    )


def _write_what_belongs(
    sessions: Sequence[ImportedSession],
    works: Sequence[Contribution],
    *,
    acceptance: HistoryAcceptance,
    policy: PointPolicy,
    now: datetime,
) -> None:
    """The time, the verdict and the change of state of each contribution, and the sessions' own end."""
    TimeEntry.objects.bulk_create(
        TimeEntry(
            contribution=work,
            subject_id=work.subject_id,
            worked_on=session.worked_on,
            minutes=session.minutes,
            counts=False,
        )
        for session, work in zip(sessions, works, strict=True)
    )
    Review.objects.bulk_create(
        Review(
            contribution=work,
            contributor_id=work.subject_id,
            basis=Review.Basis.IMPORTED,
            verdict=Review.Verdict.APPROVED,
            rubric=policy.import_rubric,
            minutes_approved=session.minutes,
            policy_version=policy.version,
            taken_at=now,
            decided_at=now,
        )
        for session, work in zip(sessions, works, strict=True)
    )
    StateChange.objects.bulk_create(
        StateChange(
            object_kind="contribution",
            object_id=work.pk,
            to_state=work.state,
            actor=acceptance.accepted_by_id,
            changed_at=now,
        )
        for work in works
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contributions_importedsession SET acceptance_id = %s, contribution_id = new.work"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS new (session, work) WHERE id = new.session",
            [acceptance.pk, [str(session.pk) for session in sessions], [str(work.pk) for work in works]],
        )


def _weeks_used(roots: Mapping[UUID, UUID], guild_id: UUID, sessions: Sequence[ImportedSession]) -> Weeks:
    """What all ids of these people have consumed in the years that the sessions fall into; `roots`: id to primary."""
    years = {iso_week(session.worked_on)[0] for session in sessions}
    rows = Week.objects.filter(Q(full_minutes__gt=0) | Q(half_minutes__gt=0), guild_id=guild_id, iso_year__in=years)
    used: Weeks = defaultdict(dict)
    for row in rows.filter(subject_id__in=roots.keys()):
        weeks, week = used[roots[row.subject_id]], (row.iso_year, row.iso_week)
        found = weeks.get(week, WeekUse())
        weeks[week] = WeekUse(found.full_minutes + row.full_minutes, found.half_minutes + row.half_minutes)
    return used


_TAKE_WEEKS = """
    INSERT INTO contributions_week (subject_id, guild_id, iso_year, iso_week, full_minutes, half_minutes, paid_reviews)
    SELECT new.subject, %s, new.year, new.week, new.full_minutes, new.half_minutes, 0
    FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::int[], %s::int[])
        AS new (subject, year, week, full_minutes, half_minutes)
    ON CONFLICT (subject_id, guild_id, iso_year, iso_week) DO UPDATE SET
        full_minutes = contributions_week.full_minutes + EXCLUDED.full_minutes,
        half_minutes = contributions_week.half_minutes + EXCLUDED.half_minutes
"""


def _take_weeks(guild_id: UUID, before: Weeks, after: Weeks) -> None:
    """Write down what the sessions took of each week, on each person's primary row, in one statement."""
    taken = []
    for person, weeks in after.items():
        for (year, week), use in weeks.items():
            used = before.get(person, {}).get((year, week), WeekUse())
            full, half = use.full_minutes - used.full_minutes, use.half_minutes - used.half_minutes
            if full or half:
                taken.append((str(person), year, week, full, half))
    if taken:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_WEEKS, [guild_id, *map(list, zip(*sorted(taken), strict=True))])
