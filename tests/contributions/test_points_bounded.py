"""What the page of a person's points reads does not grow with what they have earned."""

from __future__ import annotations

import pytest

from accounts.models import Subject
from contributions.queries.points import _EARNED
from reputation.queries import NEWEST
from reputation.services import transfer
from tests.plans import rows_read
from tests.reputation.conftest import NOW, approval, logged_in_as, make_guild


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("events", [60, 600])
def test_my_points_read_no_more_however_much_i_earned(events: int) -> None:
    guild, me, others = make_guild(), Subject.objects.create(), [Subject.objects.create() for _ in range(3)]
    requests = [request for n in range(events) for request in approval(guild, me, 1 + n % 30)]
    requests += [request for other in others for _ in range(50) for request in approval(guild, other, 5)]
    transfer(requests, now=NOW)
    with logged_in_as("owner") as cursor:
        cursor.execute("ANALYZE")
    page = {"before": NEWEST, "limit": 52, "lines": 26, "subjects": [str(me.pk)], "guild": None}
    # 52 entries of each of two accounts, and what 26 lines are joined with.
    assert rows_read(_EARNED, page) <= 300
