"""A house that vouches: linked, signed in with, unlinked; it claims history, and opens nobody else's account."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import SESSION_KEY
from django.test import Client

from accounts.models import Subject, SubjectLink, User
from core.models import Event
from tests.accounts.door.houses import House
from tests.accounts.door.people import sign_in
from tests.factories import make_author, make_person, verify_email

pytestmark = pytest.mark.django_db
START, BACK = "/accounts/oidc/oidc/login/", "/accounts/oidc/oidc/login/callback/"


@pytest.fixture
def house(settings: Any) -> Iterator[House]:
    with House() as house:
        providers = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
        providers["openid_connect"]["APPS"][0]["settings"]["server_url"] = house.url
        settings.SOCIALACCOUNT_PROVIDERS = providers
        yield house


@pytest.fixture
def person() -> Subject:
    person = make_person("asha")
    verify_email(person)
    return person


def go(client: Client, *, process: str = "", code: str = "a-code", state: str = "") -> Any:
    """There and back: our page, the house's, our address with its answer."""
    start = START + (f"?process={process}" if process else "")
    there = urlsplit(client.post(start)["Location"])
    asked = parse_qs(there.query)
    assert asked["code_challenge_method"] == ["S256"], "what is sent back is of use to this browser alone (PKCE)"
    return client.get(BACK, {"code": code, "state": state or asked["state"][0]})


def test_linking_it_claims_the_history_under_its_proved_address(house: House, person: Subject) -> None:
    author = make_author("A. Commits", house.person["email"])
    client = Client()
    sign_in(client, person)
    answer = go(client, process="connect")
    assert answer["Location"] == "/settings/door/"
    assert SubjectLink.objects.get(alias=author.subject).primary == person
    assert Event.objects.filter(kind="identity.claimed").count() == 1
    page = client.get("/settings/door/").content.decode()
    assert "The imported history of 1 author is yours now" in page and "Village ID" in page
    go(client, process="connect")
    assert SubjectLink.objects.count() == 1, "twice is once"


@pytest.mark.parametrize("why", ["not proved", "shared", "claimed"])
def test_history_that_it_does_not_prove_is_left_alone(house: House, person: Subject, why: str) -> None:
    address = house.person["email"]
    author, other = make_author("A. Commits", address), make_person("bela")
    if why == "not proved":
        house.person["email_verified"] = False
    elif why == "shared":
        make_author("Another", address)
    else:
        SubjectLink.objects.create(alias=author.subject, primary=other, linked_at=person.created_at)
    client = Client()
    sign_in(client, person)
    go(client, process="connect")
    assert SocialAccount.objects.filter(user=person.user).exists()
    assert not SubjectLink.objects.filter(primary=person).exists()


def test_whoever_linked_it_signs_in_with_it_and_claims_what_was_imported_since(house: House, person: Subject) -> None:
    client = Client()
    sign_in(client, person)
    go(client, process="connect")
    author = make_author("A. Commits", house.person["email"])
    phone = Client()
    go(phone)
    assert int(phone.session[SESSION_KEY]) == person.user.pk
    assert SubjectLink.objects.get(alias=author.subject).primary == person


def test_its_word_opens_no_account_that_is_here_already(house: House, person: Subject) -> None:
    house.person |= {"sub": "666", "email": person.user.email}
    thief = Client()
    go(thief)
    assert SESSION_KEY not in thief.session and User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_somebody_new_signs_up_with_it(house: House) -> None:
    client = Client()
    go(client)
    user = User.objects.get()
    assert user.email == house.person["email"] and user.subject is not None
    assert int(client.session[SESSION_KEY]) == user.pk
    assert EmailAddress.objects.get(user=user).verified


def test_an_address_it_did_not_prove_is_proved_by_a_code_first(house: House) -> None:
    house.person["email_verified"] = False
    client = Client()
    answer = go(client)
    assert SESSION_KEY not in client.session and answer["Location"].startswith("/accounts/confirm-email/")


def test_another_browsers_answer_and_a_stale_one_open_nothing(house: House, person: Subject) -> None:
    client = Client()
    sign_in(client, person)
    go(client, process="connect")
    phone = Client()
    assert "That did not work" in go(phone, state="of-somebody-else").content.decode()
    assert SESSION_KEY not in phone.session


def test_a_house_that_is_down_is_said_in_words(house: House) -> None:
    client = Client()
    there = parse_qs(urlsplit(client.post(START)["Location"]).query)
    house.is_broken = True
    answer = client.get(BACK, {"code": "a-code", "state": there["state"][0]})
    assert "Nothing was changed" in answer.content.decode()
    assert "That did not work" in Client().post(START).content.decode()


def test_looking_at_the_way_there_goes_nowhere_and_alone_may_lead_there(house: House, settings: Any) -> None:
    answer = Client().get(START)
    assert answer.status_code == 200 and not house.asked
    policy = answer["Content-Security-Policy"]
    [form_action] = [part for part in policy.split("; ") if part.startswith("form-action")]
    assert form_action.split() == ["form-action", "'self'", *settings.FORGE_ORIGINS["openid_connect"]]
    gitea = Client().get("/accounts/gitea/login/")["Content-Security-Policy"]
    assert settings.FORGE_ORIGINS["gitea"][0] in gitea and settings.FORGE_ORIGINS["openid_connect"][0] not in gitea
    for page in ("/accounts/login/", "/accounts/signup/", BACK):
        assert "example.org" not in Client().get(page)["Content-Security-Policy"]


def test_nothing_that_could_be_used_there_is_kept(house: House, person: Subject) -> None:
    client = Client()
    sign_in(client, person)
    go(client, process="connect")
    assert not SocialToken.objects.exists() and "a-token" not in str(list(SocialAccount.objects.values()))


def test_unlinking_is_asked_of_its_owner_and_leaves_the_code_by_mail(house: House, person: Subject) -> None:
    client, stranger = Client(), Client()
    sign_in(client, person)
    go(client, process="connect")
    linked = SocialAccount.objects.get()
    other = make_person("bela")
    verify_email(other)
    sign_in(stranger, other)
    assert stranger.post("/settings/door/", {"do": "unlink", "forge": linked.pk}).status_code == 404
    assert SocialAccount.objects.count() == 1
    client.post("/settings/door/", {"do": "unlink", "forge": linked.pk})
    assert not SocialAccount.objects.exists()
    assert sign_in(Client(), person).status_code == 302
