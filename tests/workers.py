"""Real workers on a test's own database and Redis: started, killed as the kernel does it, and waited for."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import connection
from kombu import Connection

from guildhub.celery import app
from guildhub.embedded.more_redis import OwnRedis

CHECKOUT = Path(__file__).resolve().parents[1]


class Workers:
    """A scheduler, and workers beside it as they are asked for; none outlives the `with`.

    `app` is another module that has Celery's app, when something about it differs; `environment` is added to theirs.
    """

    def __init__(self, redis_server: OwnRedis, app: str = "guildhub", **environment: str) -> None:
        self._app = app
        self._broker = redis_server.url.replace("unix://", "redis+socket://", 1)
        self._environment = {**worker_environment(redis_server), **environment}
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Workers:
        self.start("beat")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            kill(process)

    def start(self, *what: str) -> subprocess.Popen[bytes]:
        """One worker, or another program of Celery's."""
        command = [sys.executable, "-m", "celery", "-A", self._app, *(what or ("worker", "--concurrency=1"))]
        process = subprocess.Popen(
            [*command, "-l", "WARNING"],
            cwd=CHECKOUT,
            env=self._environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process

    def ask(self, job: str, *args: str) -> None:
        """Put a message for a job where these workers look, as the scheduler does."""
        with Connection(self._broker) as line:
            app.send_task(job, args=args, connection=line, ignore_result=True)


def worker_environment(redis_server: OwnRedis) -> dict[str, str]:
    """What a worker host's environment holds, pointing at the test's servers."""
    database = connection.settings_dict
    host = database["OPTIONS"].get("host") or database["HOST"]

    def url(login: dict[str, Any]) -> str:
        return f"postgresql://{login['USER']}:{login['PASSWORD']}@/{database['NAME']}?host={host}"

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "guildhub.settings",
        "GUILDHUB_ENV_FILE": "",
        "DATABASE_URL": url(database),
        "MIGRATE_DATABASE_URL": url({**database, **settings.OWNER_DATABASE_LOGIN}),
        "REDIS_URL": redis_server.url,
        "SECRET_KEY": "a-key-that-only-this-test-uses-and-nobody-else-knows",
        "ALLOWED_HOSTS": "localhost",
        "EMAIL_URL": "consolemail://",
    }


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the worker and its children, as the kernel does when memory runs out."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for something that another process does; the limit only ends a hopeless wait."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.1)
