"""The verbs that change problems, projects and tasks, by noun."""

from projects.services.problems import (
    accept_problem,
    decide_problem,
    draft_problem,
    edit_problem,
    mark_duplicate_problem,
    submit_problem,
)
from projects.services.projects import change_project_state, edit_project, propose_project
from projects.services.tasks import (
    claim_task,
    draft_task,
    edit_task,
    expire_task,
    follow_contribution,
    publish_task,
    release_ended_claims,
    release_task,
)

__all__ = [
    "accept_problem",
    "change_project_state",
    "claim_task",
    "decide_problem",
    "draft_problem",
    "draft_task",
    "edit_problem",
    "edit_project",
    "edit_task",
    "expire_task",
    "follow_contribution",
    "mark_duplicate_problem",
    "propose_project",
    "publish_task",
    "release_ended_claims",
    "release_task",
    "submit_problem",
]
