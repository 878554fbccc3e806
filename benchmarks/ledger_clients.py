"""Who posts: pgbench with the statement that `transfer` sends, and Python processes that call `transfer` itself."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.ledger_load import FIRST, GUILD, GUILDS, POINTS, SUBJECT, Size, arithmetic
from benchmarks.ledger_server import Server

BATCH = 1000
#: What mints pends until then; far enough off for any run.
VESTS = date(2027, 12, 1)

# \set keeps its value from one transaction of a client to the next, so ids rise as uuidv7 do, over all clients.
_SCRIPT = """\\set n :n + 1
\\set key {first} + :n * :clients + :client_id
\\set who random(0, {people} - 1)
\\set subject {first} + :who
\\set guild {guild}
SELECT post_transfers('{requests}'::jsonb, now());
"""


@contextmanager
def scripts(size: Size, *, is_hot: bool, clients: int, run: int, is_pair: bool = False) -> Iterator[list[Path]]:
    """pgbench scripts of one transfer (REP or PTS, by turns) or of one approval (both), in one guild or in many."""
    guild = str(FIRST) if is_hot else f"{FIRST} + 1 + :who % {GUILDS}"
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for name, sequences in {"both": (0, 1)}.items() if is_pair else {"rep": (0,), "pts": (1,)}.items():
            requests = json.dumps([_said(sequence, f"0195{run:04d}") for sequence in sequences])
            text = _SCRIPT.format(first=FIRST, people=size.people, guild=guild, requests=requests)
            path = Path(folder) / f"{name}.sql"
            path.write_text("\\set clients " + f"{clients}\n" + text)
            made.append(path)
        yield made


def _said(sequence: int, run: str) -> dict[str, Any]:
    """The request in pgbench's variables, field by field as `reputation.services.posting` writes it."""
    source = f"{run}-0000-7000-a00{sequence}-:key"
    said: dict[str, Any] = {
        "id": f"{run}-0000-7000-800{sequence}-:key",
        "reason": "contribution_approved",
        "source_kind": "deed",
        "source_id": source,
        "sequence": sequence,
        "idempotency_key": f"contribution_approved:deed:{source}:{sequence}",
        "guild_id": f"{GUILD}:guild",
        "unit": ("REP", "PTS")[sequence],
        "amount": POINTS,
        "policy_version": 1,
        "arithmetic": arithmetic(),
        "source_account": "issuance",
        "source_subject": None,
        "target_account": ("rep", "pts_pending")[sequence],
        "target_subject": f"{SUBJECT}:subject",
    }
    return said | ({"vests_on": VESTS.isoformat()} if sequence else {})


def sql_rate(
    server: Server, name: str, size: Size, *, is_hot: bool, clients: int, seconds: float, **kind: bool
) -> float:
    """Calls a second of `post_transfers` by pgbench as the web's login."""
    _runs[0] += 1
    with scripts(size, is_hot=is_hot, clients=clients, run=_runs[0], **kind) as found:
        extra = ["-D", "n=0"]
        return server.rate(name, clients=clients, seconds=seconds, scripts=found, login=server.app, words=extra)


#: Ids are made of this number, so that no two runs meet in one database.
_runs = [int(time.time()) % 9000 + 500]


@dataclass(frozen=True)
class Job:
    """What each Python process does in a loop, and how many transfers that is."""

    call: Callable[[random.Random, Size, bool], None]
    transfers: int = 1


def _requests(dice: random.Random, size: Size, is_hot: bool, people: int) -> list[Any]:
    """REP and PTS for so many approvals, as the verbs build them."""
    from core.ids import uuid7
    from reputation.services import approval_transfers

    said, found = _arithmetic(), []
    for _person in range(people):
        who = dice.randrange(size.people)
        found += approval_transfers(
            source_kind="deed",
            source_id=uuid7(),
            guild=UUID(f"{GUILD}{FIRST if is_hot else FIRST + 1 + who % GUILDS}"),
            subject=UUID(f"{SUBJECT}{FIRST + who}"),
            points=POINTS,
            policy_version=1,
            arithmetic=said,
            vests_on=VESTS,
        )
    return found


@cache
def _arithmetic() -> dict[str, Any]:
    """Made once: the point rule is not what is measured."""
    return arithmetic()


def _transfer_one(dice: random.Random, size: Size, is_hot: bool) -> None:
    """REP or PTS by turns. Both are made and one is left for the next call, as an approval makes both."""
    from reputation.services import transfer

    if not _left:
        _left.extend(_requests(dice, size, is_hot, 1))
    transfer([_left.pop()], now=datetime.now(UTC))


def _transfer_inside(dice: random.Random, size: Size, is_hot: bool) -> None:
    from django.db import transaction

    with transaction.atomic():
        _transfer_one(dice, size, is_hot)


def _transfer_batch(dice: random.Random, size: Size, is_hot: bool) -> None:
    from reputation.services import transfer

    transfer(_requests(dice, size, is_hot, BATCH // 2), now=datetime.now(UTC))


def _post_batch(dice: random.Random, size: Size, is_hot: bool) -> None:
    """The same statement without the making of its requests: its text was made beforehand."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT post_transfers(%s::jsonb, %s)", [_batches.pop(), datetime.now(UTC)])
        cursor.fetchall()


_left: list[Any] = []
_batches: list[str] = []
SERVICE, INSIDE = Job(_transfer_one), Job(_transfer_inside)
SERVICE_BATCH, SQL_BATCH = Job(_transfer_batch, BATCH), Job(_post_batch, BATCH)


def rate(name: str, size: Size, job: Job, *, clients: int, seconds: float, is_hot: bool = True) -> float:
    """Transfers a second of so many processes, each with its own connection; they begin together."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    start, told = context.Barrier(clients), context.SimpleQueue()
    processes = [
        context.Process(target=_work, args=(name, size, job, is_hot, seconds, start, told))
        for _client in range(clients)
    ]
    for process in processes:
        process.start()
    found = [told.get() for _process in processes]
    for process in processes:
        process.join()
    if any(isinstance(one, str) for one in found):
        raise SystemExit(f"A client failed: {next(one for one in found if isinstance(one, str))}")
    return sum(done / took for done, took in found)


def _work(name: str, size: Size, job: Job, is_hot: bool, seconds: float, start: Any, told: Any) -> None:
    from django.db import connection

    try:
        connection.settings_dict["NAME"] = name
        connection.settings_dict["CONN_MAX_AGE"] = None
        dice = random.Random(os.getpid())
        if job is SQL_BATCH:
            from core.ids import uuid7
            from reputation.services import posting

            for _batch in range(max(10, int(seconds * 25))):
                asked = _requests(dice, size, is_hot, BATCH // 2)
                _batches.append(json.dumps([posting._as_json(uuid7(), request) for request in asked]))
        for _warm in range(1 if job.transfers > 1 else 20):
            job.call(dice, size, is_hot)
        start.wait()
        begun, done = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds and (job is not SQL_BATCH or _batches):
            job.call(dice, size, is_hot)
            done += job.transfers
        told.put((done, time.perf_counter() - begun))
    except Exception as error:  # whatever it was, the table must not be printed without it
        told.put(f"{type(error).__name__}: {error}")
        start.abort()
    finally:
        connection.close()
        os._exit(0)
