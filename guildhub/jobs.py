"""What the scheduler starts for the hub itself. Jobs called `operations.*` run where the owner's login is known."""

from __future__ import annotations

from django.utils import timezone

from core.checkpoints import sign_when_due
from core.jobs import job
from core.log_keys import KeyRing
from guildhub import operations
from guildhub.monday.sending import send_due_mails

#: Backups and checks read everything; on ten million rows that takes a while.
LONG_SOFT, LONG_HARD = 3 * 3600, 3 * 3600 + 300


@job(name="operations.back_up", soft_seconds=LONG_SOFT, hard_seconds=LONG_HARD, is_long=True)
def back_up_job() -> bool:
    """The nightly backup, when it is due."""
    return operations.back_up_when_due(now=timezone.now())


@job(name="operations.check", soft_seconds=LONG_SOFT, hard_seconds=LONG_HARD, is_long=True)
def check_job() -> int:
    """The nightly checks of ledger and log, when they are due."""
    return len(operations.check_when_due(now=timezone.now()))


@job(name="operations.sign_log")
def sign_log_job() -> bool:
    """A checkpoint of the public log, when one is due."""
    return sign_when_due(now=timezone.now(), ring=KeyRing.from_settings()) is not None


@job(name="operations.heartbeat")
def scheduler_heartbeat() -> None:
    """The scheduler was here."""
    operations.note_heartbeat(name="scheduler", now=timezone.now())


@job(name="operations.note_erasures")
def note_erasures_job() -> None:
    """Write down beside the backups who was erased."""
    operations.note_erasures_quietly()


@job(name="guildhub.heartbeat")
def worker_heartbeat() -> None:
    """A worker was here."""
    operations.note_heartbeat(name="worker", now=timezone.now())


@job(name="guildhub.tidy")
def tidy_job() -> None:
    """Forget ended sessions and old runs."""
    operations.tidy(now=timezone.now())


@job(name="guildhub.monday_mails", soft_seconds=540, hard_seconds=600)
def monday_mails_job() -> int:
    """The stewards' Monday mails whose morning has come."""
    return send_due_mails(now=timezone.now())
