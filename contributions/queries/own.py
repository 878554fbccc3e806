"""What a person's own pages read: their hours by week, what waits for them, what they may log on. Pass every linked id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import OrderBy

from contributions.models import Contribution
from contributions.models.contribution import Need
from core.prepared import prepared
from guilds.models import Guild, Membership
from projects.models import Task
from projects.rules import PROJECT_TAKES_WORK


@dataclass(frozen=True)
class OwnWork:
    """One contribution in its person's list, with the totals of its ISO week (all guilds together).

    Minutes are claimed minutes; a week leaves out withdrawn and rejected work. `worked_on` is its latest day.
    """

    id: UUID
    state: str
    need: str
    source: str
    task_id: UUID
    task_title: str
    project_title: str
    worked_on: date
    minutes: int
    minutes_credited: Decimal | None
    points: int | None
    week_starts_on: date
    week_minutes: int
    week_credited: Decimal

    def get_state_display(self) -> str:
        """The state in the reader's language."""
        return str(Contribution.State(self.state).label)

    def get_need_display(self) -> str:
        """What is missing, as a sentence; empty when nothing is."""
        return str(Need(self.need).label)

    @property
    def cursor(self) -> str:
        """The key of the page that begins after this row."""
        return f"{self.worked_on.isoformat()}.{self.id}"


@dataclass(frozen=True)
class SentWork:
    """One contribution as the phone that sent it asks for it."""

    id: UUID
    client_id: UUID
    state: str
    need: str
    points: int | None
    task_title: str
    note: str
    worked_on: date
    minutes: int

    def get_state_display(self) -> str:
        """The state in the reader's language."""
        return str(Contribution.State(self.state).label)

    def get_need_display(self) -> str:
        """What is missing, as a sentence; empty when nothing is."""
        return str(Need(self.need).label)

    @property
    def standing(self) -> str:
        """For somebody who only asks whether it arrived: sent, needs (something from them), approved or closed."""
        if self.need or self.state in (Contribution.State.DRAFT, Contribution.State.RETURNED):
            return "needs" if self.state != Contribution.State.WITHDRAWN else "closed"
        if self.points is not None:
            return "approved"
        waits = self.state in (Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW)
        return "sent" if waits else "closed"


_SENT = """
SELECT c.id, c.client_id, c.state, c.need, c.points, t.title, c.note, max(e.worked_on), sum(e.minutes)::int
FROM contributions_contribution c JOIN projects_task t ON t.id = c.task_id
JOIN contributions_timeentry e ON e.contribution_id = c.id
WHERE c.subject_id = ANY(%(subjects)s::uuid[])
    AND (c.client_id = ANY(%(client_ids)s::uuid[]) OR c.id = ANY(%(work_ids)s::uuid[]))
GROUP BY c.id, t.title ORDER BY c.id
"""


def sent_work(
    subject_ids: Sequence[UUID], *, client_ids: Sequence[UUID] = (), work_ids: Sequence[UUID] = ()
) -> list[SentWork]:
    """A person's contributions with these client ids or ids. One statement, or none when nothing is asked."""
    if not client_ids and not work_ids:
        return []
    named = {"subjects": subject_ids, "client_ids": client_ids, "work_ids": work_ids}
    with connection.cursor() as cursor:
        cursor.execute(_SENT, {name: [str(i) for i in ids] for name, ids in named.items()})
        return [SentWork(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class OwnPage:
    """Rows, latest day first, and the key of the next page ("": this is the last)."""

    rows: list[OwnWork]
    next_cursor: str


# The week's totals are summed before the page is cut, so a week that two pages share has the same total on both.
_OWN_WORK = """
WITH mine AS (
    SELECT c.id, c.state, c.need, c.source, c.task_id, c.project_id, c.minutes_credited, c.points,
        max(e.worked_on) AS worked_on, sum(e.minutes)::int AS minutes
    FROM contributions_contribution c JOIN contributions_timeentry e ON e.contribution_id = c.id
    WHERE c.subject_id = ANY(%(subjects)s::uuid[]) GROUP BY c.id
), weekly AS (
    SELECT mine.*, date_trunc('week', worked_on)::date AS week_starts_on,
        coalesce(sum(minutes) FILTER (WHERE state NOT IN ('withdrawn', 'rejected')) OVER week, 0)::int AS week_minutes,
        coalesce(sum(minutes_credited) OVER week, 0) AS week_credited
    FROM mine WINDOW week AS (PARTITION BY date_trunc('week', worked_on))
)
SELECT w.id, w.state, w.need, w.source, w.task_id, t.title, p.title, w.worked_on, w.minutes, w.minutes_credited,
    w.points, w.week_starts_on, w.week_minutes, w.week_credited
FROM weekly w JOIN projects_task t ON t.id = w.task_id JOIN projects_project p ON p.id = w.project_id
WHERE %(day)s::date IS NULL OR (w.worked_on, w.id) < (%(day)s::date, %(id)s::uuid)
ORDER BY w.worked_on DESC, w.id DESC LIMIT %(limit)s
"""


def own_work(subject_ids: Sequence[UUID], *, after: tuple[date, UUID] | None = None, limit: int = 30) -> OwnPage:
    """A person's contributions, latest day first, after the given row. One statement."""
    day, row_id = after or (None, None)
    values = {
        "subjects": [str(i) for i in subject_ids],
        "day": day,
        "id": row_id and str(row_id),
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OWN_WORK, values)
        rows = [OwnWork(*row) for row in cursor.fetchall()]
    shown = rows[:limit]
    return OwnPage(shown, shown[-1].cursor if len(rows) > limit else "")


_WEEKS = """
SELECT date_trunc('week', e.worked_on)::date, sum(e.minutes)::int
FROM contributions_timeentry e JOIN contributions_contribution c ON c.id = e.contribution_id
WHERE e.subject_id = ANY(%(subjects)s::uuid[]) AND c.source = 'logged' AND c.state NOT IN ('withdrawn', 'rejected')
    AND e.worked_on BETWEEN %(since)s AND %(monday)s + 6
GROUP BY 1
"""


def minutes_by_week(subject_ids: Sequence[UUID], *, monday: date) -> dict[date, int]:
    """Minutes logged and not refused in each of the 104 weeks up to the one of `monday`, by Monday. One statement."""
    values = {"subjects": [str(i) for i in subject_ids], "monday": monday, "since": monday - timedelta(weeks=103)}
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS, values)
        return dict(cursor.fetchall())


def tasks_to_log_on(subject_ids: Sequence[UUID], *, wanted: UUID | None = None, limit: int = 60) -> list[Task]:
    """Tasks on which the person can log hours now, the likeliest first, with title and `is_open_work`. One statement.

    Their own tasks and the open work of their guilds' projects, and the `wanted` task (a link led here). First
    comes the wanted one, then what they logged on last, then their own tasks, then the project of their last hours.
    """
    return _tasks_to_log_on(list(subject_ids), wanted, limit=limit)


@prepared
def _tasks_to_log_on(subject_ids: Sequence[UUID], wanted: UUID | None, *, limit: int) -> QuerySet[Task]:
    used = Contribution.objects.filter(subject_id__in=subject_ids, source=Contribution.Source.LOGGED).order_by("-pk")
    guilds = Membership.objects.filter(subject_id__in=subject_ids, left_at__isnull=True).values("guild_id")
    state = Task.State
    own = Q(claimed_by_id__in=subject_ids, state__in=[state.CLAIMED, state.SUBMITTED, state.RETURNED])
    open_work = Q(is_open_work=True, state=state.PUBLISHED, project__guild_id__in=guilds)
    asked = Q(pk=wanted, state=state.PUBLISHED)
    return (
        Task.objects.filter(own | open_work | asked if wanted else own | open_work)
        .filter(project__state__in=PROJECT_TAKES_WORK, project__guild__state=Guild.State.OPEN)
        .annotate(
            rank=Case(When(pk=wanted, then=0), default=1, output_field=IntegerField()) if wanted else Value(1),
            last_use=Subquery(used.filter(task_id=OuterRef("pk")).values("pk")[:1]),
            last_use_of_project=Subquery(used.filter(project_id=OuterRef("project_id")).values("pk")[:1]),
        )
        .only("title", "is_open_work")
        .order_by(
            "rank",
            _latest("last_use"),
            "is_open_work",
            _latest("last_use_of_project"),
            "project__title",
            "pk",
        )[:limit]
    )


def _latest(name: str) -> OrderBy:
    return F(name).desc(nulls_last=True)
