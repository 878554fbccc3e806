"""Work on tasks that a clock starts."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import job
from projects.services import release_ended_claims


@job(name="projects.release_ended_claims")
def release_ended_claims_job() -> int:
    """Open the tasks whose lease has ended."""
    return release_ended_claims(now=timezone.now())
