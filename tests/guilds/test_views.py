"""The pages of guilds: what each reader is offered, and what each button does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.services import save_profile
from guilds.models import Grant, Guild, Membership
from guilds.queries import viewer_in
from guilds.services import propose_guild, publish_policy
from tests.factories import World, make_person, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def page(client: Client, world: World) -> str:
    return client.get(world.guild.get_absolute_url()).content.decode()


def press(client: Client, world: World, do: str, where: str = "", **values: object) -> str:
    """Press a button on the guild's page (or on one below it) and read what comes of it."""
    answer = client.post(world.guild.get_absolute_url() + where, {"do": do, **values}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_visitors_see_how_many_look_after_it_and_members_see_who(world: World) -> None:
    save_profile(subject=world.maintainer, display_name="Arif Hussain")
    public = page(client_of(world, "anonymous"), world)
    assert "<bdi>1</bdi> maintainer" in public and "Arif Hussain" not in public
    assert "Arif Hussain" not in page(client_of(world, "outsider"), world)
    assert "<bdi>Arif Hussain</bdi>" in page(client_of(world, "contributor"), world)


def test_joining_leads_through_signing_in_back_to_the_page(world: World) -> None:
    answer = Client().post(world.guild.get_absolute_url(), {"do": "join"})
    assert answer["Location"].endswith(f"?next={world.guild.get_absolute_url()}")
    assert not Membership.objects.filter(guild=world.guild, subject=world.outsider).exists()


def test_joining_twice_is_joining_once(world: World) -> None:
    client = client_of(world, "outsider")
    assert "Welcome to River Watch" in press(client, world, "join")
    assert "You belong to River Watch already." in press(client, world, "join")
    assert Membership.objects.filter(guild=world.guild, subject=world.outsider).count() == 1


def test_leaving_ends_the_rights_and_can_be_repeated(world: World) -> None:
    client = client_of(world, "reviewer")
    assert "You left River Watch" in press(client, world, "leave")
    press(client, world, "leave")
    viewer = viewer_in(world.reviewer.user, world.guild.pk, timezone.now())
    assert not viewer.is_member and not viewer.rights


def test_a_steward_gives_a_right_until_a_day_and_takes_it_back(world: World) -> None:
    client = client_of(world, "steward")
    until = timezone.localdate() + timedelta(days=30)
    values = {"member": world.contributor.pk, "right": "reviewer", "until": until.isoformat()}
    assert "Given" in press(client, world, "grant", "care/", **values)
    assert "This person is a reviewer already." in press(client, world, "grant", "care/", **values)
    grant = Grant.objects.get(subject=world.contributor)
    assert grant.ends_at is not None and grant.ends_at.date() == until + timedelta(days=1)
    assert "Taken back." in press(client, world, "revoke", "care/", grant=grant.pk)
    grant.refresh_from_db()
    assert grant.revoked_at is not None


def test_a_right_in_the_past_is_refused_in_words_and_keeps_what_was_chosen(world: World) -> None:
    values = {"member": world.contributor.pk, "right": "reviewer", "until": "2020-01-01"}
    text = press(client_of(world, "steward"), world, "grant", "care/", **values)
    assert "Choose a later day." in text and 'value="2020-01-01"' in text
    assert not Grant.objects.filter(subject=world.contributor).exists()


@pytest.mark.parametrize("reader", ["outsider", "contributor", "reviewer", "maintainer"])
def test_nobody_else_gives_or_takes_rights(world: World, reader: str) -> None:
    client, address = client_of(world, reader), f"{world.guild.get_absolute_url()}care/"
    values = {"member": str(world.contributor.pk), "right": "steward"}
    given = client.post(address, {"do": "grant", **values})
    assert given.status_code == 403 and b"Only stewards of River Watch can do this." in given.content
    grant = Grant.objects.get(subject=world.steward, right="steward")
    assert client.post(address, {"do": "revoke", "grant": grant.pk}).status_code == 403
    unreadable = client.post(address, {"do": "grant", "member": "nobody"})
    assert unreadable.status_code == 403 and b"Choose a member" not in unreadable.content
    assert "Give somebody a right" not in page(client, world)


def test_only_members_can_be_chosen(world: World) -> None:
    text = press(client_of(world, "steward"), world, "grant", "care/", member=world.outsider.pk, right="steward")
    assert "Select a valid choice" in text
    assert not Grant.objects.filter(subject=world.outsider).exists()


def test_a_proposed_guild_is_opened_by_a_steward_of_the_hub(world: World) -> None:
    proposer = client_of(world, "outsider")
    words = {
        "name": "Readers",
        "slug": "readers",
        "summary": "Stories for children.",
        "timezone": "Asia/Karachi",
        "language": "ur",
    }
    first = proposer.post("/guilds/new/", words)
    assert first["Location"] == "/guilds/readers/"
    assert b"exists already" in proposer.post("/guilds/new/", words).content
    guild = Guild.objects.get(slug="readers")
    assert Client().get("/guilds/readers/").status_code == 404
    assert b"Readers" not in Client().get("/guilds/").content
    assert b"Readers" in proposer.get("/guilds/").content
    opened = client_of(world, "hub_steward").post(
        "/guilds/readers/", {"do": "open", "member": world.outsider.pk}, follow=True
    )
    assert b"Readers is open." in opened.content
    assert Client().get("/guilds/readers/").status_code == 200
    assert Grant.objects.get(guild=guild).subject == world.outsider


def test_members_of_a_proposed_guild_can_not_open_it(world: World) -> None:
    guild = propose_guild(slug="readers", name="Readers", summary="Stories", by=world.outsider, now=timezone.now())
    refused = client_of(world, "outsider").post(guild.get_absolute_url(), {"do": "open", "member": world.outsider.pk})
    guild.refresh_from_db()
    assert guild.state == "proposed"
    assert refused.status_code in (200, 403)


@pytest.mark.parametrize("slug", ["new", "NEW", "a b", ""])
def test_an_address_that_is_a_page_or_no_address_is_refused(world: World, slug: str) -> None:
    words = {"name": "N", "slug": slug, "summary": "S", "timezone": "UTC", "language": "en"}
    assert client_of(world, "outsider").post("/guilds/new/", words).status_code == 200
    assert Guild.objects.count() == 1


def test_a_closed_guild_takes_nobody_and_says_so(world: World) -> None:
    Guild.objects.filter(pk=world.guild.pk).update(state="closed")
    client = client_of(world, "outsider")
    assert "This guild is closed" in page(client, world) and "Join this guild" not in page(client, world)
    refused = client.post(world.guild.get_absolute_url(), {"do": "join"})
    assert refused.status_code == 403 and b"This guild is closed." in refused.content


def test_the_rules_are_todays_numbers_and_the_next_version_is_announced(world: World) -> None:
    now = timezone.now()
    publish_policy(guild=world.guild, by=world.steward, now=now, effective_at=now, points_per_hour=12)
    publish_policy(
        guild=world.guild, by=world.steward, now=now, effective_at=now + timedelta(days=3), claim_lease_days=7
    )
    text = page(Client(), world)
    assert "12 points, times the task" in text
    assert "yours for 14 days" in text
    assert "Version <bdi>2</bdi> of this guild" in text and "Version <bdi>3</bdi> takes effect" in text


def test_what_people_wrote_can_not_become_markup(world: World) -> None:
    evil = '<script>alert(1)</script>"&'
    Guild.objects.filter(pk=world.guild.pk).update(name=evil, summary=evil)
    save_profile(subject=world.maintainer, display_name=evil)
    for reader in ("anonymous", "contributor", "steward"):
        text = page(client_of(world, reader), world)
        assert "<script>alert" not in text and escape(evil) in text


def test_a_button_that_is_not_there_changes_nothing(world: World) -> None:
    answer = client_of(world, "steward").post(world.guild.get_absolute_url(), {"do": "burn"})
    assert answer.status_code == 400


def test_a_linked_identity_counts_as_the_person(world: World) -> None:
    other = make_person("stranger")
    assert not viewer_in(other.user, world.guild.pk, timezone.now()).is_member
    assert viewer_in(world.contributor.user, world.guild.pk, timezone.now()).is_member
