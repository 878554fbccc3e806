"""What there is one of, or five of, goes to one, or to five, however many reach for it in the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from guilds.models import Membership
from guilds.services import join_guild
from projects.models import Task
from tests.factories import World, make_person, make_task, make_world
from tests.hostile.races import at_once, posting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(hours=2))


def test_a_task_that_eight_people_claim_at_once_is_one_persons(world: World) -> None:
    people = [make_person(f"hand-{n}") for n in range(8)]
    for person in people:
        join_guild(guild=world.guild, by=person, now=world.now)
    for number in range(3):
        task = make_task(world, world.maintainer, world.now, title=f"Wanted {number}")
        answers = at_once(*(posting(person, task.get_absolute_url(), {"do": "claim"}) for person in people))
        assert all(status in (200, 302, 409) for status in answers), answers
        task.refresh_from_db()
        assert task.state == "claimed" and task.claimed_by in people
    assert Task.objects.filter(claimed_by__in=people).count() == 3


def test_joining_eight_times_at_once_is_one_membership(world: World) -> None:
    person = make_person("eager")
    join = posting(person, world.guild.get_absolute_url(), {"do": "join"})
    assert all(status in (200, 302) for status in at_once(*[join] * 8))
    assert Membership.objects.filter(subject=person).count() == 1
