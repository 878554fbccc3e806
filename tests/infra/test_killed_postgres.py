"""PostgreSQL is killed in the middle of approvals, five times: whatever was acknowledged is there, and the ledger holds."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from guildhub.embedded.places import Places
from guildhub.embedded.processes import pid_in
from tests.infra.states import ROOT, environment, fresh_state, run

CLIENTS, ROUNDS, LEAST_ACKNOWLEDGED = 4, 5, 20

#: Ids that were acknowledged and lack their state, their verdict, or one of their two transfers.
LOST = """
ids = {ids!r}
found = ask('''
    SELECT count(*) FROM unnest(string_to_array('%s', ',')::uuid[]) AS a (id)
    WHERE NOT EXISTS (SELECT FROM contributions_contribution c WHERE c.id = a.id AND c.state = 'approved')
        OR (SELECT count(*) FROM reputation_transfer t WHERE t.source_id = a.id AND t.reason = 'contribution_approved') <> 2
''' % ",".join(ids))
print("lost", found[0][0], "of", len(ids))
"""
SETTINGS = """
print([ask(f"SHOW {name}")[0][0] for name in ("fsync", "synchronous_commit", "full_page_writes")])
"""


@pytest.fixture
def state() -> Iterator[Path]:
    with fresh_state() as state:
        yield state


def manage(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(state),
        capture_output=True,
        text=True,
        check=False,
    )


def kill_postgres(state: Path) -> int:
    """SIGKILL for the server and everything it started, at once; returns how many processes that were."""
    pid = pid_in(Places.at(state).data / "postmaster.pid")
    assert pid is not None
    server = psutil.Process(pid)
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=30)
    return len(processes)


def lines(file: Path) -> list[str]:
    """Whole lines only."""
    return file.read_text().split("\n")[:-1] if file.exists() else []


@pytest.mark.slow
def test_what_was_acknowledged_survives_five_kills_of_postgres(state: Path, tmp_path: Path) -> None:
    assert run(state, SETTINGS) == "['on', 'on', 'on']"
    migrated = manage(state, "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    files = [tmp_path / f"acknowledged-{number}" for number in range(CLIENTS * ROUNDS)]
    for number in range(ROUNDS):
        mine = files[number * CLIENTS : (number + 1) * CLIENTS]
        clients = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.infra.killed_load", str(file)],
                cwd=ROOT,
                env=environment(state, DJANGO_SETTINGS_MODULE="guildhub.settings", PYTHONUNBUFFERED="1"),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for file in mine
        ]
        ends = time.monotonic() + 120
        while time.monotonic() < ends and min(len(lines(file)) for file in mine) < LEAST_ACKNOWLEDGED:
            assert all(client.poll() is None for client in clients), clients[0].communicate()[0]
            time.sleep(0.05)
        assert kill_postgres(state) > CLIENTS, "the server and a backend for each client"
        for client in clients:
            assert "the database went away" in client.communicate(timeout=60)[0]
        # Starts PostgreSQL again, which recovers from its write-ahead log.
        ids = [line for file in files for line in lines(file)]
        assert len(ids) >= CLIENTS * LEAST_ACKNOWLEDGED * (number + 1)
        assert run(state, LOST.format(ids=ids)) == f"lost 0 of {len(ids)}"
        for check in ("verify_ledger", "verify_log"):
            checked = manage(state, check)
            assert checked.returncode == 0, checked.stdout[-2000:] + checked.stderr
    print(f"{len(ids)} acknowledged approvals, {ROUNDS} kills, none lost")
