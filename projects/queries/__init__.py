"""Reads about problems, projects and tasks: each page's rows in as few statements as it needs."""

from projects.queries.cards import ORDERS, Around, ProblemCard, around_problems, find_problems, front_problems
from projects.queries.feeds import Position, newest_problems, newest_tasks, positions
from projects.queries.people import (
    backers_of,
    endorsements_by_problem,
    voice_page,
    voices_heard,
    voices_of,
)
from projects.queries.problems import (
    PROBLEMS_PER_PAGE,
    first_tasks_of,
    guild_problems,
    guilds_to_post_in,
    matching_problems,
    open_tasks,
    possible_originals,
    problem_pages,
    projects_of,
    with_open_tasks,
)
from projects.queries.timeline import project_timeline
from projects.queries.work import (
    TASK_GROUPS,
    guild_projects,
    project_page,
    project_pages,
    task_counts,
    task_page,
    task_pages,
    templates_of,
)

__all__ = [
    "ORDERS",
    "PROBLEMS_PER_PAGE",
    "TASK_GROUPS",
    "Around",
    "Position",
    "ProblemCard",
    "around_problems",
    "backers_of",
    "endorsements_by_problem",
    "find_problems",
    "first_tasks_of",
    "front_problems",
    "guild_problems",
    "guild_projects",
    "guilds_to_post_in",
    "matching_problems",
    "newest_problems",
    "newest_tasks",
    "open_tasks",
    "positions",
    "possible_originals",
    "problem_pages",
    "project_page",
    "project_pages",
    "project_timeline",
    "projects_of",
    "task_counts",
    "task_page",
    "task_pages",
    "templates_of",
    "voice_page",
    "voices_heard",
    "voices_of",
    "with_open_tasks",
]
