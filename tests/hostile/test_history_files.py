"""History files that nobody would write by hand."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from contributions.models import HistoryImport
from contributions.services.history_uploads import read_import, start_import, upload_history
from tests.factories import make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def _line(**columns: object) -> bytes:
    commit = {"sha": "a" * 40, "merge": False, "author": "Mo", "email_hash": "0" * 16}
    return json.dumps({**commit, "authored_at": "2024-01-27T19:52:21+05:30", **columns}).encode()


def test_a_column_named_with_half_a_character_is_refused_in_words() -> None:
    world = make_world(timezone.now())
    file = SimpleUploadedFile("history.jsonl", b'{"\\ud800": 1}')
    answer = client_of(world, "maintainer").post(
        f"/projects/{world.project.slug}/history/", {"do": "upload", "file": file}
    )
    assert answer.status_code == 200
    assert "Line 1" in answer.content.decode()


def test_a_commit_from_a_clock_almost_a_day_off_is_read() -> None:
    world = make_world(timezone.now())
    now, data = timezone.now(), _line(authored_at="2024-01-01T22:00:00+23:59")
    row = upload_history(project=world.project, by=world.maintainer, file_name="h.jsonl", data=data, now=now)
    start_import(history_import=row, by=world.maintainer, now=now)
    read_import(import_id=row.pk, now=now)
    row.refresh_from_db()
    assert row.state == HistoryImport.State.READ
    assert row.commits.get().authored_on.isoformat() == "2024-01-01"
