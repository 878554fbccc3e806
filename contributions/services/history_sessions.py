"""Grouping stored commits into proposed sessions: what changed is formed anew, accepted sessions stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Subject
from accounts.queries import lock_people
from contributions.history.rules import SessionPlan, Span, Worked, group_sessions
from contributions.models import CommitShare, ImportedSession

BATCH = 1000


def lock_history(project_id: UUID) -> None:
    """One import or acceptance of a project at a time, until the transaction ends. Taken before every other lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contributions.history:{project_id}"])


@dataclass
class _Person:
    """What regrouping needs of one person: their open commits, their proposed sessions, their accepted time."""

    open: list[Worked] = field(default_factory=list)
    proposed: dict[UUID, set[int]] = field(default_factory=lambda: defaultdict(set))
    accepted: list[Span] = field(default_factory=list)


def regroup_sessions(project_id: UUID) -> None:
    """Propose sessions for everybody with commits that are in none. The caller holds `lock_history`.

    Looks at whole people, because one commit more can join two sessions or move a cut. Sessions that come out as
    they were are left alone, so a second run writes nothing. Statements: eleven, and two per thousand new sessions.
    """
    people = _people(project_id)
    stale: list[UUID] = []
    fresh: list[tuple[UUID, SessionPlan]] = []
    for subject_id, person in people.items():
        standing = {frozenset(shares): session for session, shares in person.proposed.items()}
        for plan in group_sessions(person.open, person.accepted):
            if standing.pop(frozenset(plan.keys), None) is None:  # type: ignore[arg-type]
                fresh.append((subject_id, plan))
        stale.extend(standing.values())
    if stale:
        drop_proposed(stale)
    for start in range(0, len(fresh), BATCH):
        _propose(project_id, fresh[start : start + BATCH])


def drop_proposed(session_ids: Sequence[UUID]) -> None:
    """Take proposed sessions apart; their commits stay and wait for the next grouping."""
    CommitShare.objects.filter(session_id__in=session_ids).update(session=None)
    proposed = ImportedSession.objects.filter(pk__in=session_ids, acceptance__isnull=True)
    proposed._raw_delete(proposed.db)


def _people(project_id: UUID) -> dict[UUID, _Person]:
    loose = CommitShare.objects.filter(commit__project_id=project_id, session__isnull=True).order_by()
    ids = list(loose.values_list("subject_id", flat=True).distinct())
    lock_people(ids)
    # Somebody erased while their commits were being stored has no part in them any more. Asked for by id: as one
    # statement with its joins it ran for twenty minutes on tables so new that the planner thought them empty.
    if erased := set(Subject.objects.filter(pk__in=ids, erased_at__isnull=False).values_list("pk", flat=True)):
        loose.filter(subject_id__in=erased).delete()
        ids = [subject_id for subject_id in ids if subject_id not in erased]
    people: dict[UUID, _Person] = {subject_id: _Person() for subject_id in ids}
    if not ids:
        return people
    shares = CommitShare.objects.filter(
        Q(session__isnull=True) | Q(session__acceptance__isnull=True),
        commit__project_id=project_id,
        subject_id__in=ids,
    ).values_list(
        "pk",
        "subject_id",
        "session_id",
        "commit__sha",
        "commit__authored_at",
        "commit__authored_on",
        "commit__files",
        "commit__document_files",
    )
    for pk, subject_id, session_id, *worked in shares:
        people[subject_id].open.append(Worked(pk, *worked))  # type: ignore[arg-type]
        if session_id is not None:
            people[subject_id].proposed[session_id].add(pk)
    accepted = ImportedSession.objects.filter(
        project_id=project_id, subject_id__in=ids, acceptance__isnull=False, started_at__isnull=False
    )
    for subject_id, started_at, ended_at in accepted.values_list("subject_id", "started_at", "ended_at"):
        people[subject_id].accepted.append(Span(started_at, ended_at))  # type: ignore[arg-type]
    return people


def _propose(project_id: UUID, plans: Sequence[tuple[UUID, SessionPlan]]) -> None:
    sessions = ImportedSession.objects.bulk_create(
        ImportedSession(
            project_id=project_id,
            subject_id=subject_id,
            first_sha=plan.first_sha,
            started_at=plan.started_at,
            first_commit_at=plan.first_commit_at,
            ended_at=plan.ended_at,
            worked_on=plan.worked_on,
            minutes=plan.minutes,
            commits=len(plan.keys),
            role=plan.role,
        )
        for subject_id, plan in plans
    )
    pairs = [
        (share, str(session.pk))
        for session, (_subject, plan) in zip(sessions, plans, strict=True)
        for share in plan.keys
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contributions_commitshare SET session_id = new.session"
            " FROM unnest(%s::bigint[], %s::uuid[]) AS new (share, session) WHERE id = new.share",
            [[share for share, _session in pairs], [session for _share, session in pairs]],
        )
