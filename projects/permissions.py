"""Who may do what with problems, projects and tasks, refused in sentences that say what would help."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import same_person
from core.errors import PermissionRefused
from core.rights import Right, Who, machine, may
from guilds.permissions import check_guild_open, check_maintainer, check_member
from projects.models import Problem, Project, Task


def check_can_post_problem(subject: Subject, guild: object) -> None:
    """Members of an open guild post problems."""
    check_guild_open(guild)  # type: ignore[arg-type]
    check_member(subject, guild)  # type: ignore[arg-type]


def check_can_edit_problem(subject: Subject, problem: Problem, now: datetime) -> None:
    """The author while it is a draft; maintainers until it is decided."""
    check_guild_open(problem.guild)
    if problem.state == Problem.State.DRAFT:
        if not same_person(subject.pk, problem.author_id):
            raise PermissionRefused(_("This is somebody's draft. Only its author can change it."))
        return
    check_maintainer(subject, problem.guild, now)


def check_can_decide_problem(subject: Subject, problem: Problem, now: datetime) -> None:
    """Maintainers of the problem's guild."""
    check_guild_open(problem.guild)
    check_maintainer(subject, problem.guild, now)


def check_can_maintain(subject: Subject, project: Project, now: datetime) -> None:
    """Maintainers of the project's guild."""
    check_guild_open(project.guild)
    check_maintainer(subject, project.guild, now)


def check_can_claim(subject: Subject, task: Task) -> None:
    """Members of the task's guild."""
    check_guild_open(task.project.guild)
    check_member(subject, task.project.guild)


RIGHTS: tuple[Right, ...] = (
    may("draft_problem", Who.MEMBER),
    may("edit_problem", Who.OWNER, when="a draft"),
    may("edit_problem", Who.MAINTAINER, when="handed in"),
    may("submit_problem", Who.OWNER),
    may("accept_problem", Who.MAINTAINER),
    may("decide_problem", Who.MAINTAINER, note="with a reason"),
    may("mark_duplicate_problem", Who.MAINTAINER),
    may("propose_project", Who.MEMBER, note="on an accepted problem"),
    may("edit_project", Who.MAINTAINER),
    may("change_project_state", Who.MAINTAINER),
    may("draft_task", Who.MAINTAINER),
    may("edit_task", Who.MAINTAINER),
    may("publish_task", Who.MAINTAINER),
    may("claim_task", Who.MEMBER),
    may("release_task", Who.OWNER, Who.MAINTAINER, note="logged hours stay with their person"),
    may("expire_task", Who.MAINTAINER),
    *machine("release_ended_claims", "follow_contribution"),
)
