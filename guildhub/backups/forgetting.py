"""Who was erased, kept beside the backups: a backup of before knows them still, and a restore erases them again.

The file holds random ids and times. It outlives the database on purpose: the database that is lost would have been the
only one to know.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from accounts.models import Subject
from accounts.services import erase_person
from guildhub.backups.archive import prepare_folder, written_whole
from guildhub.backups.errors import BackupError

FILE_NAME = "erased.jsonl"


def forget_file() -> Path:
    """Where the ids are kept."""
    return Path(settings.BACKUP_DIR) / FILE_NAME


def note_erasures(path: Path | None = None) -> int:
    """Add to the file everybody who was erased and isn't in it; returns how many. Safe to run at any time."""
    path = path or forget_file()
    known = read_forget_file(path) if path.exists() else {}
    erased = Subject.objects.filter(erased_at__isnull=False).values_list("pk", "erased_at")
    fresh = {pk: at for pk, at in erased.iterator() if at is not None and pk not in known}
    if fresh:
        if not path.parent.exists():
            prepare_folder(path.parent)
        with written_whole(path) as unfinished:
            unfinished.write_text("".join(_lines((known | fresh).items())), encoding="ascii")
    return len(fresh)


def read_forget_file(path: Path) -> dict[UUID, datetime]:
    """Ids and times of erased people; raises BackupError for a file that is none."""
    found = {}
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            row = json.loads(line)
            found[UUID(row["subject"])] = datetime.fromisoformat(row["erased_at"])
    except FileNotFoundError as error:
        raise BackupError(f"{path} is not there.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{path} can't be read as a list of erased people: {error}.") from error
    return found


def erase_again(people: dict[UUID, datetime], *, now: datetime) -> int:
    """Erase in this database those of the people whom it still knows; returns how many."""
    still_known = Subject.objects.filter(pk__in=people, erased_at__isnull=True).values_list("pk", flat=True)
    count = 0
    for subject_id in list(still_known):
        erase_person(subject_id=subject_id, by=None, now=now)
        count += 1
    return count


def _lines(people: Iterable[tuple[UUID, datetime]]) -> Iterable[str]:
    for subject_id, at in sorted(people, key=lambda item: (item[1], item[0])):
        yield json.dumps({"subject": str(subject_id), "erased_at": at.isoformat()}) + "\n"
