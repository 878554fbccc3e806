"""One backup on disk: the dump, and beside it a manifest of what was in the database at that moment."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guildhub.backups.errors import BackupError

#: guildhub-20261123T023000Z.dump and guildhub-20261123T023000Z.json
NAME = re.compile(r"guildhub-(\d{8}T\d{6}Z)\.dump")
STAMP = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".part"
FORMAT = 1


@dataclass(frozen=True)
class Archive:
    """A dump with its manifest. `manifest` holds counts, versions and hashes, nothing about people."""

    path: Path
    manifest: dict[str, Any]

    @property
    def made_at(self) -> datetime:
        """The moment whose data it holds."""
        return datetime.fromisoformat(self.manifest["made_at"])

    @property
    def is_verified(self) -> bool:
        """Whether it was restored and everything in it held."""
        return bool(self.manifest.get("verified_at"))

    @classmethod
    def read(cls, path: Path) -> Archive:
        """A dump by its path; raises BackupError when its manifest is missing or unreadable."""
        try:
            manifest = json.loads(manifest_of(path).read_text(encoding="utf-8"))
            if manifest["format"] != FORMAT:
                raise BackupError(f"{manifest_of(path).name} was written by another version of guildhub.")
            datetime.fromisoformat(manifest["made_at"])
        except FileNotFoundError as error:
            raise BackupError(f"{error.filename} is missing. A backup is two files: the dump and its .json.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupError(f"{manifest_of(path).name} can't be read: {error}.") from error
        return cls(path, manifest)

    def check_whole(self) -> None:
        """Raise BackupError when the dump is not the one that was written."""
        try:
            digest, size = sha256_of(self.path)
        except OSError as error:
            raise BackupError(f"{self.path} can't be read: {error.strerror}.") from error
        if (digest, size) != (self.manifest["sha256"], self.manifest["bytes"]):
            raise BackupError(
                f"{self.path.name} is damaged: it has {size} bytes and not the checksum of its manifest "
                f"({self.manifest['bytes']} bytes). Take another backup, or a better copy of this one."
            )

    def remove(self) -> None:
        """Delete both files; the dump first, so that no dump is left without its manifest."""
        self.path.unlink(missing_ok=True)
        manifest_of(self.path).unlink(missing_ok=True)


def manifest_of(path: Path) -> Path:
    """Where the manifest of a dump lies."""
    return path.with_suffix(".json")


def archive_path(folder: Path, made_at: datetime) -> Path:
    """What the dump of that moment is called."""
    return folder / f"guildhub-{made_at.astimezone(UTC).strftime(STAMP)}.dump"


def archives_in(folder: Path) -> list[Archive]:
    """The backups of a folder, the newest first; files that are none are left out."""
    found = []
    for path in folder.glob("guildhub-*.dump"):
        if NAME.fullmatch(path.name):
            try:
                found.append(Archive.read(path))
            except BackupError:
                continue
    return sorted(found, key=lambda archive: archive.path.name, reverse=True)


def prepare_folder(folder: Path) -> None:
    """Make the folder for this user alone, and remove what a killed backup left."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in folder.glob(f"*{UNFINISHED}"):
            unfinished.unlink(missing_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise BackupError(f"Backups can't be written to {folder}: {error.strerror}. See BACKUP_DIR.") from error


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A name to write to, readable by this user alone; the file gets its own name when all of it is on the disk."""
    fresh = path.with_name(path.name + UNFINISHED)
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield fresh
        _flush(fresh)
        fresh.rename(path)
        _flush(path.parent)
    except OSError as error:
        raise BackupError(_why_not_written(path, error)) from error
    finally:
        fresh.unlink(missing_ok=True)


def write_manifest(archive: Archive) -> None:
    """Write the manifest beside the dump."""
    with written_whole(manifest_of(archive.path)) as fresh:
        fresh.write_text(json.dumps(archive.manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def sha256_of(path: Path) -> tuple[str, int]:
    """Hash and size of a file."""
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
            size += len(block)
    return found.hexdigest(), size


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _why_not_written(path: Path, error: OSError) -> str:
    if error.errno == 28:
        return f"The disk of {path.parent} is full. Free some space and try again; nothing half-made was kept."
    return f"{path} can't be written: {error.strerror}."
