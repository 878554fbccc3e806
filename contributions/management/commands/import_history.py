"""Bring a project's history from a file or a local git repository, and perhaps accept it."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from accounts.management.commands._people import find_subject
from accounts.models import Subject
from contributions.history.git_log import read_git_history
from contributions.history.reading import FILE_BYTES_MOST, HistoryUnreadable, read_history_file
from contributions.history.rules import Commit
from contributions.queries.history import history_counts, proposed_people
from contributions.services.history import bring_history
from contributions.services.history_acceptance import accept_history
from core.database_logins import refresh_statistics
from core.errors import DomainError
from core.formats import format_minutes
from projects.models import Project

_BAR = 30
#: From so many commits on, the pages that come next are planned with fresh statistics.
MANY_COMMITS = 1000


class Command(BaseCommand):
    help = (
        "Bring the history of a project: commits become proposed sessions of work with estimated minutes. Nobody is "
        "credited until a maintainer accepts them, on the project's history page or with --accept-as."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="JSON lines, one commit a line, perhaps packed with gzip")
        parser.add_argument("--git", metavar="PATH", help="a local git repository instead of a file")
        parser.add_argument("--project", required=True, metavar="SLUG", help="the project's address")
        parser.add_argument(
            "--accept-as",
            metavar="MAINTAINER",
            help="then accept all sessions as this maintainer (e-mail, handle or subject id), but their own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.select_related("guild").filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(
                f"There is no project {options['project']!r}. Its address is the last part of /projects/..."
            )
        statements = _Counter()
        began = time.monotonic()
        with connection.execute_wrapper(statements):
            try:
                source = options["git"] or options["file"] or ""
                commits = _commits(options["file"], options["git"])
                self._bring(project, commits, Path(source).name)
                if options["accept_as"]:
                    self._accept(project, options["accept_as"])
                if len(commits) >= MANY_COMMITS:
                    refresh_statistics(*_grown_tables())
            except HistoryUnreadable as error:
                raise CommandError("\n".join([error.message, *error.lines])) from error
            except DomainError as error:
                raise CommandError(error.message) from error
        self._line("seconds", f"{time.monotonic() - began:.1f}")
        self._line("SQL statements", str(statements.count))

    def _bring(self, project: Project, commits: Sequence[Commit], name: str) -> None:
        brought = bring_history(
            project=project,
            commits=commits,
            by=None,
            now=timezone.now(),
            file_name=name,
            on_progress=_bar("Reading", self.stderr.write) if sys.stderr.isatty() else None,
        )
        found, stored = brought.summary, history_counts(project.pk)
        people = proposed_people(project.pk, [])
        self._line("commits", f"{found.commits} (the project has {stored.commits} now)")
        self._line("set aside: merges", str(found.merges))
        self._line("set aside: bots", str(found.bots))
        if found.misdated:
            self._line("set aside: dates", f"{found.misdated} (before 2000 or in the future)")
        self._line("credited commits", str(found.credited))
        self._line("authors", str(found.authors))
        self._line("people", f"{found.people} (with co-authors)")
        self._line("sessions", f"{found.sessions} ({sum(p.sessions for p in people)} wait to be accepted)")
        self._line("estimated time", format_minutes(found.minutes))
        if brought.history_import is None:
            self.stdout.write("Nothing was new, and nothing was changed.")

    def _accept(self, project: Project, maintainer: str) -> None:
        accepted = accept_history(
            project=project,
            by=Subject.objects.get(pk=find_subject(maintainer)),
            now=timezone.now(),
            on_progress=_bar("Crediting", self.stderr.write) if sys.stderr.isatty() else None,
        )
        self._line("accepted sessions", str(accepted.sessions))
        self._line("REP", str(accepted.points))
        if accepted.left_own:
            self._line("left", f"{accepted.left_own} of the maintainer's own; another maintainer accepts them")

    def _line(self, what: str, how_much: str) -> None:
        self.stdout.write(f"{what:<20}{how_much}")


def _grown_tables() -> list[str]:
    """What an import and its acceptance write to."""
    own = [model._meta.db_table for model in apps.get_app_config("contributions").get_models()]
    return [*own, "accounts_subject", "reputation_transfer", "reputation_account", "core_event"]


class _Counter:
    """Counts the statements that go to the database."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.count += 1
        return execute(*args)


def _commits(file: str | None, repository: str | None) -> list[Commit]:
    if bool(file) == bool(repository):
        raise CommandError("Name one source: a FILE, or --git and the PATH of a repository.")
    if repository:
        return read_git_history(repository)
    try:
        with Path(str(file)).open("rb") as opened:
            data = opened.read(FILE_BYTES_MOST + 1)
    except OSError as error:
        raise CommandError(f"{file} can't be read: {error.strerror}.") from error
    return read_history_file(data)


def _bar(what: str, write: Callable[..., Any]) -> Callable[[int, int], None]:
    """A progress bar that overwrites itself."""

    def show(done: int, total: int) -> None:
        filled = _BAR * done // max(total, 1)
        end = "\n" if done >= total else ""
        write(f"\r{what:<10}[{'#' * filled}{'.' * (_BAR - filled)}] {done} of {total}", ending=end)

    return show
