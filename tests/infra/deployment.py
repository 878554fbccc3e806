"""The steps of the image and the services of docker-compose.yml, by hand, where no Docker engine runs.

What differs from the real thing: no image is built, processes share this machine's kernel namespaces and its file system
(the code is read-only by its rights, not by its mount), and PostgreSQL and Redis are the wheels' programs on loopback.
"""

from __future__ import annotations

import email
import email.policy
import fnmatch
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import socketserver
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import yaml

from guildhub.embedded.places import Places
from tests.infra.states import ROOT

HOST = "guild.test"


def compose() -> dict[str, Any]:
    """The compose file, as a YAML reader sees it."""
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def in_context(path: str) -> bool:
    """Whether a tracked file is sent to the build, as .dockerignore says: everything is left out but what is let in."""
    lets_in, leaves_out = [], []
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and line != "*":
            (lets_in if line.startswith("!") else leaves_out).append(line.removeprefix("!"))
    is_in = any(path == name or path.startswith(f"{name}/") for name in lets_in)
    is_out = any(fnmatch.fnmatch(path, name.replace("**/", "*")) or path.startswith(f"{name}/") for name in leaves_out)
    return is_in and not is_out


class Mails(socketserver.ThreadingTCPServer):
    """A mail server that takes everything and keeps it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.kept: list[str] = []
        super().__init__(("127.0.0.1", 0), _Talk)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 mail\r\n")
        while line := self.rfile.readline().strip().upper():
            if line.startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                message = email.message_from_bytes(body, policy=email.policy.default)
                plain = message.get_body(("plain",))  # type: ignore[attr-defined]
                self.server.kept.append(f"{message['Subject']}\n{plain.get_content()}")  # type: ignore[attr-defined]
            elif line.startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


class Deployment:
    """One deployment in a folder of its own: code, packages, databases and the processes of the compose file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.owner = pwd.getpwnam("guildhub") if os.geteuid() == 0 else None
        self.app, self.venv, self.backups = folder / "app", folder / "venv", folder / "backups"
        self.ports = {name: _free_port() for name in ("web", "postgres", "redis")}
        self.passwords = {name: secrets.token_urlsafe(24) for name in ("postgres", "owner", "app", "redis")}
        self.mails = Mails()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    # The image's steps ----------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Packages with hashes and as wheels only, the files of the context, static files collected, code read-only."""
        self._run([_reachable_python(), "-m", "venv", self.venv])
        words = re.search(r"pip install (--require-hashes .*) -r", (ROOT / "Dockerfile").read_text())
        assert words
        install = ["-m", "pip", "install", "--quiet", *words[1].split(), "-r", ROOT / "requirements-image.lock"]
        self._run([self.venv / "bin/python", *install])
        self._run([self.venv / "bin/python", "-m", "pip", "uninstall", "--quiet", "--yes", "pip", "setuptools"])
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
        )
        for name in filter(in_context, listed.stdout.splitlines()):
            if (ROOT / name).is_file():
                (self.app / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, self.app / name)
        nowhere = {
            "DATABASE_URL": "postgresql://nobody:none@localhost/none", "REDIS_URL": "redis://localhost",
            "EMAIL_URL": "smtp://localhost", "ALLOWED_HOSTS": "localhost", "SECRET_KEY": "s" * 50,
        }  # fmt: skip
        self.manage("collectstatic", "--no-input", "--verbosity", "0", environment=nowhere, as_root=True)
        for path in [self.folder, self.app, *self.app.rglob("*"), *self.venv.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o555 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o444)
        self.folder.chmod(0o755)
        self.backups.mkdir(mode=0o700)
        self._give(self.backups)

    def environment(self, service: str) -> dict[str, str]:
        """What the service's environment in docker-compose.yml comes to, with this machine's addresses."""
        given = {
            **{f"{name.upper()}_PASSWORD": word for name, word in self.passwords.items()},
            "SECRET_KEY": "k" + secrets.token_urlsafe(50), "ALLOWED_HOSTS": HOST,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mails.server_address[1]}", "BACKUP_KEEP": "2,1,1",
        }  # fmt: skip
        self.secret_key = given["SECRET_KEY"] = getattr(self, "secret_key", given["SECRET_KEY"])
        filled = {}
        for name, value in (compose()["services"][service].get("environment") or {}).items():
            text = re.sub(r"\$\{(\w+):[?-][^}]*\}", lambda found: given.get(found[1], ""), str(value))
            for server, port in (("postgres", 5432), ("redis", 6379)):
                text = text.replace(f"@{server}:{port}", f"@127.0.0.1:{self.ports[server]}")
            filled[name] = text
        return filled

    # The services ---------------------------------------------------------------------------------------------------

    def start_databases(self) -> None:
        """A PostgreSQL and a Redis over TCP, and the roles as the database's container makes them."""
        programs = Places.of_this_checkout()
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        self._give(data)
        word = data / "word"
        word.write_text(self.passwords["postgres"])
        self._give(word)
        self._as_user(
            programs.programs / "initdb", "-D", data / "pg", "-U", "postgres", "--locale=C.UTF-8", "--encoding=UTF8",
            "--auth=scram-sha-256", f"--pwfile={word}", "--no-instructions",
        )  # fmt: skip
        port = self.ports["postgres"]
        self._start(
            "postgres",
            [programs.programs / "postgres", "-D", data / "pg", "-c", "listen_addresses=127.0.0.1", "-c", f"port={port}",
             "-c", f"unix_socket_directories={data}"],
        )  # fmt: skip
        configuration = data / "redis.conf"
        configuration.write_text(
            f"requirepass {self.passwords['redis']}\nbind 127.0.0.1\ndir {data}\nport {self.ports['redis']}\n"
        )
        self._give(configuration)
        self._start("redis", [programs.redis_server, configuration])
        _wait(lambda: _is_open(port) and _is_open(self.ports["redis"]), "the databases answer")
        environment = {
            "PGPASSWORD": self.passwords["postgres"], "OWNER_PASSWORD": self.passwords["owner"],
            "APP_PASSWORD": self.passwords["app"], "PATH": "/usr/bin:/bin",
        }  # fmt: skip
        psql = [
            programs.programs / "psql",
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-q",
        ]
        _wait(
            lambda: not subprocess.run([*psql, "-c", ""], env=environment, capture_output=True).returncode, "it is up"
        )
        self._run([*psql, "-f", ROOT / "deploy/postgres/10-roles.sql"], environment)

    def start(self, service: str) -> None:
        """A service of the compose file, or the image's own command."""
        words = compose()["services"][service].get("command")
        if words is None:
            found = re.search(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
            assert found
            words = json.loads(found[1])
        words = [str(self.ports["web"]) if word == "8000" else word for word in words]
        words = ["127.0.0.1" if word == "0.0.0.0" else word for word in words]
        self._start(service, [self.venv / "bin/python", *words[1:]], self._full(self.environment(service)))

    def manage(self, *words: str, environment: dict[str, str], as_root: bool = False) -> str:
        """Run a command of manage.py to its end and return what it printed."""
        command = [self.venv / "bin/python", "manage.py", *words]
        if as_root:
            return self._run(command, self._full(environment), cwd=self.app)
        return self._as_user(*command, environment=self._full(environment))

    def is_healthy(self, part: str) -> bool:
        """What the service's health check says."""
        environment = self._full(self.environment(part)) | {"PORT": str(self.ports["web"])}
        words = [self.venv / "bin/python", "-m", "guildhub.healthcheck", part]
        return not subprocess.run(words, env=environment, cwd=self.app, capture_output=True, check=False).returncode

    def get(self, path: str) -> tuple[int, str]:
        with urlopen(f"http://127.0.0.1:{self.ports['web']}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def log(self, service: str) -> str:
        """What a service has said so far."""
        return (self.folder / f"{service}.log").read_text(errors="replace")

    def stop(self) -> None:
        """Stop everything that was started, the databases last."""
        self.mails.shutdown()
        self.mails.server_close()
        for name in reversed(list(self.processes)):
            process = self.processes[name]
            process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # ------------------------------------------------------------------------------------------------------------------

    def _full(self, environment: dict[str, str]) -> dict[str, str]:
        return {
            "PATH": f"{self.venv / 'bin'}:/usr/bin:/bin", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "guildhub.settings", "GUILDHUB_ENV_FILE": "", "HOME": "/nonexistent",
            "STATIC_ROOT": str(self.app / "collected"), "BACKUP_DIR": str(self.backups), "STATE_DIR": "/tmp",
            "PG_PROGRAMS": str(Places.of_this_checkout().programs), **environment,
        }  # fmt: skip

    def _user(self) -> dict[str, Any]:
        if self.owner is None:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    def _give(self, path: Path) -> None:
        if self.owner is not None:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def _start(self, name: str, words: list[Any], environment: dict[str, str] | None = None) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [str(word) for word in words], stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=environment or {"PATH": "/usr/bin:/bin"}, cwd=self.app if environment else "/", **self._user(),
            )  # fmt: skip

    def _as_user(self, *words: Any, environment: dict[str, str] | None = None) -> str:
        return self._run(list(words), environment, cwd=self.app if environment else Path("/"), **self._user())

    def _run(self, words: list[Any], environment: dict[str, str] | None = None, **more: Any) -> str:
        done = subprocess.run(
            [str(word) for word in words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, **more,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}"
        return done.stdout


@contextmanager
def deployed() -> Iterator[Deployment]:
    """A whole deployment; nothing of it stays."""
    parent = Path("/var/lib/guildhub") if os.geteuid() == 0 else Path(tempfile.gettempdir())
    deployment = Deployment(Path(tempfile.mkdtemp(prefix="of-a-deployment-", dir=parent)))
    try:
        yield deployment
    finally:
        deployment.stop()
        for path in [deployment.folder, *deployment.folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(deployment.folder, ignore_errors=True)


def _reachable_python() -> str:
    """A Python 3.11 or newer that another user of this machine may run."""
    for found in (sys.executable, "/usr/bin/python3.11", "/usr/bin/python3"):
        real = Path(found).resolve()
        is_open = all(parent.stat().st_mode & 0o001 for parent in real.parents)
        if real.exists() and (is_open or os.geteuid() != 0):
            return str(real)
    raise AssertionError("No Python here can be run by another user; install Debian's python3-venv.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"never happened: {what}"
        time.sleep(0.2)


wait = _wait
