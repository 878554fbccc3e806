"""After much was added the planner counts anew, as the owner, who alone may."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from core.database_logins import refresh_statistics
from core.models import Event
from tests.factories import make_world


def guessed_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'core_event'")
        return float(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_the_planner_knows_how_many_rows_there_are() -> None:
    make_world()
    assert refresh_statistics("core_event") is True
    assert guessed_rows() == Event.objects.count() > 0


@pytest.mark.django_db
def test_where_the_owner_is_not_known_nothing_is_tried(settings: Any) -> None:
    settings.OWNER_DATABASE_LOGIN = {}
    assert refresh_statistics("core_event") is False
