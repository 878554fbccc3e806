"""How the mails are: what waits too long, what is in doubt; and planning and sending now."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notices.queries import MailState, mail_state
from notices.services import plan_digests, send_mails

#: A mail that is due waits longer than this only when the worker or the mail server is away.
LATE_AFTER = timedelta(hours=1)
#: So long one run of the repair sends.
REPAIR_SECONDS = 60.0


class Command(BaseCommand):
    """`manage.py check_mails [--repair]`: exit code 0 when no person is needed, 1 with a line per finding."""

    help = "Say how the mails of the latest Monday are, which wait too long and how many are in doubt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--repair`: do what the scheduler does, for a minute."""
        parser.add_argument("--repair", action="store_true", help="plan and send what is due, for a minute")

    def handle(self, *args: Any, **options: Any) -> None:
        """Repair if asked, then look."""
        now = timezone.now()
        if options["repair"]:
            planned = plan_digests(now=now)
            run = send_mails(now=now, seconds=REPAIR_SECONDS)
            reached = "" if run.is_reached else "; the mail server can't be reached"
            self.stdout.write(f"planned: {planned}, sent: {run.sent}{reached}")
        state = mail_state()
        if week := state.week:
            self.stdout.write(
                f"Monday {week.period}: {week.total} mails, {week.sent} sent, {week.waiting} wait, {week.skipped} not needed, "
                f"{week.failed} given up, {week.unknown} in doubt."
            )
        findings = list(_findings(state, now))
        for finding in findings:
            self.stdout.write(self.style.ERROR(f"  {finding}"))
        if findings:
            raise CommandError(f"{len(findings)} finding(s).", returncode=1)
        self.stdout.write(self.style.SUCCESS("No mail needs a person."))


def _findings(state: MailState, now: datetime) -> Iterator[str]:
    if state.waiting_since is not None and state.waiting_since < now - LATE_AFTER:
        yield f"{state.waiting} mail(s) wait, the oldest since {state.waiting_since:%Y-%m-%d %H:%M}."
    if state.in_doubt:
        yield f"{state.in_doubt} mail(s) may or may not have arrived: decide on /ops/."
