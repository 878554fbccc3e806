"""The pages of problems, projects and tasks."""

from projects.views.feeds import problems_feed, problems_geojson, tasks_feed
from projects.views.map import problems_map
from projects.views.problem_steps import problem_new, problem_step
from projects.views.problems import problem, problem_edit, problems
from projects.views.projects import project, project_edit, project_new, project_tasks, project_timeline
from projects.views.tasks import task, task_edit, task_new
from projects.views.templates import task_templates
from projects.views.voices import problem_people, voice_new, voices

__all__ = [
    "problem",
    "problem_edit",
    "problem_new",
    "problem_people",
    "problem_step",
    "problems",
    "problems_feed",
    "problems_geojson",
    "problems_map",
    "project",
    "project_edit",
    "project_new",
    "project_tasks",
    "project_timeline",
    "task",
    "task_edit",
    "task_new",
    "task_templates",
    "tasks_feed",
    "voice_new",
    "voices",
]
