"""One of the processes of test_hot_account.py: python -m tests.reputation.hot_account DATABASE GUILD SUBJECT SECONDS SEED."""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from collections import Counter
from uuid import UUID

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.queries import lock_people  # noqa: E402
from core.conflicts import despite_conflicts  # noqa: E402
from core.ids import uuid7  # noqa: E402
from guilds.models import Guild  # noqa: E402
from reputation.models import PendingPoints  # noqa: E402
from reputation.services import (  # noqa: E402
    NotEnoughPoints,
    Spending,
    approval_transfers,
    reversal_transfers,
    spend,
    transfer,
    vesting_transfers,
)


def work(guild_id: str, subject_id: str, seconds: float, seed: int) -> dict[str, int]:
    """One process: verbs in any order until the time is over; counts what was acknowledged, refused and retried."""
    guild, person, dice = Guild.objects.get(pk=guild_id), UUID(subject_id), random.Random(seed)
    told: Counter[str] = Counter()
    earned: list[UUID] = []

    class Retries(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told["retried"] += 1

    logging.getLogger("core.conflicts").addHandler(Retries())

    @transaction.atomic
    def earn() -> UUID:
        """Now and then without the person's lock first, as nobody should: the ledger's own locks must hold by themselves."""
        if dice.random() < 0.8:
            lock_people([person])
        key, points = uuid7(), dice.randint(1, 30)
        requests = approval_transfers(
            source_kind="deed", source_id=key, guild=guild.pk, subject=person, points=points, policy_version=1,
            arithmetic={"rule": "contribution", "points": points}, vests_on=timezone.now().date(),
        )  # fmt: skip
        transfer(requests, now=timezone.now())
        return key

    @transaction.atomic
    def vest() -> None:
        lock_people([person])
        rows = list(PendingPoints.objects.filter(account__subject_id=person).select_related("account", "transfer")[:3])
        transfer(vesting_transfers(rows), now=timezone.now())

    def give() -> None:
        points = dice.randint(1, 40)
        spend(Spending("prize", uuid7(), guild.pk, person, points, 1), now=timezone.now())

    @transaction.atomic
    def reverse() -> None:
        if earned:
            lock_people([person])
            transfer(reversal_transfers([("deed", dice.choice(earned))], why="overturned"), now=timezone.now())

    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        verb = dice.choices((earn, vest, give, reverse), (5, 3, 3, 1))[0]
        try:
            done = despite_conflicts(verb)
            told[verb.__name__] += 1
            if isinstance(done, UUID):
                earned.append(done)
        except NotEnoughPoints:
            told[f"{verb.__name__} refused"] += 1
    told["deeds"] = len(set(earned))
    return told


if __name__ == "__main__":
    name, guild, subject, seconds, seed = sys.argv[1:]
    connection.settings_dict["NAME"] = name
    print(json.dumps(work(guild, subject, float(seconds), int(seed))))
