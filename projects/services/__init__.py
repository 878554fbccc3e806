"""The verbs that change problems, projects and tasks, by noun."""

from projects.services.duplicates import mark_duplicate_problem, restore_duplicate_problem
from projects.services.endorsements import endorse_problem, withdraw_endorsement
from projects.services.leases import extend_claim, note_progress, remind_ending_claims
from projects.services.problems import (
    accept_problem,
    decide_problem,
    discard_problem,
    draft_problem,
    edit_problem,
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
from projects.services.templates import retire_task_template, save_task_template
from projects.services.voices import add_voice, withdraw_voice
from projects.services.waiting import TooMuchWaits, record_review_debt, record_unreviewed_work

__all__ = [
    "TooMuchWaits",
    "accept_problem",
    "add_voice",
    "change_project_state",
    "claim_task",
    "decide_problem",
    "discard_problem",
    "draft_problem",
    "draft_task",
    "edit_problem",
    "edit_project",
    "edit_task",
    "endorse_problem",
    "expire_task",
    "extend_claim",
    "follow_contribution",
    "mark_duplicate_problem",
    "note_progress",
    "propose_project",
    "publish_task",
    "record_review_debt",
    "record_unreviewed_work",
    "release_ended_claims",
    "release_task",
    "remind_ending_claims",
    "restore_duplicate_problem",
    "retire_task_template",
    "save_task_template",
    "submit_problem",
    "withdraw_endorsement",
    "withdraw_voice",
]
