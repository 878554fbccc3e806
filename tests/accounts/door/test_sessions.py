"""Where somebody is signed in: listed, ended here and there, forgotten with the person, and never somebody else's."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.door.sessions import browser_name
from accounts.models import Subject
from guildhub.operations import tidy
from tests.accounts.door.people import sign_in
from tests.factories import make_person, verify_email

pytestmark = pytest.mark.django_db
PAGE = "/settings/sessions/"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"


@pytest.fixture
def person() -> Subject:
    person = make_person("asha")
    verify_email(person)
    return person


def at(person: Subject, agent: str = PHONE) -> Client:
    client = Client(headers={"user-agent": agent})
    sign_in(client, person)
    return client


def is_in(client: Client) -> bool:
    return client.get("/settings/door/").status_code == 200


def test_each_browser_is_listed_and_this_one_named(person: Subject) -> None:
    here, _there = at(person), at(person, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    page = here.get(PAGE).content.decode()
    assert "Chrome on Android" in page and "Firefox on Linux" in page and page.count("this browser") == 1


def test_one_is_ended_and_the_others_stay(person: Subject) -> None:
    here, lost, other = at(person), at(person), at(person)
    row = UserSession.objects.get(session_key=lost.session.session_key)
    here.post(PAGE, {"do": "end", "session": row.pk})
    assert [is_in(client) for client in (here, lost, other)] == [True, False, True]
    here.post(PAGE, {"do": "end", "session": row.pk})
    here.post(PAGE, {"do": "end_others"})
    assert [is_in(client) for client in (here, other)] == [True, False]


@pytest.mark.parametrize("number", ["", "x", "9" * 30, "-1"])
def test_a_number_that_is_none_ends_nothing(person: Subject, number: str) -> None:
    here, other = at(person), at(person)
    here.post(PAGE, {"do": "end", "session": number})
    assert is_in(here) and is_in(other)


def test_nobody_ends_somebody_elses(person: Subject) -> None:
    stranger = make_person("bela")
    verify_email(stranger)
    mine, theirs = at(stranger), at(person)
    mine.post(PAGE, {"do": "end", "session": UserSession.objects.get(user=person.user).pk})
    mine.post(PAGE, {"do": "end_others"})
    assert is_in(theirs)


def test_signing_out_takes_the_row_along(person: Subject) -> None:
    here = at(person)
    here.post("/accounts/logout/")
    assert not UserSession.objects.exists() and SESSION_KEY not in here.session


def test_a_new_password_ends_every_other_browser_and_is_told_by_mail(person: Subject) -> None:
    here, other = at(person), at(person)
    words = "four words that differ"
    here.post("/settings/password/", {"do": "set", "password": words, "again": words})
    assert is_in(here) and not is_in(other) and "password is set" in mail.outbox[-1].subject
    client = Client()
    client.post("/accounts/login/password/", {"login": person.user.email, "password": words})
    assert SESSION_KEY in client.session
    here.post("/settings/password/", {"do": "remove"})
    again = Client()
    again.post("/accounts/login/password/", {"login": person.user.email, "password": words})
    assert SESSION_KEY not in again.session


def test_nothing_is_kept_of_a_session_that_ran_out(person: Subject) -> None:
    here, old = at(person), at(person)
    Session.objects.filter(session_key=old.session.session_key).update(expire_date=timezone.now())
    tidy(now=timezone.now())
    assert [row.session_key for row in UserSession.objects.all()] == [here.session.session_key]


@pytest.mark.parametrize(
    ("password", "said"), [("short", "at least 10"), ("password12", "too common"), ("four words that differ", "same")]
)
def test_a_bad_password_is_refused_in_words(person: Subject, password: str, said: str) -> None:
    here = at(person)
    second = password if said != "same" else "other words altogether"
    page = here.post("/settings/password/", {"do": "set", "password": password, "again": second}).content.decode()
    assert said in page
    person.user.refresh_from_db()
    assert not person.user.has_usable_password()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (PHONE, "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari on iPhone"),
        ("curl/8", "A browser that doesn't say what it is"),
        ("", "A browser that doesn't say what it is"),
    ],
)
def test_browsers_in_words(agent: str, name: str) -> None:
    assert browser_name(agent) == name
