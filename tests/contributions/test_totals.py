"""The project page's numbers: the same work by source and by kind of help, and the same as the history's page shows."""

from __future__ import annotations

import pytest

from contributions.queries.history import project_totals
from contributions.queries.totals import project_work
from core.ids import uuid7
from tests.factories import World

pytestmark = pytest.mark.django_db


def test_every_way_of_adding_up_gives_the_same(standing_world: World) -> None:
    work, kept = project_work(standing_world.project.pk), project_totals(standing_world.project.pk)
    assert work.total.minutes_logged == kept.logged.minutes > 0
    assert work.total.minutes_imported == kept.imported.minutes > 0
    assert (work.total.people, work.review_points, work.points) == (kept.people, kept.review_points, kept.points)
    for number in ("minutes_logged", "minutes_imported", "points", "contributions"):
        assert sum(getattr(kind, number) for kind in work.kinds) == getattr(work.total, number), number


def test_a_project_without_work_has_zeros() -> None:
    work = project_work(uuid7())
    assert work.kinds == () and work.total.people == 0 and work.points == 0
