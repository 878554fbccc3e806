"""Numbers and days that no calendar or column holds are answered with words."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from contributions.models import Contribution
from core.ids import uuid7
from guilds.models import Grant
from tests.factories import make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def test_a_right_until_the_end_of_all_calendars_is_refused_in_words() -> None:
    world = make_world(timezone.now())
    typed = {"do": "grant", "member": str(world.contributor.pk), "right": "reviewer", "until": "9999-12-31"}
    answer = client_of(world, "steward").post(reverse("guilds:care", args=[world.guild.slug]), typed)
    assert answer.status_code == 200
    assert "within the next ten years" in answer.content.decode()
    assert not Grant.objects.filter(subject=world.contributor).exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_hours_at_the_ends_of_all_calendars_are_refused_in_words(day: str) -> None:
    world = make_world(timezone.now())
    typed = {"client_id": str(uuid7()), "task": str(world.open_work.pk), "length": "180", "started": "23:00"}
    answer = client_of(world, "contributor").post("/log/", {**typed, "day": "other", "other_day": day})
    assert answer.status_code == 200
    assert "Choose a day" in answer.content.decode()
    assert not Contribution.objects.exists()
