"""Sixty people behind one address sign up; one account's codes are guessed only so often; neither needs Redis."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client

from accounts.door.limits import TooManyTries, count_try
from accounts.models import Subject
from core.cache import ForgivingRedisCache
from core.limits import LIMITS
from tests.accounts.door.people import CONFIRM, LOGIN, mailed_code
from tests.factories import make_person, verify_email

pytestmark = pytest.mark.django_db
SIGNUP, PROVE = "/accounts/signup/", "/accounts/confirm-email/"
ONE_ADDRESS = "203.0.113.9"


@pytest.fixture(params=["redis", "no redis"])
def with_or_without_redis(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "no redis":
        monkeypatch.setattr(ForgivingRedisCache, "_try", lambda self, call, otherwise: otherwise)


def member(name: str = "asha") -> Subject:
    person = make_person(name)
    verify_email(person)
    return person


@pytest.mark.usefixtures("with_or_without_redis")
def test_sixty_people_behind_one_address_sign_up_in_one_lesson() -> None:
    for number in range(60):
        pupil = Client(REMOTE_ADDR=ONE_ADDRESS)
        pupil.post(SIGNUP, {"email": f"pupil{number}@example.org"})
        pupil.post(PROVE, {"code": mailed_code()})
        assert SESSION_KEY in pupil.session, f"pupil {number} is turned away"
    assert EmailAddress.objects.filter(verified=True).count() == 60


@pytest.mark.usefixtures("with_or_without_redis")
def test_one_account_is_not_guessed_whatever_address_each_guess_comes_from() -> None:
    """A new code for every three tries, a new browser and another address for each: the account itself counts."""
    person, tried = member(), 0
    for number in range(20):
        thief = Client(REMOTE_ADDR=f"198.51.100.{number + 1}")
        thief.post(LOGIN, {"login": person.user.email})
        page = thief.post(CONFIRM, {"code": "WRNG-WRNG"}).content.decode()
        tried += 'class="errorlist"' in page and "Too many codes" not in page
    assert 3 <= tried <= LIMITS["door"].hour < 20, "with Redis a fourth code a minute is not even sent"
    for _time in range(LIMITS["door"].hour - tried):
        count_try(person.user.email)
    last = Client(REMOTE_ADDR="198.51.100.99")
    last.post(LOGIN, {"login": person.user.email})
    last.post(CONFIRM, {"code": mailed_code()})
    assert SESSION_KEY not in last.session, "not even the right one, until there is room again"


def test_the_refusal_says_when_there_is_room_again() -> None:
    person, client = member(), Client()
    for _time in range(LIMITS["door"].hour):
        count_try(person.user.email)
    client.post(LOGIN, {"login": person.user.email})
    page = client.post(CONFIRM, {"code": mailed_code()}).content.decode()
    assert "Try again in" in page and SESSION_KEY not in client.session


def test_another_account_behind_the_same_address_goes_in_meanwhile() -> None:
    guessed, other = member(), member("bela")
    for _time in range(LIMITS["door"].hour):
        count_try(guessed.user.email)
    browser = Client(REMOTE_ADDR=ONE_ADDRESS)
    browser.post(LOGIN, {"login": other.user.email})
    browser.post(CONFIRM, {"code": mailed_code()})
    assert SESSION_KEY in browser.session


def test_the_count_is_of_the_address_however_it_is_typed_and_names_nobody() -> None:
    from core.models import Tally

    for _time in range(LIMITS["door"].hour):
        count_try("Asha@Example.org ")
    with pytest.raises(TooManyTries):
        count_try("asha@example.org")
    assert "asha" not in str(list(Tally.objects.values())).lower()


def test_an_address_that_nobody_has_is_counted_and_refused_like_any_other() -> None:
    def refused(email: str) -> list[str]:
        said = []
        for _time in range(LIMITS["door"].hour + 1):
            browser = Client()
            browser.post(LOGIN, {"login": email})
            page = browser.post(CONFIRM, {"code": "WRNG-WRNG"}).content.decode()
            said.append("too many" if "Too many codes" in page else "wrong" if 'class="errorlist"' in page else page)
        return said

    person = member()
    mail.outbox.clear()
    assert refused(person.user.email) == refused("nobody@example.org")


def test_passwords_count_as_well() -> None:
    person = member()
    person.user.set_password("four words that differ")
    person.user.save()
    for number in range(LIMITS["door"].hour):
        Client(REMOTE_ADDR=f"198.51.100.{number + 1}").post(
            "/accounts/login/password/", {"login": person.user.email, "password": "a guess"}
        )
    client = Client()
    client.post("/accounts/login/password/", {"login": person.user.email, "password": "four words that differ"})
    assert SESSION_KEY not in client.session
