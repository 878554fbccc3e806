"""Three ways into a guild, and out of it: what each refuses, and what many at once do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.errors import DomainError
from core.models import Event
from guilds.models import InviteLink, JoinRequest, Membership
from guilds.services import (
    AlreadyMember,
    InviteUnusable,
    JoinOtherwise,
    LastSteward,
    answer_join_request,
    ask_to_join,
    change_joining,
    choose_roles,
    grant_right,
    join_by_invite,
    join_guild,
    leave_guild,
    make_invite,
    revoke_invite,
    revoke_right,
    withdraw_join_request,
)
from guilds.services.steps import ReasonMissing
from notices.models import Notice
from tests.contributions.test_at_once import at_once
from tests.factories import MONDAY, World, make_person, make_world


@pytest.fixture
def world() -> World:
    return make_world()


def by_request(world: World) -> None:
    change_joining(guild=world.guild, joining="request", by=world.steward, now=MONDAY)


def link(world: World, uses: int = 3, days: int = 7) -> InviteLink:
    until = MONDAY + timedelta(days=days)
    return make_invite(guild=world.guild, by=world.steward, now=MONDAY, uses_most=uses, expires_at=until).link


def told(subject: object) -> set[str]:
    for consumer in consumers_with_due_events(now=MONDAY + timedelta(days=1)):
        deliver_until_empty(consumer, now=MONDAY + timedelta(days=1))
    return set(Notice.objects.filter(subject=subject).values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_guild_by_request_lets_in_whom_a_steward_accepts(world: World) -> None:
    by_request(world)
    with pytest.raises(JoinOtherwise, match="asks you to ask"):
        join_guild(guild=world.guild, by=world.outsider, now=MONDAY)
    request = ask_to_join(guild=world.guild, by=world.outsider, words="I live there.", now=MONDAY)
    again = ask_to_join(guild=world.guild, by=world.outsider, words="Again.", now=MONDAY)
    assert again == request and again.words == "I live there.", "asked twice it is one"
    answer_join_request(request=request, is_accepted=True, by=world.steward, now=MONDAY)
    assert Membership.objects.filter(guild=world.guild, subject=world.outsider, left_at=None).count() == 1
    with pytest.raises(DomainError, match="answered already"):
        answer_join_request(request=request, is_accepted=False, by=world.steward, now=MONDAY, reason="No.")
    with pytest.raises(AlreadyMember):
        ask_to_join(guild=world.guild, by=world.outsider, now=MONDAY)
    assert "join_request_made" in told(world.steward)
    assert "join_request_accepted" in told(world.outsider)


@pytest.mark.django_db
def test_declining_needs_a_reason_and_one_may_ask_again(world: World) -> None:
    by_request(world)
    request = ask_to_join(guild=world.guild, by=world.outsider, now=MONDAY)
    with pytest.raises(ReasonMissing):
        answer_join_request(request=request, is_accepted=False, by=world.steward, now=MONDAY, reason="  ")
    answer_join_request(request=request, is_accepted=False, by=world.steward, now=MONDAY, reason="Say who you are.")
    assert "join_request_declined" in told(world.outsider)
    second = ask_to_join(guild=world.guild, by=world.outsider, words="I am Rina.", now=MONDAY)
    assert second != request
    withdraw_join_request(request=second, by=world.outsider, now=MONDAY)
    withdraw_join_request(request=second, by=world.outsider, now=MONDAY)
    assert list(JoinRequest.objects.order_by("pk").values_list("answer", flat=True)) == ["declined", "withdrawn"]


@pytest.mark.django_db
def test_a_link_keeps_no_secret_and_no_event_tells_it(world: World) -> None:
    until = MONDAY + timedelta(days=7)
    made = make_invite(guild=world.guild, by=world.steward, now=MONDAY, uses_most=2, expires_at=until)
    kept = " ".join(str(value) for value in InviteLink.objects.values_list().get())
    said = " ".join(str(value) for row in Event.objects.values_list() for value in row)
    assert made.token not in kept + said and made.link.token_hash not in said


@pytest.mark.django_db
def test_a_link_says_in_words_why_it_lets_nobody_in(world: World) -> None:
    change_joining(guild=world.guild, joining="invite", by=world.steward, now=MONDAY)
    with pytest.raises(JoinOtherwise, match="by a link"):
        join_guild(guild=world.guild, by=world.outsider, now=MONDAY)
    spent, old, ended = link(world, uses=1), link(world, days=1), link(world)
    join_by_invite(link=spent, by=world.newcomer, now=MONDAY)
    with pytest.raises(AlreadyMember):
        join_by_invite(link=old, by=world.newcomer, now=MONDAY)
    old.refresh_from_db()
    assert old.uses == 0, "a member takes no use"
    with pytest.raises(InviteUnusable, match="As many people"):
        join_by_invite(link=spent, by=world.outsider, now=MONDAY)
    with pytest.raises(InviteUnusable, match="run out"):
        join_by_invite(link=old, by=world.outsider, now=MONDAY + timedelta(days=1))
    revoke_invite(link=ended, by=world.steward, now=MONDAY)
    with pytest.raises(InviteUnusable, match="ended this link"):
        join_by_invite(link=ended, by=world.outsider, now=MONDAY)
    assert not Membership.objects.filter(subject=world.outsider).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("uses", "days"), [(0, 7), (501, 7), (3, 0), (3, 91)])
def test_a_link_has_bounds(world: World, uses: int, days: int) -> None:
    with pytest.raises(DomainError, match="A link"):
        link(world, uses=uses, days=days)


@pytest.mark.django_db
def test_kinds_of_help_are_chosen_from_the_list(world: World) -> None:
    member = choose_roles(guild=world.guild, roles=["field", "juggling", "code"], by=world.contributor, now=MONDAY)
    assert member.roles == ["code", "field"]


@pytest.mark.django_db
def test_the_last_steward_neither_leaves_nor_is_revoked(world: World) -> None:
    with pytest.raises(LastSteward, match="Hand its care over"):
        leave_guild(guild=world.guild, by=world.steward, now=MONDAY)
    grant = world.steward.grants.get()
    with pytest.raises(LastSteward):
        revoke_right(grant=grant, by=world.hub_steward, now=MONDAY)
    grant_right(guild=world.guild, subject=world.reviewer, right="steward", by=world.steward, now=MONDAY)
    leave_guild(guild=world.guild, by=world.steward, now=MONDAY)


@pytest.mark.django_db(transaction=True)
def test_a_link_for_three_lets_in_three_of_eight_at_once() -> None:
    world = make_world()
    one = link(world, uses=3)
    people = [make_person(f"p{number}") for number in range(8)]
    ended = at_once(lambda number: join_by_invite(link=one, by=people[number], now=MONDAY), hands=8)
    assert ended == {"done": 3, InviteUnusable.__name__: 5}
    one.refresh_from_db()
    assert one.uses == 3 == Membership.objects.filter(invited_by=one).count()


@pytest.mark.django_db(transaction=True)
def test_somebody_who_asks_eight_times_at_once_asks_once() -> None:
    world = make_world()
    by_request(world)
    ended = at_once(lambda number: ask_to_join(guild=world.guild, by=world.outsider, now=MONDAY), hands=8)
    assert ended == {"done": 8} and JoinRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_stewards_answering_at_once_let_somebody_in_once() -> None:
    world = make_world()
    by_request(world)
    request = ask_to_join(guild=world.guild, by=world.outsider, now=MONDAY)
    stewards = (world.steward, world.hub_steward)
    ended = at_once(
        lambda number: answer_join_request(request=request, is_accepted=True, by=stewards[number % 2], now=MONDAY),
        hands=4,
    )
    assert ended == {"done": 1, "TransitionRefused": 3}
    assert Membership.objects.filter(subject=world.outsider).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_two_stewards_do_not_both_leave_at_once() -> None:
    world = make_world()
    grant_right(guild=world.guild, subject=world.reviewer, right="steward", by=world.steward, now=MONDAY)
    pair = (world.steward, world.reviewer)
    ended = at_once(lambda number: leave_guild(guild=world.guild, by=pair[number], now=MONDAY), hands=2)
    assert ended == {"done": 1, LastSteward.__name__: 1}
