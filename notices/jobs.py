"""What the scheduler starts for mails: planning, sending in short runs."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import job
from notices.services import forget_old_mails, plan_digests, send_mails


@job(name="notices.plan_digests", soft_seconds=240, hard_seconds=300)
def plan_digests_job() -> int:
    """A row for everybody whose Monday morning has come."""
    return plan_digests(now=timezone.now())


@job(name="notices.send_mails", soft_seconds=60, hard_seconds=90)
def send_mails_job() -> int:
    """Send what is due for a few seconds; the next run goes on."""
    return send_mails(now=timezone.now()).sent


@job(name="notices.forget_old_mails")
def forget_old_mails_job() -> int:
    """Forget mails of last year."""
    return forget_old_mails(now=timezone.now())
