"""What somebody learns by sending another guild's ids: nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from contributions.models import Contribution
from contributions.services import EntryInput, log_hours
from core.ids import uuid7
from tests.factories import World, make_task, make_world

pytestmark = pytest.mark.django_db


def waiting_elsewhere() -> Contribution:
    other: World = make_world()
    task = make_task(other, other.maintainer, other.now, title="A title of another guild")
    return log_hours(
        by=other.contributor,
        client_id=uuid7(),
        task=task,
        entries=[EntryInput(other.now.date(), 60)],
        now=other.now,
    ).contribution


def test_ticking_another_guilds_work_neither_approves_it_nor_tells_its_title() -> None:
    world, work = make_world(), waiting_elsewhere()
    client = Client()
    client.force_login(world.reviewer.user)
    answer = client.post("/review/", {"chosen": [str(work.pk)], "rubric": "3", "do": "approve"})
    assert answer.status_code == 200
    assert "A title of another guild" not in answer.content.decode()
    work.refresh_from_db()
    assert work.state == "submitted"
