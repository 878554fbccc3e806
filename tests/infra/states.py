"""Embedded servers in a place of their own, for tests that kill, fill or break them."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]

#: Joins the servers, runs the words given as Python with `servers` at hand, and leaves.
SCRIPT = """
import sys
from guildhub import embedded
try:
    servers = embedded.connect()
except embedded.EmbeddedServerError as error:
    sys.exit(f"refused: {error}")
import psycopg2
def ask(sql, url=None):
    connection = psycopg2.connect(url or servers.superuser_database_url)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(sql)
    rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows
exec(sys.argv[1])
"""


@contextmanager
def fresh_state() -> Iterator[Path]:
    """A directory whose servers nobody else uses, where their user can reach it; nothing of it stays."""
    if os.geteuid() == 0:
        state = Path("/var/lib/guildhub") / f"of-a-test-{secrets.token_hex(4)}"
    else:
        state = Path(tempfile.mkdtemp(prefix="gh")) / "state"
    try:
        yield state
    finally:
        for process in processes_of(state):
            process.kill()
        psutil.wait_procs(processes_of(state), timeout=10)
        shutil.rmtree(state if os.geteuid() == 0 else state.parent, ignore_errors=True)


def environment(state: Path, **changes: str) -> dict[str, str]:
    """An environment in which `guildhub` uses this state and nothing else."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(state),
        "GUILDHUB_STATE": str(state),
        "GUILDHUB_ENV_FILE": "",
        **changes,
    }


def start(state: Path, words: str, **changes: str) -> subprocess.Popen[str]:
    """Start a process that joins the servers and runs `words`."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, words],
        cwd=ROOT,
        env=environment(state, **changes),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(state: Path, words: str, **changes: str) -> str:
    """Run `words` as a user of the servers and return what was printed, the end of it included."""
    with start(state, words, **changes) as process:
        return process.communicate(timeout=120)[0].strip()


def processes_of(state: Path) -> list[psutil.Process]:
    """Every process that names this state in its command line or environment, but for this one."""
    found = []
    for process in psutil.process_iter():
        try:
            named = " ".join(process.cmdline()) + process.environ().get("GUILDHUB_STATE", "")
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        if str(state) in named and process.pid != os.getpid():
            found.append(process)
    return found
