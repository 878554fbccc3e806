"""What keeps the hub going by itself: when to back up and to check, who was seen working; and what /ops/ shows of it."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.door.sessions import forget_ended_places
from guildhub.backups import BackupError, back_up, rules
from guildhub.backups.forgetting import note_erasures
from guildhub.checks import prove
from guildhub.models import BackupRun, CheckRun, Heartbeat, MondayMail

logger = logging.getLogger(__name__)

#: A background process that wasn't seen for so long has stopped; it is seen every minute.
SILENT_AFTER = timedelta(minutes=5)
#: Runs and mails older than this are forgotten.
REMEMBERED = timedelta(days=400)
#: A disk with less room than this is a fault that a person is told of: the next backup may not fit.
LEAST_FREE_PERCENT = 10
HEARTBEATS = ("scheduler", "worker")


@dataclass(frozen=True)
class Beat:
    """How one background process is: None for never seen."""

    name: str
    seen_at: datetime | None
    is_silent: bool
    free_bytes: int
    total_bytes: int

    @property
    def is_disk_short(self) -> bool:
        """Whether its disk is nearly full."""
        return self.total_bytes > 0 and self.free_bytes * 100 < self.total_bytes * LEAST_FREE_PERCENT


@dataclass(frozen=True)
class HubState:
    """What a hub steward should know of the hub's own health."""

    verified: BackupRun | None
    last_try: BackupRun | None
    is_backup_old: bool
    checks: list[CheckRun]
    beats: list[Beat]
    mails_unknown: int

    @property
    def failed_try(self) -> BackupRun | None:
        """The latest attempt, if it ended without a verified backup."""
        last = self.last_try
        return last if last is not None and last.finished_at and last.verified_at is None else None


#: Heartbeats, and under an empty name how many mails are in doubt: one statement for both.
_SEEN = """
SELECT name, seen_at, facts FROM guildhub_heartbeat UNION ALL
SELECT '', now(), jsonb_build_object('unknown', count(*)) FROM guildhub_mondaymail WHERE state = 'unknown'
"""


def hub_state(now: datetime) -> HubState:
    """How the hub is; three statements."""
    verified = BackupRun.objects.filter(verified_at__isnull=False).order_by("-started_at")[:1]
    runs = {run.pk: run for run in verified.union(BackupRun.objects.order_by("-started_at")[:1])}.values()
    good = max((run for run in runs if run.verified_at), key=lambda run: run.started_at, default=None)
    seen = {beat.name: beat for beat in Heartbeat.objects.raw(_SEEN)}
    return HubState(
        verified=good,
        last_try=max(runs, key=lambda run: run.started_at, default=None),
        is_backup_old=good is None or now - good.started_at > rules.TOO_OLD,
        checks=list(CheckRun.objects.order_by("kind", "-started_at").distinct("kind")),
        beats=[_beat(name, seen.get(name), now) for name in HEARTBEATS],
        mails_unknown=seen[""].facts["unknown"],
    )


def note_heartbeat(*, name: str, now: datetime) -> None:
    """Remember that a background process works, and how much room its disk has."""
    disk = shutil.disk_usage(_nearest_folder(Path(settings.BACKUP_DIR)))
    beat = Heartbeat(name=name, seen_at=now, facts={"free": disk.free, "total": disk.total})
    Heartbeat.objects.bulk_create(
        [beat], update_conflicts=True, unique_fields=["name"], update_fields=["seen_at", "facts"]
    )


def back_up_when_due(*, now: datetime) -> bool:
    """Make tonight's backup, or the one that was missed; returns whether one was made. Faults are logged and recorded."""
    note_erasures_quietly()
    if not _is_backup_due(now):
        return False
    try:
        outcome = back_up(now=now)
    except BackupError as error:
        logger.error("No backup was made: %s", error.message)
        return False
    if outcome.run.findings:
        logger.error("The backup %s does not hold: %s", outcome.run.file_name, outcome.run.first_findings)
    return True


def note_erasures_quietly() -> None:
    """Write down who was erased, for restores; a folder that can't be written to is logged."""
    try:
        note_erasures()
    except BackupError as error:
        logger.error("Who was erased could not be written beside the backups: %s", error.message)


def check_when_due(*, now: datetime) -> list[CheckRun]:
    """Prove ledger and log once a night; returns the rounds that were made."""
    slot = rules.last_slot(now, settings.BACKUP_HOUR)
    done = set(CheckRun.objects.filter(started_at__gte=slot).values_list("kind", flat=True))
    return [run_check(kind=kind, now=now) for kind in CheckRun.Kind.values if kind not in done]


def run_check(*, kind: str, now: datetime) -> CheckRun:
    """Run every check of the ledger or the log and record what was found."""
    result = prove(kind)
    if result.findings:
        logger.error("The %s does not hold: %d finding(s), the first: %s", kind, result.findings, result.first[0])
    return CheckRun.objects.create(
        kind=kind,
        started_at=now,
        finished_at=max(timezone.now(), now),
        findings=result.findings,
        first_findings="\n".join(result.first),
    )


def tidy(*, now: datetime) -> None:
    """Forget ended sessions and what is told of last year."""
    call_command("clearsessions")
    forget_ended_places(now=now)
    for model in (BackupRun, CheckRun):
        model.objects.filter(started_at__lt=now - REMEMBERED).delete()
    MondayMail.objects.filter(monday__lt=(now - REMEMBERED).date()).delete()


def _is_backup_due(now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(applied) FROM django_migrations")
        row = cursor.fetchone()
    runs = BackupRun.objects.order_by("-started_at").values_list("started_at", flat=True)
    return rules.is_due(
        now,
        hour=settings.BACKUP_HOUR,
        set_up_at=(row and row[0]) or now,
        last_good=runs.filter(verified_at__isnull=False).first(),
        last_tried=runs.first(),
    )


def _beat(name: str, beat: Heartbeat | None, now: datetime) -> Beat:
    if beat is None:
        return Beat(name, None, is_silent=True, free_bytes=0, total_bytes=0)
    facts = beat.facts
    return Beat(name, beat.seen_at, now - beat.seen_at > SILENT_AFTER, facts.get("free", 0), facts.get("total", 0))


def _nearest_folder(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
