"""What of the invitations is stuck, in doubt or should be deleted by now; and doing what the sweep does."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guilds.models import Invitation, InvitationList
from guilds.services import sweep_invitations
from guilds.services.invitation_sending import ATTEMPT_ENDS, lists_to_forget, stale_lists


class Command(BaseCommand):
    """`manage.py check_invitations [--repair]`: exit code 0 when nothing is stuck, 1 with a line per finding."""

    help = "Name lists of invitations that are stuck, mails in doubt and what should be deleted; --repair mends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--repair`: do what the sweep does every 30 seconds."""
        parser.add_argument("--repair", action="store_true", help="do what the sweep does, now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Repair if asked, then look."""
        now = timezone.now()
        if options["repair"]:
            done = sweep_invitations(now=now)
            self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()))
        unknown = Invitation.objects.filter(state=Invitation.State.UNKNOWN).count()
        self.stdout.write(
            f"{unknown} invitation(s) may or may not have been sent; they are not sent again by themselves."
        )
        findings = list(_findings(now))
        for finding in findings:
            self.stdout.write(self.style.ERROR(f"  {finding}"))
        if findings:
            raise CommandError(f"{len(findings)} finding(s).", returncode=1)
        self.stdout.write(self.style.SUCCESS("Nothing is stuck."))


def _findings(now: datetime) -> Iterator[str]:
    killed = Invitation.objects.filter(state=Invitation.State.SENDING, tried_at__lt=now - ATTEMPT_ENDS).count()
    if killed:
        yield f"{killed} attempt(s) have no end: their process was killed."
    for row in stale_lists(now).select_related("guild"):
        yield f"{row.guild.slug}: list {row.pk} waits for a worker since {row.seen_at:%Y-%m-%d %H:%M}."
    for row in InvitationList.objects.filter(state="paused").exclude(trouble="").select_related("guild"):
        yield f"{row.guild.slug}: list {row.pk} is paused: {row.get_trouble_display()}."
    for row in lists_to_forget(now).select_related("guild"):
        yield f"{row.guild.slug}: list {row.pk} holds rows that should be deleted."
