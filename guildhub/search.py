"""What a search shows: found in the index, read from the things themselves, and only if everybody may see them."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from core.addresses import address
from core.models import SearchDocument
from core.search.find import Sought, search
from core.search.marks import Part, excerpt, marked
from projects.models import Problem, Project, Task

Kind = SearchDocument.Kind
RESULTS_PER_PAGE = 20
#: Nobody reads on for longer; who has not found it by then needs another word.
RESULTS_MOST = 500
_STATES = {Kind.PROBLEM: Problem.State, Kind.PROJECT: Project.State, Kind.TASK: Task.State}


class Result(NamedTuple):
    """One thing that was found, as everybody may see it."""

    kind: str
    object_id: UUID
    slug: str
    title: str
    says: str
    language: str
    state: str
    place: str
    minutes: int | None
    guild: str
    guild_slug: str
    sought: tuple[Sought, ...] = ()

    def get_absolute_url(self) -> str:
        if self.kind == Kind.PERSON:
            return address("person", self.slug)
        return address(f"projects:{self.kind}", self.slug)

    def get_kind_display(self) -> str:
        """What it is, in the reader's language."""
        return str(Kind(self.kind).label)

    def get_state_display(self) -> str:
        """Its state in the reader's language; a person has none."""
        states = _STATES.get(Kind(self.kind))
        return str(states(self.state).label) if states else ""

    @property
    def heading(self) -> list[Part]:
        """What it is called, the found words marked."""
        return marked(self.title, self.sought)

    @property
    def excerpt(self) -> list[Part]:
        """What it says about that, the found words marked."""
        return excerpt(self.says, self.sought)


class Results(NamedTuple):
    """Some results; `is_exact` says that the first has every word that was looked for."""

    sought: tuple[Sought, ...]
    results: list[Result]
    has_next: bool
    is_exact: bool


# The index holds nothing that is not for everybody; these conditions hold whatever the index says.
_SHOWN = """
SELECT 'problem', p.id, p.slug, p.title, concat_ws(' ', p.statement, p.evidence), p.language, p.state, p.place, NULL::int,
    g.name, g.slug
FROM projects_problem p JOIN guilds_guild g ON g.id = p.guild_id
WHERE p.id = ANY(%(ids)s::uuid[]) AND p.state NOT IN ('draft', 'rejected', 'duplicate') AND p.hidden_at IS NULL
    AND g.state <> 'proposed'
UNION ALL
SELECT 'project', p.id, p.slug, p.title, p.summary, p.language, p.state, '', NULL, g.name, g.slug
FROM projects_project p JOIN guilds_guild g ON g.id = p.guild_id
WHERE p.id = ANY(%(ids)s::uuid[]) AND p.state <> 'quarantined' AND p.hidden_at IS NULL AND g.state <> 'proposed'
UNION ALL
SELECT 'task', t.id, t.id::text, t.title, t.description, p.language, t.state, '', t.estimate_minutes, g.name, g.slug
FROM projects_task t JOIN projects_project p ON p.id = t.project_id JOIN guilds_guild g ON g.id = p.guild_id
WHERE t.id = ANY(%(ids)s::uuid[]) AND t.state NOT IN ('draft', 'expired') AND NOT t.is_open_work AND t.hidden_at IS NULL
    AND p.state <> 'quarantined' AND p.hidden_at IS NULL AND g.state <> 'proposed'
UNION ALL
SELECT 'person', a.subject_id, a.handle,
    CASE WHEN a.is_name_public AND a.display_name <> '' THEN a.display_name ELSE a.handle END,
    CASE WHEN 'about' = ANY(a.public_sections) THEN a.about ELSE '' END, a.language, '', '', NULL, '', ''
FROM accounts_profile a JOIN accounts_user u ON u.subject_id = a.subject_id
WHERE a.subject_id = ANY(%(ids)s::uuid[]) AND u.is_active AND a.handle IS NOT NULL AND a.may_be_indexed
    AND (a.is_name_public OR a.public_sections <> '{}') AND a.hidden_at IS NULL
"""


def find_things(text: str, *, kind: str = "", start: int = 0, limit: int = RESULTS_PER_PAGE) -> Results:
    """Some of what everybody may find, the best first. Three statements, whatever is looked for; none for nothing."""
    kinds = [kind] if kind in Kind.values else Kind.values
    limit = min(limit, RESULTS_MOST - start)
    found = search(text, kinds, limit=limit, start=start)
    if not found.sought:
        return Results((), [], False, True)
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, {"ids": [str(one.object_id) for one in found.found]})
        shown = {row[1]: Result._make((*row, found.sought)) for row in cursor.fetchall()}
    return Results(
        found.sought,
        [shown[one.object_id] for one in found.found if one.object_id in shown],
        found.has_next and start + limit < RESULTS_MOST,
        not found.found or found.found[0].has_all,
    )


def kinds_to_choose() -> list[tuple[str, str]]:
    """What a search can be narrowed to."""
    return [
        ("", _("Everything")),
        (Kind.PROBLEM.value, _("Problems")),
        (Kind.TASK.value, _("Tasks")),
        (Kind.PROJECT.value, _("Projects")),
        (Kind.PERSON.value, _("People who show themselves")),
    ]
