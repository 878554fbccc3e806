"""Try changed numbers on a guild's own past: who would have gained, who would have lost, and the totals."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Field
from django.utils import timezone

from accounts.queries import display_names
from contributions.queries.simulation import simulate
from contributions.rules_simulated import Counted
from contributions.services.simulation import DEFAULT_DAYS, restart_policy_simulation
from core.errors import DomainError
from guilds.models import NUMBERS, Guild, Policy
from guilds.services import draft_policy


class Command(BaseCommand):
    """`manage.py simulate_policy GUILD [--set points_per_hour=12 ...] [--since 2026-01-01 | --all] [--top 20]`: reads only.

    With `--stored` the simulation of the guild's open draft is counted anew, and stored: for one that failed.
    """

    help = "Count a guild's past again under changed numbers, beside those in force. Nothing is changed by it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The guild, the changed numbers, the period."""
        parser.add_argument("guild", help="the last part of its address /guilds/...")
        parser.add_argument("--set", action="append", default=[], metavar="NUMBER=VALUE", help="one changed number")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="the first day, in the guild's zone; else a year ago"
        )
        parser.add_argument("--all", action="store_true", help="the whole past")
        parser.add_argument("--stored", action="store_true", help="the open draft's, kept with it")
        parser.add_argument("--top", type=int, default=20, help="of how many people the change is printed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Simulate, then print totals and the largest changes; exit code 1 if the replay is not what was posted."""
        guild = Guild.objects.filter(slug=options["guild"]).first()
        latest = Policy.objects.filter(guild=guild).order_by("-version").first() if guild else None
        if guild is None or latest is None:
            raise CommandError(f"There is no guild {options['guild']!r} that counts work.")
        now, zone = timezone.now(), ZoneInfo(guild.timezone)
        if options["stored"]:
            row = restart_policy_simulation(guild=guild, now=now)
            if row is None or row.result is None:
                raise CommandError("There is no simulation of an open draft to count again.")
            self._print(Counted.from_json(row.result), options["top"])
            return
        try:
            draft = draft_policy(latest, **dict(_number(text) for text in options["set"]))
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        day = options["since"] or timezone.localdate(now, zone) - timedelta(days=DEFAULT_DAYS)
        since = None if options["all"] else datetime.combine(day, time(), zone)
        self._print(simulate(guild, draft, now=now, since=since).counted(), options["top"])

    def _print(self, found: Counted, top: int) -> None:
        self._row("", "in force", "draft", "change")
        self._row("points, all people", found.points_before, found.points_after)
        self._row("of them spendable", found.spendable_before, found.spendable_after)
        for threshold in found.thresholds:
            self._row(f"standing to {threshold.right}, people", threshold.before, threshold.after)
        self.stdout.write(
            f"{found.verdicts} verdicts: {found.gain} people gain, {found.lose} lose, {found.same} stay the same."
        )
        shown = found.people[:top]
        names = display_names(change.person for change in shown)
        for change in shown:
            name = names.get(change.person) or str(change.person)
            self._row(str(name), change.before, change.after)
        if found.unlike_ledger:
            raise CommandError(
                f"{found.unlike_ledger} verdict(s) of the replay differ from what was posted: trust no number above."
            )
        self.stdout.write("The replay under the real versions agrees with every verdict that was posted.")

    def _row(self, name: str, before: int | str, after: int | str, change: str = "") -> None:
        change = change or f"{int(after) - int(before):+d}"
        self.stdout.write(f"{name[:36]:<36} {before:>10} {after:>10} {change:>10}")


def _number(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    if name not in NUMBERS:
        raise CommandError(f"A policy has no number {name!r}.")
    field = Policy._meta.get_field(name)
    assert isinstance(field, Field)
    try:
        return name, field.to_python(value)
    except ValidationError:
        raise CommandError(f"{value!r} is no value for {name}.") from None
