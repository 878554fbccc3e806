"""Approves one contribution after the other until the database goes away: python -m tests.infra.killed_load FILE.

What was acknowledged is in the file, on disk, before the next is begun.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import django

django.setup()

from django.db import InterfaceError, OperationalError  # noqa: E402
from django.utils import timezone  # noqa: E402

from contributions.services import EntryInput, approve_contribution, log_hours  # noqa: E402
from core.ids import uuid7  # noqa: E402
from guilds.services import join_guild  # noqa: E402
from tests.factories import make_person, make_world  # noqa: E402

#: From each person, so that no week's or day's limit is met.
_EACH = 8


def main(path: str) -> None:
    """A guild of its own, with new people all the time."""
    world = make_world(timezone.now())
    with open(path, "a") as acknowledged:
        while True:
            person = make_person("worker")
            join_guild(guild=world.guild, by=person, now=timezone.now())
            for day in range(_EACH):
                now = timezone.now()
                entry = EntryInput((now - timedelta(days=day + 1)).date(), 30)
                work = log_hours(
                    by=person, client_id=uuid7(), task=world.open_work, entries=[entry], now=now
                ).contribution
                approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=30, now=timezone.now())
                acknowledged.write(f"{work.pk}\n")
                acknowledged.flush()
                os.fsync(acknowledged.fileno())


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (OperationalError, InterfaceError):
        print("the database went away")
