"""Problems from the ground, the projects that answer them, and the tasks they are cut into."""

from projects.models.endorsement import Endorsement
from projects.models.place import Place
from projects.models.problem import Problem
from projects.models.progress import ProgressNote
from projects.models.project import Project
from projects.models.task import Task
from projects.models.task_template import TaskTemplate
from projects.models.voice import Voice
from projects.models.waiting import UnreviewedWork

__all__ = [
    "Endorsement",
    "Place",
    "Problem",
    "ProgressNote",
    "Project",
    "Task",
    "TaskTemplate",
    "UnreviewedWork",
    "Voice",
]
