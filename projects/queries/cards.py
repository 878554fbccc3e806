"""What the lists of problems show: rows of plain values, which a template renders once (core/pieces.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet, Window

from core.addresses import address
from core.prepared import prepared
from guilds.models import Guild
from projects.models import Problem
from projects.queries.problems import PROBLEMS_PER_PAGE, matching_problems, with_open_tasks

#: How the list can be sorted, by the word in its address.
ORDERS = {
    "": ("-created_at", "-pk"),
    "affected": ("-endorsed_affected", "-endorsed_support", "-created_at", "-pk"),
    "support": ("-endorsed_support", "-endorsed_affected", "-created_at", "-pk"),
    "tasks": ("-open_task_count", "-created_at", "-pk"),
}


class ProblemCard(NamedTuple):
    """One problem in a list: all that its card shows."""

    slug: str
    title: str
    state: str
    place: str = ""
    language: str = ""
    affected_people: str = ""
    endorsed_affected: int = 0
    open_task_count: int = 0
    shortest_minutes: int | None = None

    def get_absolute_url(self) -> str:
        return address("projects:problem", self.slug)

    def get_state_display(self) -> str:
        """The state in the reader's language."""
        return str(Problem.State(self.state).label)


class Listed(NamedTuple):
    """One page of a list, and how many there are in all."""

    cards: list[ProblemCard]
    total: int
    has_next: bool


def front_problems(limit: int = 6) -> list[ProblemCard]:
    """Problems the guilds have taken on, those with work to do today first. One statement."""
    return [ProblemCard._make(row) for row in _front_problems(limit=limit)]


@prepared
def _front_problems(*, limit: int) -> QuerySet[Problem]:
    rows = Problem.objects.public().filter(
        state__in=["accepted", "in_project", "piloting"], guild__state=Guild.State.OPEN
    )
    found = with_open_tasks(rows).order_by("-open_task_count", "-accepted_at", "-pk")[:limit]
    return found.values_list(*ProblemCard._fields)


def find_problems(wanted: Mapping[str, str], *, page: int = 1) -> Listed:
    """One page of public problems. One statement.

    Duplicates are left out unless asked for: they speak through their originals.
    """
    order = wanted.get("order", "")
    if not any(value for name, value in wanted.items() if name != "order"):
        rows = _all_problems(order=order, page=page)
    else:
        rows = list(_page(matching_problems(wanted), order=order, page=page))
    cards = [ProblemCard._make(row[:-1]) for row in rows[:PROBLEMS_PER_PAGE]]
    return Listed(cards, rows[0][-1] if rows else 0, len(rows) > PROBLEMS_PER_PAGE)


@prepared
def _all_problems(*, order: str, page: int) -> QuerySet[Problem]:
    """The list as nearly everybody asks for it."""
    return _page(matching_problems({}), order=order, page=page)


def _page(rows: QuerySet[Problem], *, order: str, page: int) -> QuerySet[Problem]:
    """One row more than a page holds says that there is a next one."""
    start = (page - 1) * PROBLEMS_PER_PAGE
    found = with_open_tasks(rows).annotate(total=Window(Count("pk"))).order_by(*ORDERS[order])
    return found[start : start + PROBLEMS_PER_PAGE + 1].values_list(*ProblemCard._fields, "total")


class Around(NamedTuple):
    """What stands round the list: guilds (address, name) and languages that a filter can choose, and the reader's drafts."""

    guilds: tuple[tuple[str, str], ...]
    languages: tuple[str, ...]
    drafts: list[ProblemCard]


_AROUND = """
SELECT 'guild', g.slug, g.name, NULL FROM guilds_guild g
WHERE g.state <> 'proposed' AND EXISTS (
    SELECT 1 FROM projects_problem p WHERE p.guild_id = g.id AND p.state NOT IN ('draft', 'rejected'))
UNION ALL
SELECT DISTINCT 'language', p.language, '', NULL FROM projects_problem p
WHERE p.state NOT IN ('draft', 'rejected', 'duplicate')
"""
_DRAFTS = """
UNION ALL (
SELECT 'draft', slug, title, created_at::text FROM projects_problem
WHERE author_id = ANY(%s::uuid[]) AND state = 'draft' ORDER BY created_at DESC LIMIT 20)
"""


def around_problems(reader_ids: Sequence[UUID] = ()) -> Around:
    """What can be chosen, and what only this reader sees, newest first. One statement."""
    guilds, languages, drafts = [], [], []
    with connection.cursor() as cursor:
        if reader_ids:
            cursor.execute(_AROUND + _DRAFTS, [[str(i) for i in reader_ids]])
        else:
            cursor.execute(_AROUND)
        for kind, value, label, at in cursor.fetchall():
            if kind == "guild":
                guilds.append((label.casefold(), value, label))
            elif kind == "language":
                languages.append(value)
            else:
                drafts.append((at, ProblemCard(value, label, Problem.State.DRAFT.value)))
    drafts.sort(key=lambda pair: pair[0], reverse=True)
    return Around(
        tuple([(slug, name) for _key, slug, name in sorted(guilds)]),
        tuple(sorted(languages)),
        [draft for _at, draft in drafts],
    )
