"""Looking at a restored database from a process of its own, in which nothing else is connected to the guild's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from guildhub.backups.archive import Archive, manifest_of
from guildhub.backups.errors import BackupError


@dataclass(frozen=True)
class Proof:
    """What a look at a restored database found: how many faults, the words of the first ones, and who was erased again."""

    findings: int = 0
    first: list[str] = field(default_factory=list)
    erased: int = 0


def check_database(name: str, made: Archive, *, forget_file: Path | None = None) -> Proof:
    """Run `manage.py check_database` on it as the app's login: counts, root, ledger, log. Raises BackupError."""
    words = [sys.executable, "manage.py", "check_database", name, "--manifest", str(manifest_of(made.path))]
    if forget_file is not None:
        words += ["--forget-file", str(forget_file)]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "guildhub.settings"),
    }
    done = subprocess.run(
        words,
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return Proof(int(said["findings"]), list(said["first"]), int(said["erased"]))
    except (IndexError, KeyError, ValueError):
        complaint = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BackupError(f"The restored database could not be looked at: {complaint[:400]}") from None
