"""Starting, checking and stopping the embedded PostgreSQL: private directories, passwords, no TCP."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from guildhub.embedded.errors import EmbeddedServerError
from guildhub.embedded.places import Places

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
            probe.connect(str(places.sockets / ".s.PGSQL.5432"))
        except OSError:
            return False
        return True


def start(places: Places, superuser_password: str) -> None:
    """Bring PostgreSQL up on this checkout's data, making the data the first time. Raises EmbeddedServerError."""
    places.check_room()
    if not (places.data / "PG_VERSION").exists():
        _make_data(places, superuser_password)
    _forget_dead_server(places)
    log = places.state / "postgres.log"
    done = places.run(places.programs / "pg_ctl", "start", "-D", places.data, "-l", log, "-w", "-t", "90", "-s")
    if done.returncode and not is_up(places):
        raise EmbeddedServerError(
            "PostgreSQL did not start. The last lines of its log say why:\n"
            f"{_tail(log) or done.stdout.strip()}\nThe log is {log}."
        )


def stop(places: Places) -> None:
    """Stop PostgreSQL after its checkpoint; quiet when it isn't running."""
    places.run(places.programs / "pg_ctl", "stop", "-D", places.data, "-m", "fast", "-w", "-t", "60", "-s")


def _make_data(places: Places, superuser_password: str) -> None:
    """Run initdb beside the final place, so that an interrupted run leaves nothing half made."""
    fresh = places.state / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    password_file = places.state / "password.tmp"
    password_file.write_text(superuser_password)
    password_file.chmod(0o600)
    if places.owner is not None:
        os.chown(password_file, places.owner.pw_uid, places.owner.pw_gid)
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
        configuration.write(_CONFIGURATION.format(sockets=places.sockets))
    fresh.rename(places.data)


def _forget_dead_server(places: Places) -> None:
    """Remove the pid files of a server that was killed, when their pid is nobody's or somebody else's by now."""
    for path in (places.data / "postmaster.pid", places.sockets / ".s.PGSQL.5432.lock"):
        pid = _pid_in(path)
        if pid is not None and not _is_postgres_of(pid, places.data):
            path.unlink(missing_ok=True)


def _pid_in(path: Path) -> int | None:
    try:
        return abs(int(path.read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError):
        return None


def _is_postgres_of(pid: int, data: Path) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        if Path("/proc/self").exists():
            return False
        return _is_alive(pid)
    return b"postgres" in command and str(data).encode() in command


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _tail(path: Path, lines: int = 5) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
