"""Who may do what with problems, projects and tasks, refused in sentences that say what would help."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, same_person
from core.errors import PermissionRefused
from core.models import StateChange
from core.rights import Right, Who, machine, may
from guilds.models import Guild
from guilds.permissions import check_guild_open, check_maintainer, check_member
from projects.models import Problem, Project, Task, Voice
from reputation.permissions import check_not_sanctioned


def check_can_post_problem(subject: Subject, guild: Guild) -> None:
    """Members of an open guild post problems, and write down voices."""
    check_guild_open(guild)
    check_member(subject, guild)


def check_can_edit_problem(subject: Subject, problem: Problem, now: datetime) -> None:
    """The author while it is a draft; maintainers until it is decided."""
    check_guild_open(problem.guild)
    if problem.state == Problem.State.DRAFT:
        if not same_person(subject.pk, problem.author_id):
            raise PermissionRefused(_("This is somebody's draft. Only its author can change it."))
        return
    check_maintainer(subject, problem.guild, now)


def check_can_discard_problem(subject: Subject, problem: Problem) -> None:
    """The author, while it is a draft; in a closed guild too, because nobody else ever saw it."""
    if problem.state != Problem.State.DRAFT or not same_person(subject.pk, problem.author_id):
        raise PermissionRefused(
            _("Only the author of a draft can delete it. What was handed in, maintainers decide on.")
        )


def check_can_endorse(subject: Subject, guild: Guild) -> None:
    """Members of an open guild endorse its problems."""
    check_guild_open(guild)
    check_member(subject, guild)


def check_can_withdraw_voice(subject: Subject, voice: Voice, now: datetime) -> None:
    """Whoever wrote it down, or a maintainer; in a closed guild too: the person quoted may change their mind any day."""
    if not same_person(subject.pk, voice.author_id):
        check_maintainer(subject, voice.problem.guild, now)


def check_can_decide_problem(subject: Subject, problem: Problem, now: datetime) -> None:
    """Maintainers of the problem's guild."""
    check_guild_open(problem.guild)
    check_maintainer(subject, problem.guild, now)


def check_can_maintain(subject: Subject, project: Project, now: datetime) -> None:
    """Maintainers of the project's guild."""
    check_guild_open(project.guild)
    check_maintainer(subject, project.guild, now)


def check_can_keep_templates(subject: Subject, guild: Guild, now: datetime) -> None:
    """Maintainers of an open guild."""
    check_guild_open(guild)
    check_maintainer(subject, guild, now)


def check_has_task(subject: Subject, task: Task) -> None:
    """Only the person who has claimed the task, in an open guild."""
    check_guild_open(task.project.guild)
    if not (task.claimed_by_id and same_person(subject.pk, task.claimed_by_id)):
        raise PermissionRefused(_("Only the person who has this task can do this."))


def has_had_task(subject: Subject, task: Task) -> bool:
    """Whether the person has, or once had, this task."""
    ids = linked_subjects(subject.pk)
    took = StateChange.objects.filter(object_id=task.pk, to_state=Task.State.CLAIMED, actor__in=ids)
    return task.claimed_by_id in ids or took.exists()


def check_has_had_task(subject: Subject, task: Task) -> None:
    """Whoever has the task or once had it, in an open guild: time may have ended while they wrote."""
    check_guild_open(task.project.guild)
    if not has_had_task(subject, task):
        raise PermissionRefused(_("Only whoever has or had this task can do this."))


def check_can_claim(subject: Subject, task: Task, now: datetime) -> None:
    """Members of the task's guild whom no sanction stops."""
    check_guild_open(task.project.guild)
    check_member(subject, task.project.guild)
    check_not_sanctioned(linked_subjects(subject.pk), task.project.guild, "claiming", now)


RIGHTS: tuple[Right, ...] = (
    may("draft_problem", Who.MEMBER),
    may("edit_problem", Who.OWNER, when="a draft"),
    may("edit_problem", Who.MAINTAINER, when="handed in"),
    may("submit_problem", Who.OWNER),
    may("accept_problem", Who.MAINTAINER),
    may("decide_problem", Who.MAINTAINER, note="with a reason"),
    may("discard_problem", Who.OWNER, note="a draft", in_closed_guild=True),
    may("mark_duplicate_problem", Who.MAINTAINER),
    may("restore_duplicate_problem", Who.MAINTAINER),
    may("add_voice", Who.MEMBER, note="who holds the consent of the person quoted"),
    may("withdraw_voice", Who.OWNER, Who.MAINTAINER, in_closed_guild=True),
    may("endorse_problem", Who.MEMBER),
    may("withdraw_endorsement", Who.SIGNED_IN, note="their own", in_closed_guild=True),
    may("propose_project", Who.MEMBER, note="on an accepted problem"),
    may("edit_project", Who.MAINTAINER),
    may("change_project_state", Who.MAINTAINER),
    may("draft_task", Who.MAINTAINER),
    may("edit_task", Who.MAINTAINER),
    may("publish_task", Who.MAINTAINER),
    may("claim_task", Who.MEMBER),
    may("release_task", Who.OWNER, Who.MAINTAINER, note="logged hours stay with their person"),
    may("extend_claim", Who.OWNER, note="once"),
    may("note_progress", Who.OWNER, note="also after their time has ended"),
    may("expire_task", Who.MAINTAINER),
    may("save_task_template", Who.MAINTAINER),
    may("retire_task_template", Who.MAINTAINER),
    *machine(
        "release_ended_claims",
        "remind_ending_claims",
        "follow_contribution",
        "record_review_debt",
        "record_unreviewed_work",
    ),
)
