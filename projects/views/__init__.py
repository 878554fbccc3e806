"""The pages of problems, projects and tasks."""

from projects.views.problems import problem, problem_edit, problem_new, problems
from projects.views.projects import project, project_edit, project_new
from projects.views.tasks import task, task_edit, task_new

__all__ = [
    "problem",
    "problem_edit",
    "problem_new",
    "problems",
    "project",
    "project_edit",
    "project_new",
    "task",
    "task_edit",
    "task_new",
]
