"""What waits for whom: in the queue, on the guild's page, at home and in the frame, all of one mind with the permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.backends import PersonBackend
from accounts.models import Subject
from core.errors import PermissionRefused
from guilds.services import grant_right
from moderation.models import Case
from moderation.permissions import check_can_decide, check_can_settle
from moderation.queries import Moderator, case_queue, moderator_of, waits_in_guild
from moderation.services import appeal_case, hide_writing, report_writing
from tests.factories import World, make_world

DECISION = {"concern": "spam", "reason": "It sells something."}


@pytest.fixture
def world(db: Any) -> World:
    """Two stewards and one of the hub, who are asked about what the contributor wrote."""
    world = make_world(timezone.now())
    grant_right(guild=world.guild, subject=world.reviewer, right="steward", by=world.steward, now=world.now)
    return world


def reported(world: World, by: Subject) -> Case:
    return report_writing(kind="problem", object_id=world.problem.pk, by=by, concern="spam", now=world.now).case


def waiting(world: World) -> Case:
    return reported(world, world.newcomer)


def reported_by_a_steward(world: World) -> Case:
    return reported(world, world.steward)


def appealed(world: World) -> Case:
    case = hide_writing(case=waiting(world), by=world.steward, now=world.now, **DECISION)
    return appeal_case(case=case, by=world.contributor, words="It sells nothing.", now=world.now)


def about_who_became_steward(world: World) -> Case:
    case = waiting(world)
    grant_right(guild=world.guild, subject=world.contributor, right="steward", by=world.steward, now=world.now)
    return case


def of_the_hub(world: World) -> Case:
    case = waiting(world)
    Case.objects.update(for_hub=True)
    return case


def may(person: Subject, case: Case) -> bool:
    case = Case.objects.get(pk=case.pk)
    check = check_can_settle if case.state == "appealed" else check_can_decide
    try:
        check(person, case, timezone.now())
    except PermissionRefused:
        return False
    return True


PEOPLE = ("newcomer", "contributor", "maintainer", "reviewer", "steward", "hub_steward")


@pytest.mark.parametrize(
    ("happened", "who"),
    [
        (waiting, {"reviewer", "steward", "hub_steward"}),
        (reported_by_a_steward, {"reviewer", "hub_steward"}),
        (appealed, {"reviewer", "hub_steward"}),
        (about_who_became_steward, {"hub_steward"}),
        (of_the_hub, {"hub_steward"}),
    ],
)
def test_it_waits_for_whoever_may_decide_and_for_nobody_else(
    world: World, happened: Callable[[World], Case], who: set[str]
) -> None:
    case = happened(world)
    for name in PEOPLE:
        person: Subject = getattr(world, name)
        reader = PersonBackend().get_user(person.user.pk)
        assert reader is not None
        expected = int(name in who)
        assert may(person, case) == bool(expected), name
        assert reader.about_cases == expected, name
        moderator = moderator_of(reader, timezone.now())
        if moderator.is_any:
            assert waits_in_guild(world.guild.pk, moderator, timezone.now()) == expected, name


def test_who_became_a_steward_finds_and_decides_nothing_about_themselves(world: World, client: Client) -> None:
    case = about_who_became_steward(world)
    now = timezone.now()
    for person in (world.contributor, world.steward):
        assert case_queue(moderator_of(person.user, now), now, is_open=True) == []
        client.force_login(person.user)
        for answer in (
            client.get(case.get_absolute_url()),
            client.post(case.get_absolute_url(), {"do": "dismiss", "reason": "I am fine."}),
            client.post(case.get_absolute_url(), {"do": "hide", **DECISION}),
        ):
            assert answer.status_code == 404
    assert Case.objects.get().state == "waiting"
    assert [found.pk for found in case_queue(moderator_of(world.hub_steward.user, now), now, is_open=True)] == [case.pk]


def test_once_decided_it_waits_for_nobody(world: World) -> None:
    case = waiting(world)
    hide_writing(case=case, by=world.steward, now=world.now, **DECISION)
    for person in (world.steward, world.hub_steward):
        reader = PersonBackend().get_user(person.user.pk)
        assert reader is not None and reader.about_cases == 0
    assert waits_in_guild(world.guild.pk, Moderator((world.steward.pk,), False, (world.guild.pk,)), world.now) == 0


def test_a_steward_is_led_to_what_waits(world: World, client: Client) -> None:
    waiting(world)
    for path in ("/home/", world.guild.get_absolute_url()):
        client.force_login(world.steward.user)
        page = client.get(path).content.decode()
        assert "<bdi>1</bdi> report or appeal waits for you" in page and 'href="/moderation/"' in page, path
        client.force_login(world.maintainer.user)
        assert 'href="/moderation/"' not in client.get(path).content.decode(), path
