"""Starting, checking and stopping the embedded PostgreSQL: private directories, passwords, no TCP."""

from __future__ import annotations

import re
import shutil
import signal
import socket
from pathlib import Path

from guildhub.embedded import processes
from guildhub.embedded.errors import EmbeddedServerError
from guildhub.embedded.places import Places
from guildhub.embedded.users import open_private

CONFIGURATION_FILE = "guildhub.conf"
SOCKET = ".s.PGSQL.5432"
#: Megabytes: a new cluster with the demo guild takes 120, and write-ahead log comes on top.
ROOM_TO_MAKE = 300
ROOM_TO_START = 50
LONGEST_LOG = 10 * 1024 * 1024

_CONFIGURATION = """
# Written by guildhub. No TCP; the socket lies in a private directory.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 200
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_min_messages = 'warning'
"""


def is_up(places: Places) -> bool:
    """Whether a server answers on the socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(places.sockets / SOCKET))
        except OSError:
            return False
        return True


def start(places: Places, superuser_password: str) -> None:
    """Bring PostgreSQL up on this checkout's data, making the data the first time. Raises EmbeddedServerError."""
    if not (places.data / "PG_VERSION").exists():
        places.check_room(ROOM_TO_MAKE)
        _make_data(places, superuser_password)
    places.check_room(ROOM_TO_START)
    _check_version(places)
    _write_configuration(places)
    _forget_dead_server(places)
    log = places.state / "postgres.log"
    _keep_short(log)
    done = places.run(places.programs / "pg_ctl", "start", "-D", places.data, "-l", log, "-w", "-t", "90", "-s")
    if done.returncode and not is_up(places):
        raise EmbeddedServerError(
            f"PostgreSQL did not start. {_advice(log)}The last lines of its log, {log}:\n"
            f"{tail(log) or done.stdout.strip()}"
        )


def stop(places: Places) -> None:
    """Stop PostgreSQL after its checkpoint; quiet when it isn't running."""
    pid = processes.pid_in(places.data / "postmaster.pid")
    # SIGINT is "fast": open transactions are rolled back, nobody is waited for.
    processes.stop(pid, "postgres", str(places.data), with_signal=signal.SIGINT, seconds=60)


def _make_data(places: Places, superuser_password: str) -> None:
    """Run initdb beside the final place, so that an interrupted run leaves nothing half made."""
    fresh = places.state / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    password_file = places.state / "password.tmp"
    with open_private(password_file) as file:
        file.truncate()
        file.write(superuser_password)
    places.give(password_file)
    done = places.run(
        places.programs / "initdb",
        "-D", fresh, "-U", "postgres", "--locale=C.UTF-8", "--encoding=UTF8",
        "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions",
    )  # fmt: skip
    password_file.unlink()
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedServerError(f"PostgreSQL could not make its data directory:\n{done.stdout.strip()}")
    with (fresh / "postgresql.conf").open("a") as configuration:
        configuration.write(f"include = '{CONFIGURATION_FILE}'\n")
    fresh.rename(places.data)


def _write_configuration(places: Places) -> None:
    """Written at every start, because a checkout that was moved has its sockets elsewhere."""
    path = places.data / CONFIGURATION_FILE
    with open_private(path) as file:
        file.truncate()
        file.write(_CONFIGURATION.format(sockets=str(places.sockets).replace("'", "''")))
    places.give(path)
    # Data made before this file existed say it all in postgresql.conf; included twice does no harm.
    main = places.data / "postgresql.conf"
    if CONFIGURATION_FILE not in main.read_text():
        with main.open("a") as file:
            file.write(f"include = '{CONFIGURATION_FILE}'\n")


def _check_version(places: Places) -> None:
    """Refuse data of another major version, which PostgreSQL would refuse in words about control files."""
    found = (places.data / "PG_VERSION").read_text().strip()
    printed = places.run(places.programs / "postgres", "--version").stdout
    installed = re.search(r"(\d+)\.\d+|(\d+)\w", printed)
    if installed and found != (installed[1] or installed[2]):
        raise EmbeddedServerError(
            f"The data in {places.data} were made by PostgreSQL {found}, and {printed.strip()} is installed. "
            f"Move {places.data} away to begin anew, or go back to the version of guildhub that made it."
        )


def _forget_dead_server(places: Places) -> None:
    """Make way for a new server after a killed one: its children go, and so do pid files that name nobody."""
    pid_file = places.data / "postmaster.pid"
    pid = processes.pid_in(pid_file)
    if not processes.is_running(pid, "postgres", str(places.data)):
        pid_file.unlink(missing_ok=True)
    lock_file = places.sockets / f"{SOCKET}.lock"
    if not processes.is_running(processes.pid_in(lock_file), "postgres"):
        lock_file.unlink(missing_ok=True)


def _advice(log: Path) -> str:
    """What to do about the commonest reasons, or nothing."""
    if "No space left on device" in tail(log):
        return "The disk is full: free some space and start again; what was saved is still there. "
    return ""


def _keep_short(log: Path) -> None:
    """Begin the log again when it grew past ten megabytes; one older part is kept."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".log.old"))


def tail(path: Path, lines: int = 5) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
