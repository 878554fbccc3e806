"""Point-in-time recovery as docs/backups.md describes it, with PostgreSQL's own programs on a cluster of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildhub.embedded.places import Places
from tests.infra.states import ROOT, fresh_state, run

ARCHIVING = """
wal_level = replica
archive_mode = on
archive_timeout = 300
archive_command = '{command}'
"""
COMMAND = (
    "test ! -f {archive}/%f && cp %p {archive}/%f.part && sync {archive}/%f.part && mv {archive}/%f.part {archive}/%f"
)

#: Work in a guild whose ledger and log must hold: printed, how many events there are.
WORK = """
import django, os, sys
sys.path.insert(0, {root!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "guildhub.settings"
django.setup()
from django.utils import timezone
from contributions.services import EntryInput, approve_contribution, log_hours
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.ids import uuid7
from core.models import Event, LogRoot
from tests.factories import make_world
world = make_world()
for minutes in range(1, 6):
    now = timezone.now()
    done = log_hours(by=world.contributor, client_id=uuid7(), task=world.open_work,
        entries=[EntryInput(now.date(), minutes)], note="n", now=now).contribution
    approve_contribution(contribution=done, by=world.reviewer, rubric=4, minutes=minutes, now=now)
for _ in range(5):
    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())
print("events", Event.objects.count(), "root", bytes(LogRoot.objects.order_by("-size").first().root_hash).hex())
"""


@pytest.fixture
def state() -> Iterator[Path]:
    with fresh_state() as state:
        yield state


def command(state: Path, *words: str) -> str:
    """A command of manage.py on that state's servers."""
    environment = {
        "PATH": os.environ["PATH"],
        "GUILDHUB_STATE": str(state),
        "GUILDHUB_ENV_FILE": "",
        "HOME": str(state),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def work(state: Path) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "GUILDHUB_STATE": str(state),
        "GUILDHUB_ENV_FILE": "",
        "HOME": str(state),
    }
    words = WORK.format(root=str(ROOT))
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return next(line for line in done.stdout.splitlines() if line.startswith("events "))


TAKE_BASE = """
import subprocess
from pathlib import Path
from guildhub.embedded.places import Places
programs = Places.at(Path({state!r})).programs
words = [programs / "pg_basebackup", "-d", servers.superuser_database_url, "-D", {base!r}]
words += ["-X", "stream", "-c", "fast", "--manifest-checksums=SHA256"]
print(subprocess.run(words, capture_output=True, text=True).stderr)
print(subprocess.run([programs / "pg_verifybackup", {base!r}], capture_output=True, text=True).stdout)
"""

MISTAKE = """
import time
time.sleep(0.1)
ask("SET session_replication_role = replica; DELETE FROM reputation_transfer; DELETE FROM core_logentry")
segment = ask("SELECT pg_walfile_name(pg_switch_wal())")[0][0]
for _ in range(100):
    if (ask("SELECT last_archived_wal FROM pg_stat_archiver")[0][0] or "") >= segment:
        break
    time.sleep(0.1)
print(ask("SELECT failed_count, archived_count FROM pg_stat_archiver")[0])
"""

NOW_THERE = """
print("events", ask("SELECT count(*) FROM core_event", servers.database_url)[0][0], "root",
    ask("SELECT encode(root_hash, 'hex') FROM core_logroot ORDER BY size DESC LIMIT 1", servers.database_url)[0][0])
"""


@pytest.mark.slow
def test_back_to_the_moment_before_a_mistake(state: Path) -> None:
    run(state, "pass")  # makes the cluster
    places = Places.at(state)
    archive, base = state / "archive", state / "base"
    places.make(archive)
    with (places.data / "postgresql.conf").open("a") as configuration:
        configuration.write(ARCHIVING.format(command=COMMAND.format(archive=archive)))
    # A base backup logs in as the superuser over the socket.
    command(state, "migrate", "--verbosity", "0")
    before = work(state)
    taken = run(state, TAKE_BASE.format(state=str(state), base=str(base)))
    assert "backup successfully verified" in taken, taken
    good = work(state)
    assert good != before
    moment = run(state, 'import time; time.sleep(0.1); print(ask("SELECT now()")[0][0].isoformat())').splitlines()[-1]
    said = run(state, MISTAKE)
    assert said.startswith("(0, "), said
    # The cluster is lost: the machine's disk died, and with it what was not archived.
    shutil.rmtree(places.data)
    base.rename(places.data)
    for path in [places.data, *places.data.rglob("*")]:
        if places.owner is not None and not path.is_symlink():
            os.chown(path, places.owner.pw_uid, places.owner.pw_gid)
    places.data.chmod(0o700)
    with (places.data / "postgresql.auto.conf").open("a") as configuration:
        configuration.write(
            f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n"
        )
    places.give(places.data / "postgresql.auto.conf")
    (places.data / "recovery.signal").touch()
    places.give(places.data / "recovery.signal")
    waiting = (
        "import time\n"
        "for _ in range(300):\n"
        '    if not ask("SELECT pg_is_in_recovery()")[0][0]:\n'
        "        break\n"
        "    time.sleep(0.1)\n"
    )
    assert run(state, waiting + NOW_THERE).splitlines()[-1] == good, (
        "all work up to the moment, and nothing of the mistake"
    )
    assert "The ledger holds" in command(state, "verify_ledger")
    assert "The log holds" in command(state, "verify_log")
    refused = run(state, "ask('DELETE FROM core_event', servers.database_url)")
    assert "permission denied" in refused, "logins and rights came with it"


def test_the_guide_says_what_is_tried_here() -> None:
    guide = (ROOT / "docs/backups.md").read_text(encoding="utf-8")
    for line in (*ARCHIVING.strip().splitlines()[:-1], COMMAND.format(archive="/archive")):
        assert line in guide
    for word in ("recovery_target_time", "recovery.signal", "pg_basebackup", "pg_verifybackup", "restore_command"):
        assert word in guide
