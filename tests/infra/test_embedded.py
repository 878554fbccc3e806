"""The embedded servers, killed, broken, shared and spied on, in a place of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.infra.states import fresh_state, processes_of, run, start

pytestmark = pytest.mark.slow
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="another local user is needed, which only root can be")
KEEP = "ask('CREATE TABLE IF NOT EXISTS kept (n int)'); ask('INSERT INTO kept VALUES (7)')"
COUNT = "print(ask('SELECT sum(n) FROM kept')[0][0])"


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """Servers with a row in them, not running."""
    with fresh_state() as place:
        assert run(place, KEEP) == ""
        yield place


def until(true: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + 30
    while not true():
        assert time.monotonic() < ends, f"never happened: {what}"
        time.sleep(0.05)


def pid_of(state: Path) -> int:
    return int((state / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def test_nothing_runs_when_the_last_user_is_gone(state: Path) -> None:
    assert run(state, COUNT) == "7"
    assert processes_of(state) == []


def test_many_processes_at_once_share_one_server() -> None:
    with fresh_state() as place:
        users = [
            start(place, "print(servers.database_url, ask('SELECT pg_postmaster_start_time()'))") for _ in range(6)
        ]
        said = {user.communicate(timeout=120)[0] for user in users}
        assert len(said) == 1, said
        until(lambda: processes_of(place) == [], "the servers stop")


def test_users_that_are_killed_leave_nothing_behind(state: Path) -> None:
    with start(state, "print('in', flush=True); input()") as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "in\n"
        user.kill()
    until(lambda: processes_of(state) == [], "the keeper stops the servers and ends")


def test_the_servers_stay_while_somebody_uses_them(state: Path) -> None:
    with start(state, "print('in', flush=True); input(); " + COUNT) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "in\n"
        assert run(state, COUNT) == "7"
        said, _nothing = first.communicate("\n", timeout=60)
        assert said.strip() == "7", "the second user's end did not stop the first one's servers"


@pytest.mark.parametrize("somebody", ["nobody", "this test"])
def test_a_stale_pid_file_is_no_obstacle(state: Path, somebody: str) -> None:
    pid = 2**22 - 7 if somebody == "nobody" else os.getpid()
    (state / "postgres" / "postmaster.pid").write_text(f"{pid}\n{state / 'postgres'}\n1\n5432\n\n\n\n")
    (state / "redis" / "redis.pid").write_text(f"{pid}\n")
    assert run(state, COUNT) == "7"


def test_a_killed_postgres_is_started_again_with_its_rows(state: Path) -> None:
    words = (
        "import os, signal, pathlib; print('in', flush=True); input();print(embedded.restart_dead_servers()); " + COUNT
    )
    with start(state, words) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "in\n"
        os.kill(pid_of(state), signal.SIGKILL)
        redis = next(p for p in processes_of(state) if "redis-server" in p.name())
        redis.kill()
        said, _nothing = user.communicate("\n", timeout=60)
    assert said.splitlines() == ["['PostgreSQL', 'Redis']", "7"]


def test_a_file_that_redis_cannot_read_is_put_aside(state: Path) -> None:
    broken = state / "redis" / "appendonly.aof"
    broken.write_bytes(b"nonsense that no Redis wrote\r\n" * 10)
    assert run(state, COUNT) == "7"
    assert (state / "redis" / "appendonly.broken").exists()


def test_data_of_another_version_are_refused_with_advice() -> None:
    with fresh_state() as place:
        run(place, "pass")
        (place / "postgres" / "PG_VERSION").write_text("17\n")
        said = run(place, "pass")
        assert "were made by PostgreSQL 17" in said
        assert "Move" in said


def test_only_passwords_open_the_door(state: Path) -> None:
    words = """
import redis, re
for url in (servers.superuser_database_url, servers.migrate_database_url, servers.database_url):
    try: psycopg2.connect(re.sub(":[^:@/]+@", ":guessed@", url)); print("open")
    except psycopg2.OperationalError as error: print("password authentication failed" in str(error))
    try: psycopg2.connect(re.sub(":[^:@/]+@", "@", url)); print("open")
    except psycopg2.OperationalError as error: print("no password" in str(error))
try: redis.from_url("unix://" + servers.redis_url.partition("@")[2]).ping(); print("open")
except redis.exceptions.AuthenticationError: print(True)
print(ask("SHOW listen_addresses")[0][0] == "")
"""
    assert run(state, words).splitlines() == ["True"] * 8


def test_the_apps_login_owns_nothing(state: Path) -> None:
    words = (
        "for sql in ('CREATE TABLE mine (n int)', 'CREATE DATABASE mine', 'CREATE ROLE mine', 'SET ROLE guildhub_owner'):\n"
        "    try: ask(sql, servers.database_url); print('allowed', sql)\n"
        "    except psycopg2.errors.InsufficientPrivilege: pass"
    )
    assert run(state, words) == ""


def test_everything_in_the_state_is_private(state: Path) -> None:
    with start(state, "print('in', flush=True); input()") as user:
        assert user.stdout is not None
        user.stdout.readline()
        open_to_others = [path for path in state.rglob("*") if path.lstat().st_mode & 0o077 and not path.is_socket()]
        user.communicate("\n", timeout=60)
    assert open_to_others == []


@AS_ROOT
def test_another_local_user_reaches_neither_server(state: Path) -> None:
    knock = (
        "import socket, sys\n"
        "for path in sys.argv[1:]:\n"
        "    try: socket.socket(socket.AF_UNIX).connect(path); print('connected')\n"
        "    except PermissionError: print('refused')\n"
    )
    with start(state, "print('in', flush=True); input()") as user:
        assert user.stdout is not None
        user.stdout.readline()
        doors = [str(state / "sockets" / name) for name in (".s.PGSQL.5432", "redis.sock")]
        assert all(Path(door).is_socket() for door in doors)
        python = shutil.which("python3", path="/usr/bin:/bin")
        assert python
        said = subprocess.run([python, "-c", knock, *doors], user="nobody", cwd="/", capture_output=True, text=True)
        user.communicate("\n", timeout=60)
    assert said.stdout.split() == ["refused", "refused"], said.stderr


@AS_ROOT
def test_root_drops_to_a_user_who_may_do_less(state: Path) -> None:
    with start(state, "print('in', flush=True); input()") as user:
        assert user.stdout is not None
        user.stdout.readline()
        owners = {p.name(): p.username() for p in processes_of(state) if p.name() in ("postgres", "redis-server")}
        user.communicate("\n", timeout=60)
    assert set(owners) == {"postgres", "redis-server"}
    assert "root" not in owners.values()


@AS_ROOT
def test_a_full_disk_is_named_and_nothing_is_lost() -> None:
    with fresh_state() as place:
        place.mkdir(mode=0o711)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500m,mode=0711", "tmpfs", place], check=False)
        if mounted.returncode:
            pytest.skip("no file system can be mounted here")
        try:
            inside = place / "state"
            assert run(inside, KEEP) == ""
            filler = place / "filler"
            free = psutil.disk_usage(str(place)).free
            filler.write_bytes(b"\0" * (free - 1_000_000))
            said = run(inside, COUNT)
            assert "refused: The disk is full: only" in said
            assert "Free some space" in said
            filler.unlink()
            assert run(inside, COUNT) == "7"
        finally:
            for process in processes_of(place):
                process.kill()
            subprocess.run(["umount", "-l", place], check=True)
