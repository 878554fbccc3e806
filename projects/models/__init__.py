"""Problems from the ground, the projects that answer them, and the tasks they are cut into."""

from projects.models.problem import Problem
from projects.models.project import Project
from projects.models.task import Task

__all__ = ["Problem", "Project", "Task"]
