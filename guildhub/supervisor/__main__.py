"""Starts everything, watches over it, and stops it: `python -m guildhub.supervisor`."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from guildhub.supervisor.children import Child
from guildhub.supervisor.output import Printer
from guildhub.supervisor.ports import FIRST_PORT, PortBusy, answers, choose_port
from guildhub.supervisor.web import web_command

ROOT = Path(__file__).resolve().parents[2]
SERVER_LOOK_SECONDS = 2.0
ANSWER_SECONDS = 90.0
STOP_SECONDS = 15.0


class Supervisor:
    """The state of one `make run`: its children, and whether somebody asked it to stop."""

    def __init__(self, printer: Printer) -> None:
        self.printer = printer
        self.run_id = secrets.token_hex(8)
        self.stopping = threading.Event()
        self.children: list[Child] = []
        self.one_shot: Child | None = None
        self._last_trouble = ""

    def run(self) -> int:
        """Everything from the first line to the last; returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        settings = self._read_settings()
        if settings is None:
            return 1
        try:
            code = self._run(settings)
        finally:
            self._stop()
        return code

    def _run(self, settings: Any) -> int:
        bind, embedded = str(settings.BIND), bool(settings.EMBEDDED)
        given = int(settings.PORT) if os.environ.get("PORT") else None
        try:
            choose_port(bind, given)
            if not self._prepare() or self.stopping.is_set():
                return 0 if self.stopping.is_set() else 1
            # Asked again, because preparing took a while the first time and somebody else may have come.
            port = choose_port(bind, given)
        except PortBusy as busy:
            self.printer.say(str(busy))
            return 1
        if given is None and port != FIRST_PORT:
            self.printer.say(f"Port {FIRST_PORT} is used by another program; taking {port}.")
        self._start_children(bind, port)
        address = f"http://{f'[{bind}]' if ':' in bind else bind}:{port}"
        if self._wait_for(address, "" if embedded else settings.ALLOWED_HOSTS[0].lstrip(".")):
            self._greet(address, demo=bool(settings.DEMO))
        self._watch(embedded)
        return 0

    def _read_settings(self) -> Any:
        """The settings module, which starts or joins the embedded servers; None after saying what is wrong."""
        from django.core.exceptions import ImproperlyConfigured

        self.printer.say("Starting. Ctrl-C stops everything.")
        try:
            from guildhub import settings
        except ImproperlyConfigured as error:
            self.printer.say(f"guildhub can't start: {error}")
            return None
        if settings.EMBEDDED:
            self.printer.say("PostgreSQL and Redis are up.")
        return settings

    def _prepare(self) -> bool:
        """Migrations, static files and the demo guild; says so when it fails."""
        self.one_shot = Child("setup", [sys.executable, "manage.py", "prepare"], self._environment(), self.printer)
        code = self.one_shot.run_once()
        self.one_shot = None
        if code and not self.stopping.is_set():
            self.printer.say("The database could not be prepared; the lines above say why.")
        return code == 0

    def _start_children(self, bind: str, port: int) -> None:
        # As root Celery lectures for five lines at every start; the embedded servers have their own user anyway.
        quiet = ["-W", "ignore:You're running the worker with superuser privileges"] if os.geteuid() == 0 else []
        celery = [sys.executable, *quiet, "-m", "celery", "--quiet", "-A", "guildhub.celery"]
        commands = {
            "web": [sys.executable, "-m", *web_command(bind, port)],
            # One worker has nobody to gossip with, and would stumble over it when Redis comes back.
            "worker": [
                *celery, "worker", "--loglevel", "WARNING", "--concurrency", "2", "--without-gossip", "--without-mingle",
                "--queues", "celery,operations",
            ],
            "scheduler": [*celery, "beat", "--loglevel", "WARNING", "--pidfile="],
        }  # fmt: skip
        for name, command in commands.items():
            child = Child(name, command, self._environment(), self.printer)
            self.children.append(child)
            child.start()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "guildhub.settings",
            "PYTHONUNBUFFERED": "1",
            "GUILDHUB_RUN": self.run_id,
        }

    def _wait_for(self, address: str, host: str) -> bool:
        """Whether the web server answered before the patience ended; children that die meanwhile are restarted."""
        ends = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < ends and not self.stopping.wait(0.1):
            if answers(f"{address}/healthz", self.run_id, host=host):
                return True
            self._look_after(embedded=False)
        if not self.stopping.is_set():
            self.printer.say(f"{address} gives no answer yet; the lines above say why. guildhub goes on trying.")
        return False

    def _greet(self, address: str, *, demo: bool) -> None:
        if not demo:
            self.printer.say(f"guildhub answers at {address}/")
            return
        self.printer.last(
            f"guildhub is at                        {address}/",
            f"log an hour as the demo contributor   {address}/demo/contributor/?next=/log/",
            f"approve it as the demo reviewer       {address}/demo/reviewer/?next=/review/",
        )

    def _watch(self, embedded: bool) -> None:
        while not self.stopping.wait(0.5):
            self._look_after(embedded=embedded)

    def _look_after(self, *, embedded: bool) -> None:
        now = time.monotonic()
        for child in self.children:
            child.look_after(now)
        if embedded and now >= getattr(self, "_next_look", 0.0):
            self._next_look = now + SERVER_LOOK_SECONDS
            self._look_after_servers()

    def _look_after_servers(self) -> None:
        """Bring back a killed PostgreSQL or Redis, and say so once; a full disk is asked again until there is room."""
        from guildhub import embedded

        try:
            restarted = embedded.restart_dead_servers()
        except embedded.EmbeddedServerError as error:
            self._next_look = time.monotonic() + 5 * SERVER_LOOK_SECONDS
            self._say_once(str(error))
            return
        for name in restarted:
            self.printer.say(f"{name} had stopped. It runs again; what was saved is still there.")
        try:
            embedded.check_room()
        except embedded.EmbeddedServerError as error:
            self._say_once(str(error))
        else:
            self._last_trouble = ""

    def _say_once(self, trouble: str) -> None:
        """Say what is wrong when it begins, and not every two seconds while it lasts."""
        kind = trouble.partition(":")[0]
        if kind != self._last_trouble:
            self._last_trouble = kind
            self.printer.say(trouble)

    def _asked_to_stop(self, number: int, _frame: FrameType | None) -> None:
        if self.stopping.is_set():
            return
        self.stopping.set()
        if self.one_shot is not None:
            self.one_shot.ask_to_stop()

    def _stop(self) -> None:
        """Children first, then the servers if nobody else uses them."""
        self.stopping.set()
        if self.children:
            self.printer.say("Stopping.")
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if not child.wait_or_kill(deadline):
                self.printer.say(f"The {child.name} did not end in {STOP_SECONDS:.0f} s and was killed.")
        from guildhub import settings

        if settings.EMBEDDED:
            from guildhub import embedded

            if embedded.stop_if_unused():
                self.printer.say("Everything is stopped.")
            else:
                self.printer.say("PostgreSQL and Redis stay up: another process of this checkout uses them.")


def main() -> int:
    """Run from the checkout's folder, whatever folder it was called from."""
    os.chdir(ROOT)
    return Supervisor(Printer()).run()


if __name__ == "__main__":
    sys.exit(main())
