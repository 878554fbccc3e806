"""Numbers and days that no calendar or column holds are answered with words."""

from __future__ import annotations

import pytest
from django.utils import timezone

from guilds.models import Grant
from tests.factories import make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def test_a_right_until_the_end_of_all_calendars_is_refused_in_words() -> None:
    world = make_world(timezone.now())
    typed = {"do": "grant", "member": str(world.contributor.pk), "right": "reviewer", "until": "9999-12-31"}
    answer = client_of(world, "steward").post(world.guild.get_absolute_url(), typed)
    assert answer.status_code == 200
    assert "within the next ten years" in answer.content.decode()
    assert not Grant.objects.filter(subject=world.contributor).exists()
