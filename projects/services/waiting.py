"""Taking down what the app above counts: how much waits for a review, of whom and where."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.queries import linked_subjects
from core.errors import DomainError
from guilds.models import Policy
from projects.models import Project, Task, UnreviewedWork


class TooMuchWaits(DomainError):
    """Work that waits for a review comes first."""

    code = "too_much_waits"


@transaction.atomic
def record_review_debt(*, project_id: UUID, minutes: int) -> None:
    """Claimed minutes of the project that wait for a review, as contributions count them. Says nothing when unchanged."""
    Project.objects.filter(pk=project_id).exclude(review_debt_minutes=minutes).update(review_debt_minutes=minutes)


@transaction.atomic
def record_unreviewed_work(*, guild_id: UUID, subject_id: UUID, pieces: int) -> None:
    """How many pieces of somebody's work wait in the guild, as contributions count them."""
    rows = UnreviewedWork.objects.filter(guild_id=guild_id, subject_id=subject_id)
    if not pieces:
        rows.delete()
    elif not rows.update(pieces=pieces):
        row = UnreviewedWork(guild_id=guild_id, subject_id=subject_id, pieces=pieces)
        UnreviewedWork.objects.bulk_create([row], ignore_conflicts=True)


def check_debt(project: Project, policy: Policy) -> None:
    """Refuse new tasks while the project's reviewers are behind. Raises TooMuchWaits."""
    if project.review_debt_minutes > policy.review_debt_hours * 60:
        raise TooMuchWaits(
            _(
                "More than %(hours)s hours of work on this project wait for a review. Review some of it first; the task "
                "stays a draft meanwhile."
            )
            % {"hours": policy.review_debt_hours}
        )


def check_unreviewed(subject_id: UUID, task: Task, policy: Policy) -> None:
    """Refuse another task while too much of the person's own work waits. Logging hours is never refused. Raises TooMuchWaits."""
    rows = UnreviewedWork.objects.filter(guild_id=task.project.guild_id, subject_id__in=linked_subjects(subject_id))
    pieces = sum(rows.values_list("pieces", flat=True))
    if policy.unreviewed_limit and pieces >= policy.unreviewed_limit:
        raise TooMuchWaits(
            _(
                "%(pieces)s pieces of your work wait for a review, so you can't take another task today. You can always log "
                "hours on open work; a verdict makes room."
            )
            % {"pieces": pieces}
        )
