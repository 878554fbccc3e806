"""Try changed numbers on a guild's own past: who would have gained, who would have lost, and the totals."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.queries import display_names
from contributions.queries.simulation import Simulation, simulate
from core.errors import DomainError
from guilds.models import Guild, Policy
from guilds.services import draft_policy

_NO_NUMBERS = {"id", "guild", "version", "effective_at", "published_by"}


class Command(BaseCommand):
    """`manage.py simulate_policy GUILD [--set points_per_hour=12 ...] [--since 2026-01-01] [--top 20]`: reads only."""

    help = "Count a guild's past again under changed numbers, beside those in force. Nothing is changed by it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The guild, the changed numbers, the period."""
        parser.add_argument("guild", help="the last part of its address /guilds/...")
        parser.add_argument("--set", action="append", default=[], metavar="NUMBER=VALUE", help="one changed number")
        parser.add_argument("--since", type=date.fromisoformat, help="the first day, in the guild's zone; else all")
        parser.add_argument("--top", type=int, default=20, help="of how many people the change is printed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Simulate, then print totals and the largest changes; exit code 1 if the replay is not what was posted."""
        guild = Guild.objects.filter(slug=options["guild"]).first()
        latest = Policy.objects.filter(guild=guild).order_by("-version").first() if guild else None
        if guild is None or latest is None:
            raise CommandError(f"There is no guild {options['guild']!r} that counts work.")
        try:
            draft = draft_policy(latest, **dict(_number(text) for text in options["set"]))
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        since = options["since"] and datetime.combine(options["since"], time(), ZoneInfo(guild.timezone))
        self._print(simulate(guild, draft, now=timezone.now(), since=since), options["top"])

    def _print(self, found: Simulation, top: int) -> None:
        self._row("", "in force", "draft", "change")
        self._row("points, all people", found.points_before, found.points_after)
        self._row("of them spendable", found.spendable_before, found.spendable_after)
        for threshold in found.thresholds:
            self._row(f"standing to {threshold.right}, people", threshold.before, threshold.after)
        self.stdout.write(
            f"{found.verdicts} verdicts: {found.gain} people gain, {found.lose} lose, {found.same} stay the same."
        )
        shown = [change for change in found.changes if change.difference][:top]
        names = display_names(change.person for change in shown)
        for change in shown:
            name = names.get(change.person) or str(change.person)
            self._row(str(name), change.before.points, change.after.points)
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
    fields = {field.name: field for field in Policy._meta.concrete_fields if field.name not in _NO_NUMBERS}
    if name not in fields:
        raise CommandError(f"A policy has no number {name!r}.")
    try:
        return name, fields[name].to_python(value)
    except ValidationError:
        raise CommandError(f"{value!r} is no value for {name}.") from None
