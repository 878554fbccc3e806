"""The pages below a guild's: links, looking after it, its rules, its export; also with other guilds' ids and huge words."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from guilds.models import GuildExport, InviteLink, JoinRequest, Membership, PolicyDraft
from guilds.services import (
    ask_to_join,
    change_joining,
    make_export,
    make_invite,
    propose_guild,
    publish_policy_draft,
    revoke_invite,
)
from tests.factories import World, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(timezone.now())


def token_of(world: World, uses: int = 2) -> str:
    now = timezone.now()
    made = make_invite(guild=world.guild, by=world.steward, now=now, uses_most=uses, expires_at=now + timedelta(days=2))
    return made.token


def care(world: World) -> str:
    return f"{world.guild.get_absolute_url()}care/"


def test_a_link_leads_through_signing_in_and_back_without_its_secret(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    token, client = token_of(world), Client()
    with caplog.at_level(logging.DEBUG):
        assert b"Sign in and join" in client.get(f"/join/{token}/").content
        away = client.post(f"/join/{token}/")
        assert away["Location"].endswith("?next=/join/")
        assert token not in str(dict(client.session)) + away["Location"]
        client.force_login(world.outsider.user)
        assert b"Join this guild" in client.get("/join/").content
        assert b"Welcome to River Watch" in client.post("/join/", follow=True).content
        assert client.get(f"/join/{token}x/").status_code == 404
    assert token not in caplog.text
    assert Membership.objects.get(subject=world.outsider).invited_by == InviteLink.objects.get()
    assert "guilds.invite" not in client.session
    assert b"You belong to it already" in client.get(f"/join/{token}/").content


def test_a_link_that_lets_nobody_in_says_so(world: World) -> None:
    token = token_of(world)
    revoke_invite(link=InviteLink.objects.get(), by=world.steward, now=timezone.now())
    shown = client_of(world, "outsider").get(f"/join/{token}/")
    assert shown.status_code == 410 and b"A steward has ended this link" in shown.content
    assert client_of(world, "outsider").post(f"/join/{token}/").status_code == 410
    assert not Membership.objects.filter(subject=world.outsider).exists()
    assert Client().get("/join/").status_code == 404


def test_a_new_link_is_shown_once(world: World) -> None:
    client = client_of(world, "steward")
    made = client.post(care(world), {"do": "invite", "uses": "3", "days": "5"})
    assert made.status_code == 200
    [token] = re.findall(r"/join/([\w-]{32})/", made.content.decode())
    assert Client().get(f"/join/{token}/").status_code == 200
    assert token not in client.get(care(world)).content.decode()
    refused = client.post(care(world), {"do": "invite", "uses": "9999", "days": "0"})
    assert refused.status_code == 200 and InviteLink.objects.count() == 1
    assert b'value="9999"' in refused.content, "what was typed is kept"


def test_a_request_is_asked_answered_and_taken_back_on_pages(world: World) -> None:
    now, address = timezone.now(), world.guild.get_absolute_url()
    change_joining(guild=world.guild, joining="request", by=world.steward, now=now)
    asking, steward = client_of(world, "outsider"), client_of(world, "steward")
    assert b"Asked. A steward" in asking.post(address, {"do": "ask", "words": "<b>Hi</b>"}, follow=True).content
    request = JoinRequest.objects.get()
    page = steward.get(care(world)).content
    assert b"&lt;b&gt;Hi" in page and b"<b>Hi" not in page
    unsaid = steward.post(care(world), {"do": "decline", "thing": request.pk, "reason": ""})
    assert b"Please say why" in unsaid.content
    steward.post(care(world), {"do": "decline", "thing": request.pk, "reason": "Who are you?"})
    assert b"Who are you?" in asking.get(address).content
    asking.post(address, {"do": "ask", "words": ""})
    second = JoinRequest.objects.get(answer="")
    asking.post(address, {"do": "unask", "thing": second.pk})
    assert not JoinRequest.objects.filter(answer="").exists()
    assert client_of(world, "newcomer").post(address, {"do": "unask", "thing": second.pk}).status_code == 403


def test_words_of_any_length_are_refused_in_words(world: World) -> None:
    change_joining(guild=world.guild, joining="request", by=world.steward, now=timezone.now())
    client, address = client_of(world, "outsider"), world.guild.get_absolute_url()
    too_long = client.post(address, {"do": "ask", "words": "x" * 601})
    assert too_long.status_code == 200 and b"at most 600" in too_long.content
    assert client.post(address, {"do": "ask", "words": "x" * 10_000_000}).status_code in (400, 413)
    assert not JoinRequest.objects.exists()


def test_things_of_another_guild_are_not_there(world: World) -> None:
    now, other = timezone.now(), make_world(timezone.now())
    change_joining(guild=other.guild, joining="request", by=other.steward, now=now)
    request = ask_to_join(guild=other.guild, by=world.outsider, now=now)
    token_of(other)
    link, grant = InviteLink.objects.get(), other.reviewer.grants.get()
    client = client_of(world, "steward")
    for sent in (
        {"do": "accept", "thing": request.pk},
        {"do": "decline", "thing": request.pk, "reason": "No."},
        {"do": "revoke_link", "thing": link.pk},
        {"do": "revoke", "grant": grant.pk},
        {"do": "unoffer", "thing": request.pk},
        {"do": "confirm_close", "thing": request.pk},
    ):
        assert client.post(care(world), sent).status_code == 404, sent
    assert client.post(world.guild.get_absolute_url(), {"do": "give_back", "grant": grant.pk}).status_code == 404
    request.refresh_from_db()
    assert request.answer == "" and InviteLink.objects.get().revoked_at is None


def test_the_next_rules_are_drafted_by_stewards_within_bounds(world: World) -> None:
    rules = f"{world.guild.get_absolute_url()}rules/"
    client = client_of(world, "steward")
    form = client.get(f"{rules}draft/").context["form"]
    sent = {"do": "save"} | {name: form[name].value() for name in form.fields}
    assert client.post(f"{rules}draft/", {**sent, "claim_lease_days": "99999999999"}).status_code == 200
    assert b"At most 20 hours" in client.post(f"{rules}draft/", {**sent, "week_full_minutes": "1300"}).content
    assert not PolicyDraft.objects.exists()
    assert client.post(f"{rules}draft/", {**sent, "claim_lease_days": "21", "reason": "Rains."}).status_code == 302
    assert client_of(world, "maintainer").post(f"{rules}draft/", sent).status_code == 403
    publish_policy_draft(draft=PolicyDraft.objects.get(), by=world.steward, now=timezone.now())
    shown = Client().get(rules).content.decode()
    assert "14 → 21" in shown and "Rains." in shown and "Draft of the next rules" not in shown


def test_an_export_is_ordered_once_made_and_taken(world: World) -> None:
    address = f"{world.guild.get_absolute_url()}export/"
    client = client_of(world, "steward")
    for _ in range(3):
        client.post(address, {"do": "order_named"})
    export = GuildExport.objects.get()
    assert client.get(f"{address}{export.pk}/progress/").json()["finished"] is False
    assert client.get(f"{address}{export.pk}/").status_code == 404
    make_export(export_id=export.pk, now=timezone.now())
    taken = client.get(f"{address}{export.pk}/")
    assert taken.content.startswith(b"PK") and "stewards" in taken["Content-Disposition"]
    elsewhere = make_world(timezone.now())
    assert client_of(elsewhere, "steward").get(f"{address}{export.pk}/").status_code == 403
    wrong = f"{elsewhere.guild.get_absolute_url()}export/{export.pk}/"
    assert client_of(elsewhere, "steward").get(wrong).status_code == 404


def test_a_proposer_sees_the_reason_and_hands_in_again(world: World) -> None:
    guild = propose_guild(slug="readers", name="Readers", summary="s", by=world.outsider, now=timezone.now())
    client, address = client_of(world, "outsider"), guild.get_absolute_url()
    client_of(world, "hub_steward").post(address, {"do": "decline", "reason": "Which villages?"})
    assert b"Which villages?" in client.get(address).content
    words = {"name": "Readers", "slug": "readers", "summary": "Majuli.", "timezone": "UTC", "language": "en"}
    assert client.post(f"{address}edit/", words).status_code == 302
    guild.refresh_from_db()
    assert guild.declined_at is None and guild.summary == "Majuli."
