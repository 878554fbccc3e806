"""What a member's home page reads, in one statement. Pass every linked id."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from contributions.models import Contribution
from contributions.models.contribution import Need
from core.addresses import address
from core.formats import format_minutes
from projects.models import Task
from projects.rules import PROJECT_TAKES_WORK

NEWS_MOST = 6
TASKS_MOST = 3


class HomeNumbers(NamedTuple):
    """Minutes of this ISO week (logged and not refused; of these approved), open reviews, guilds, drafts of problems."""

    week_logged: int
    week_checked: int
    reviews_waiting: int
    guilds: int
    drafts: int


class OwnNews(NamedTuple):
    """Work that was credited (`points` is set, and what its reviewer said), or that waits for its person."""

    id: str
    state: str
    need: str
    task_title: str
    minutes: int
    points: int | None
    minutes_credited: Decimal | None
    decided_at: datetime | None
    minutes_approved: int | None
    rubric: int | None
    reason: str | None
    reviewer_name: str | None

    def get_absolute_url(self) -> str:
        return address("contributions:contribution", self.id)

    def get_state_display(self) -> str:
        """The state in the reader's language."""
        return str(Contribution.State(self.state).label)

    @property
    def words_credited(self) -> str:
        """The credited time in the reader's words; empty before it is credited."""
        return "" if self.minutes_credited is None else format_minutes(self.minutes_credited)

    def get_need_display(self) -> str:
        """What is missing, as a sentence; empty when nothing is."""
        return str(Need(self.need).label)


class NextTask(NamedTuple):
    """What to do next; `is_own` when the person has taken it."""

    id: str
    title: str
    state: str
    is_own: bool
    lease_ends_at: datetime | None
    estimate_minutes: int
    is_starter: bool

    def get_absolute_url(self) -> str:
        return address("projects:task", self.id)

    def get_state_display(self) -> str:
        """The state in the reader's language."""
        return str(Task.State(self.state).label)


class Home(NamedTuple):
    """All of it: the latest credited work (if any), what waits for its person (returned work before drafts), tasks."""

    numbers: HomeNumbers
    credited: OwnNews | None
    waiting: list[OwnNews]
    tasks: list[NextTask]


_HOME = """
SELECT week.logged, week.checked, (
        SELECT count(*) FROM contributions_contribution c
        WHERE c.state IN ('submitted', 'in_review') AND c.source = 'logged' AND c.subject_id <> ALL(%(subjects)s::uuid[])
        AND NOT EXISTS (SELECT FROM contributions_pendingverdict v WHERE v.contribution_id = c.id)
        AND c.guild_id IN (
            SELECT g.guild_id FROM guilds_grant g
            WHERE g.subject_id = ANY(%(subjects)s::uuid[]) AND g.revoked_at IS NULL
            AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)
            UNION ALL
            SELECT m.guild_id FROM guilds_membership m
            WHERE m.subject_id = ANY(%(subjects)s::uuid[]) AND m.left_at IS NULL
            AND reputation_earned_review(%(subjects)s::uuid[], m.guild_id, %(now)s)
        )
    ),
    (SELECT count(*) FROM guilds_membership m WHERE m.subject_id = ANY(%(subjects)s::uuid[]) AND m.left_at IS NULL),
    (SELECT count(*) FROM projects_problem p WHERE p.author_id = ANY(%(subjects)s::uuid[]) AND p.state = 'draft'),
    (
        SELECT json_agg(json_build_array(
            c.id, c.state, c.need, t.title,
            (SELECT coalesce(sum(e.minutes), 0) FROM contributions_timeentry e WHERE e.contribution_id = c.id),
            c.points, c.minutes_credited::text, c.decided_at, r.minutes_approved, r.rubric, r.reason,
            (SELECT a.display_name FROM accounts_profile a WHERE a.subject_id = r.reviewer_id)
        ) ORDER BY c.state <> 'returned', c.id DESC)
        FROM (
            (SELECT * FROM contributions_contribution
             WHERE subject_id = ANY(%(subjects)s::uuid[]) AND source = 'logged' AND points IS NOT NULL
             ORDER BY decided_at DESC LIMIT 1)
            UNION ALL
            (SELECT * FROM contributions_contribution
             WHERE subject_id = ANY(%(subjects)s::uuid[]) AND source = 'logged' AND points IS NULL
                AND state IN ('returned', 'draft')
             ORDER BY id DESC LIMIT %(news)s)
        ) c JOIN projects_task t ON t.id = c.task_id
        LEFT JOIN contributions_review r ON r.contribution_id = c.id AND r.verdict = 'approved' AND r.overturned_at IS NULL
    )::text,
    (
        SELECT json_agg(json_build_array(
            t.id, t.title, t.state, t.claimed_by_id IS NOT NULL, t.lease_ends_at, t.estimate_minutes, t.is_starter
        )) FROM (
            SELECT t.* FROM (
                SELECT t.*, t.lease_ends_at AS ends FROM projects_task t JOIN projects_project p ON p.id = t.project_id
                WHERE t.claimed_by_id = ANY(%(subjects)s::uuid[]) AND t.state IN ('claimed', 'returned')
                    AND p.state = ANY(%(work)s) AND p.guild_id IN (SELECT g.id FROM guilds_guild g WHERE g.state = 'open')
                UNION ALL
                SELECT t.*, NULL FROM projects_project p JOIN projects_task t ON t.project_id = p.id
                WHERE p.guild_id IN (
                        SELECT m.guild_id FROM guilds_membership m JOIN guilds_guild g ON g.id = m.guild_id
                        WHERE m.subject_id = ANY(%(subjects)s::uuid[]) AND m.left_at IS NULL AND g.state = 'open')
                    AND p.state = ANY(%(work)s) AND t.state = 'published' AND NOT t.is_open_work
            ) t
            ORDER BY t.claimed_by_id IS NULL, t.ends, t.is_starter DESC, t.estimate_minutes, t.id
            LIMIT %(tasks)s
        ) t
    )::text
FROM (
    SELECT coalesce(sum(e.minutes), 0)::int AS logged,
        coalesce(sum(e.minutes) FILTER (WHERE c.points IS NOT NULL), 0)::int AS checked
    FROM contributions_timeentry e JOIN contributions_contribution c ON c.id = e.contribution_id
    WHERE e.subject_id = ANY(%(subjects)s::uuid[]) AND e.worked_on BETWEEN %(monday)s AND %(monday)s + 6
        AND c.state NOT IN ('withdrawn', 'rejected') AND c.source = 'logged'
) week
"""


def home_page(subject_ids: Sequence[UUID], *, monday: date, now: datetime) -> Home:
    """What a member's home shows in the ISO week that begins on `monday`. One statement."""
    values = {
        "subjects": [str(i) for i in subject_ids],
        "monday": monday,
        "now": now,
        "work": list(PROJECT_TAKES_WORK),
        "news": NEWS_MOST,
        "tasks": TASKS_MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOME, values)
        row = cursor.fetchone()
    assert row is not None
    news = [_news(found) for found in json.loads(row[5] or "[]")]
    return Home(
        HomeNumbers(*row[:5]),
        next((work for work in news if work.points is not None), None),
        [work for work in news if work.points is None],
        [_task(found) for found in json.loads(row[6] or "[]")],
    )


def _news(row: list[object]) -> OwnNews:
    work = OwnNews._make(row)
    if work.points is None:
        return work
    return work._replace(
        minutes_credited=Decimal(str(work.minutes_credited)), decided_at=datetime.fromisoformat(str(work.decided_at))
    )


def _task(row: list[object]) -> NextTask:
    task = NextTask._make(row)
    ends = task.lease_ends_at
    return task._replace(lease_ends_at=datetime.fromisoformat(str(ends))) if ends else task
