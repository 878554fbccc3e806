"""What matters asks once more who it is, keeps what was typed, and goes on from there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.door import again
from accounts.models import Token, User
from guilds.models import Grant
from tests.accounts.door.people import grow_old, mailed_code, sign_in
from tests.factories import World, make_world, verify_email

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = make_world()
    for person in (world.contributor, world.steward):
        verify_email(person)
    return world


@pytest.fixture
def browser(world: World) -> Client:
    """The contributor's, who signed in long ago."""
    client = Client()
    sign_in(client, world.contributor)
    grow_old(client)
    mail.outbox.clear()
    return client


ASKS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "export": ("/settings/export/", None),
    "erase": ("/settings/", {"do": "erase"}),
    "token": ("/settings/tokens/", {"do": "make", "name": "Phone", "scopes": ["read"], "days": "30"}),
    "password": ("/settings/password/", {"do": "set", "password": "four words that differ", "again": "x"}),
    "unlink": ("/settings/door/", {"do": "unlink", "forge": "1"}),
    "address": ("/accounts/email/", {"email": "new@example.org", "action_add": ""}),
    "app": ("/accounts/2fa/totp/activate/", None),
    "passkey": ("/accounts/2fa/webauthn/add/", None),
    "paper": ("/accounts/2fa/recovery-codes/generate/", None),
}


def ask(client: Client, name: str) -> Any:
    path, data = ASKS[name]
    return client.get(path) if data is None else client.post(path, data)


@pytest.mark.parametrize("name", ASKS)
def test_it_asks_whoever_signed_in_long_ago_and_nobody_else(name: str, world: World, browser: Client) -> None:
    answer = ask(browser, name)
    assert answer.status_code == 403 and "Is it still you?" in answer.content.decode()
    fresh = Client()
    sign_in(fresh, world.contributor)
    assert "Is it still you?" not in ask(fresh, name).content.decode()
    stranger = ask(Client(), name)
    assert stranger.status_code == 401 or "/accounts/login/" in stranger["Location"]


@pytest.mark.parametrize("name", ["grant", "offer", "close"])
def test_giving_somebody_rights_in_a_guild_asks(name: str, world: World) -> None:
    client = Client()
    sign_in(client, world.steward)
    grow_old(client)
    before = Grant.objects.count()
    data = {"do": name, "subject": str(world.contributor.pk), "right": "steward"}
    answer = client.post(f"/guilds/{world.guild.slug}/care/", data)
    assert "Is it still you?" in answer.content.decode() and Grant.objects.count() == before


def test_what_was_typed_goes_on_after_a_code_by_mail(browser: Client, world: World) -> None:
    path, data = ASKS["token"]
    page = browser.post(path, data).content.decode()
    assert 'name="name" value="Phone"' in page and not Token.objects.exists()
    asked = {**data, "again_was": "POST", "again_how": "mail"}
    page = browser.post(path, asked).content.decode()
    assert mail.outbox[-1].to == [world.contributor.user.email] and 'name="name" value="Phone"' in page
    code = mailed_code()
    assert code not in page
    browser.post(path, {**data, "again_was": "POST", "again_how": "code", "again_answer": code})
    assert Token.objects.get().name == "Phone"
    assert "Is it still you?" not in ask(browser, "export").content.decode(), "once is enough for a while"


def test_a_page_that_was_only_looked_at_is_looked_at_again_afterwards(browser: Client) -> None:
    path, _data = ASKS["export"]
    browser.post(path, {"again_was": "GET", "again_how": "mail"})
    answer = browser.post(path, {"again_was": "GET", "again_how": "code", "again_answer": mailed_code()})
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert browser.get(path)["Content-Type"] == "application/json"


def test_a_wrong_code_and_one_of_before_and_one_too_old_open_nothing(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _data = ASKS["export"]
    answer = {"again_was": "GET", "again_how": "code"}

    def is_open(code: str) -> bool:
        return browser.post(path, {**answer, "again_answer": code}).status_code == 302

    assert not is_open("")
    browser.post(path, {"again_was": "GET", "again_how": "mail"})
    first = mailed_code()
    for _time in range(again.TRIES_MOST):
        assert not is_open("WRNG-WRNG")
    assert not is_open(first), "tried too often"
    browser.post(path, {"again_was": "GET", "again_how": "mail"})
    assert not is_open(first)
    second = mailed_code()
    with monkeypatch.context() as later:
        later.setattr(again, "CODE_LASTS", -1)
        assert not is_open(second)
    browser.post(path, {"again_was": "GET", "again_how": "mail"})
    assert is_open(mailed_code().lower())


def test_the_code_of_another_browser_opens_nothing_here(browser: Client, world: World) -> None:
    other = Client()
    sign_in(other, world.steward)
    grow_old(other)
    other.post("/settings/export/", {"again_was": "GET", "again_how": "mail"})
    answer = browser.post("/settings/export/", {"again_was": "GET", "again_how": "code", "again_answer": mailed_code()})
    assert answer.status_code == 403


def test_whoever_has_a_password_may_type_it_instead(browser: Client, world: World) -> None:
    User.objects.get(pk=world.contributor.user.pk).set_password("x")
    user = world.contributor.user
    user.set_password("four words that differ")
    user.save()
    client = Client()
    client.force_login(user)
    grow_old(client)
    wrong = {"again_was": "GET", "again_how": "password", "again_answer": "a guess"}
    assert client.post("/settings/export/", wrong).status_code == 403
    assert client.post("/settings/export/", {**wrong, "again_answer": "four words that differ"}).status_code == 302


def test_it_names_no_password_that_nobody_set(browser: Client) -> None:
    page = ask(browser, "export").content.decode()
    assert "again-password" not in page and 'value="password"' not in page
    answer = browser.post("/settings/export/", {"again_was": "GET", "again_how": "password", "again_answer": ""})
    assert answer.status_code == 403


def test_a_script_is_told_in_words(browser: Client) -> None:
    path, data = ASKS["erase"]
    answer = browser.post(path, data, headers={"Accept": "application/json"})
    assert answer.status_code == 403 and "whether it is you" in answer.json()["messages"][0]["text"]


def test_nothing_typed_is_stored_and_hostile_words_stay_words(browser: Client) -> None:
    path, data = ASKS["token"]
    page = browser.post(path, {**data, "name": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page
    assert "script" not in str(dict(browser.session.items()))
    assert not re.search(r'<form[^>]* action="(?!/)', page)
