"""Work on tasks that a clock starts."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import job
from projects.services import release_ended_claims, remind_ending_claims


@job(name="projects.release_ended_claims")
def release_ended_claims_job() -> int:
    """Open the tasks whose lease has ended."""
    return release_ended_claims(now=timezone.now())


@job(name="projects.remind_ending_claims")
def remind_ending_claims_job() -> int:
    """Tell people whose time for a task ends soon. Each batch is a transaction of its own."""
    reminded = 0
    while batch := remind_ending_claims(now=timezone.now()):
        reminded += batch
    return reminded
