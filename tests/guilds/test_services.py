"""What the verbs of guilds refuse, and what asking twice does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import DomainError
from guilds.models import Grant, Guild
from guilds.services import AddressTaken, RightHeld, SelfGrant, grant_right, open_guild, propose_guild, revoke_right
from tests.contributions.test_at_once import at_once
from tests.factories import MONDAY, World, make_world


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.django_db
def test_only_members_are_given_rights_and_never_by_themselves(world: World) -> None:
    with pytest.raises(DomainError, match="They join first"):
        grant_right(guild=world.guild, subject=world.outsider, right="reviewer", by=world.steward, now=MONDAY)
    with pytest.raises(SelfGrant):
        grant_right(guild=world.guild, subject=world.steward, right="reviewer", by=world.steward, now=MONDAY)
    with pytest.raises(DomainError, match="ends after it starts"):
        grant_right(
            guild=world.guild,
            subject=world.contributor,
            right="reviewer",
            by=world.steward,
            now=MONDAY,
            until=MONDAY - timedelta(days=1),
        )
    assert not Grant.objects.filter(subject__in=[world.outsider, world.contributor]).exists()


@pytest.mark.django_db
def test_a_right_can_be_given_again_once_it_was_taken_back_or_has_ended(world: World) -> None:
    def give(days: int, until: int | None = None) -> Grant:
        return grant_right(
            guild=world.guild,
            subject=world.contributor,
            right="reviewer",
            by=world.steward,
            now=MONDAY + timedelta(days=days),
            until=MONDAY + timedelta(days=until) if until else None,
        )

    give(0, until=5)
    with pytest.raises(RightHeld):
        give(4)
    second = give(6)
    with pytest.raises(RightHeld):
        give(7)
    revoke_right(grant=second, by=world.steward, now=MONDAY + timedelta(days=8))
    give(9)


@pytest.mark.django_db
def test_two_people_open_a_guild(world: World) -> None:
    guild = propose_guild(slug="readers", name="Readers", summary="s", by=world.hub_steward, now=MONDAY)
    with pytest.raises(SelfGrant):
        open_guild(guild=guild, steward=world.hub_steward, by=world.hub_steward, now=MONDAY)
    guild.refresh_from_db()
    assert guild.state == Guild.State.PROPOSED


@pytest.mark.django_db(transaction=True)
def test_one_address_chosen_by_five_at_once_is_given_once() -> None:
    world = make_world()
    ended = at_once(
        lambda number: propose_guild(slug="readers", name=f"R{number}", summary="s", by=world.outsider, now=MONDAY),
        hands=5,
    )
    assert ended == {"done": 1, AddressTaken.__name__: 4}


@pytest.mark.django_db(transaction=True)
def test_two_stewards_giving_each_other_rights_at_once_do_not_wait_for_each_other() -> None:
    world = make_world()
    grant_right(guild=world.guild, subject=world.maintainer, right="steward", by=world.steward, now=MONDAY)
    pair = [(world.steward, world.maintainer), (world.maintainer, world.steward)]
    ended = at_once(
        lambda number: grant_right(
            guild=world.guild,
            subject=pair[number % 2][1],
            right="reviewer",
            by=pair[number % 2][0],
            now=MONDAY,
        ),
        hands=6,
    )
    assert ended == {"done": 2, RightHeld.__name__: 4}
