"""A real guild's web server over a full world: production's settings, granian, compressed static files with their manifest."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings

from contributions.services import EntryInput, approve_contribution, log_hours
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.ids import uuid7
from guildhub import embedded
from guildhub.supervisor.web import web_command
from projects.services import accept_problem, draft_problem, submit_problem
from tests.factories import World
from tests.pages import READERS, busy_world, client_of

ROOT = Path(settings.BASE_DIR)
#: More than one page of the longest lists.
ENOUGH = 26


@dataclass(frozen=True)
class Settled:
    """A world that is committed, and the session cookies of its people as they come back from signing in."""

    world: World
    sessions: dict[str, str]


def settle() -> Settled:
    """Make the world and sign everybody in."""
    world, sessions = full_world(), {}
    for reader in READERS:
        if reader != "anonymous":
            cookies = client_of(world, reader).cookies
            sessions[reader] = cookies[settings.SESSION_COOKIE_NAME].value
    return Settled(world, sessions)


def full_world() -> World:
    """A busy world whose lists are full, so that a page weighs what it will weigh in a year."""
    world = busy_world()
    now, me = world.now, world.contributor
    for number in range(ENOUGH):
        told = draft_problem(
            guild=world.guild, by=me, now=now, title=f"The ferry to the island of number {number} runs without a notice",
            statement="People wait at the landing from five in the morning and hear nothing until it has left.",
            affected_people="day labourers and school children of the river islands", place="Majuli, Assam", language="as",
        )  # fmt: skip
        accept_problem(problem=submit_problem(problem=told, by=me, now=now), by=world.maintainer, now=now)
        work = log_hours(
            by=me, client_id=uuid7(), task=world.open_work, entries=[EntryInput(now.date(), 10)], now=now,
            note=f"Asked at landing {number} when the boat leaves",
        ).contribution  # fmt: skip
        approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=10, now=now, reason="Clear.")
    for consumer in consumers_with_due_events(now=now):
        deliver_until_empty(consumer, now=now)
    return world


def collect_static(into: Path) -> None:
    """Our static files and those of htmx, hashed and compressed; the admin's take seconds, and no page here shows them."""
    _manage("collectstatic", "--no-input", "--ignore", "admin", "--ignore", "rest_framework", STATIC_ROOT=str(into))


@contextmanager
def serving(static: Path, *, certificate: tuple[Path, Path] | None = None) -> Iterator[int]:
    """Run granian as in production until the block ends; yields its port. With a certificate it speaks HTTP/2 over TLS."""
    port = _free_port()
    command = web_command("127.0.0.1", port)
    command[command.index("--workers") + 1] = "1"
    if certificate:
        command[-1:-1] = ["--ssl-certificate", str(certificate[0]), "--ssl-keyfile", str(certificate[1])]
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=_environment(STATIC_ROOT=str(static)), start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while not _listens(port, with_tls=bool(certificate)):
            assert process.poll() is None and time.monotonic() < deadline, "the web server did not start"
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody trusts, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def _manage(*arguments: str, **more: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=_environment(**more), check=True, capture_output=True
    )


def _environment(**more: str) -> dict[str, str]:
    """Settings of a real guild on this test's database, but for the redirect to https, which needs a proxy in front."""
    url = embedded.connect().database_url.replace("/guildhub?", f"/{settings.TEST_DATABASE}?")
    return {
        **{name: value for name, value in os.environ.items() if name not in ("DEBUG", "BIND", "PORT", "BROKER_URL")},
        "DJANGO_SETTINGS_MODULE": "guildhub.settings",
        "GUILDHUB_ENV_FILE": "",
        "DATABASE_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_PREFIX": settings.TEST_DATABASE,
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "localhost",
        "EMAIL_URL": "smtp://localhost:25",
        "SECURE_SSL_REDIRECT": "false",
        "ALL_LANGUAGES": "true",
        "LOG_LEVEL": "ERROR",
        **more,
    }


def _listens(port: int, *, with_tls: bool) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        if with_tls:
            connection.connect()
            return True
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
