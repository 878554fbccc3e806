"""Nobody is logged in before the mailed code is typed: signing up and signing in through allauth's real pages."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Subject, User
from accounts.services import erase_person
from tests.factories import MONDAY, make_person, verify_email

pytestmark = pytest.mark.django_db

SIGNUP, LOGIN = reverse("account_signup"), reverse("account_login")
CONFIRM_SIGNUP, CONFIRM_LOGIN = reverse("account_email_verification_sent"), reverse("account_confirm_login_code")
#: A page that needs no login, to come back to.
NEXT = reverse("healthz")


def codes_in(message: mail.EmailMessage) -> list[str]:
    """Every line of a mail that is a code and nothing else."""
    return re.findall(r"^\s*([A-Z0-9-]{4,12})\s*$", str(message.body), re.M)


def mailed_code() -> str:
    """The code in the latest mail."""
    [code] = codes_in(mail.outbox[-1])
    return code


def wrong(code: str) -> str:
    """Another code of the same make."""
    return "".join("B" if letter != "B" else "C" for letter in code)


def is_logged_in(client: Client) -> bool:
    """Whether this browser's session names a user; checked on the server, where it counts."""
    named = SESSION_KEY in client.session
    stored = [session.get_decoded() for session in Session.objects.all()]
    assert named or not any(SESSION_KEY in data for data in stored)
    return named


def held_by_sessions() -> str:
    """Everything that the server's sessions hold, decoded."""
    return str([session.get_decoded() for session in Session.objects.all()])


def member() -> Subject:
    person = make_person("asha")
    verify_email(person)
    return person


def sign_up(client: Client, email: str = "asha@example.org") -> None:
    response = client.post(SIGNUP, {"email": email, "next": NEXT})
    assert response.status_code == 302, response.content.decode()[:2000]
    assert response["Location"].startswith(CONFIRM_SIGNUP)


def ask_for_code(client: Client, email: str) -> None:
    response = client.post(LOGIN, {"login": email, "next": NEXT})
    assert response.status_code == 302, response.content.decode()[:2000]
    assert response["Location"].startswith(CONFIRM_LOGIN)


def test_signing_up_gives_no_session_before_the_code(client: Client) -> None:
    sign_up(client)
    assert not is_logged_in(client)
    client.get(CONFIRM_SIGNUP)
    assert not is_logged_in(client)
    client.post(CONFIRM_SIGNUP, {"code": wrong(mailed_code()), "next": NEXT})
    assert not is_logged_in(client)
    assert not EmailAddress.objects.filter(verified=True).exists()
    client.post(CONFIRM_SIGNUP, {"code": mailed_code(), "next": NEXT})
    assert is_logged_in(client)
    assert EmailAddress.objects.get(email="asha@example.org").verified
    assert User.objects.get().subject is not None


def test_signing_in_gives_no_session_before_the_code(client: Client) -> None:
    person = member()
    ask_for_code(client, person.user.email)
    assert not is_logged_in(client)
    client.get(CONFIRM_LOGIN)
    assert not is_logged_in(client)
    client.post(CONFIRM_LOGIN, {"code": wrong(mailed_code()), "next": NEXT})
    assert not is_logged_in(client)
    response = client.post(CONFIRM_LOGIN, {"code": mailed_code(), "next": NEXT})
    assert is_logged_in(client)
    assert response["Location"] == NEXT
    assert int(client.session[SESSION_KEY]) == person.user.pk


def test_the_case_of_an_address_does_not_matter(client: Client) -> None:
    person = member()
    ask_for_code(client, person.user.email.upper())
    client.post(CONFIRM_LOGIN, {"code": mailed_code(), "next": NEXT})
    assert int(client.session[SESSION_KEY]) == person.user.pk


def test_a_code_is_of_no_use_in_another_browser(client: Client) -> None:
    ask_for_code(client, member().user.email)
    code, other = mailed_code(), Client()
    ask_for_code(other, make_person("thief").user.email)
    for browser in (other, Client()):
        browser.post(CONFIRM_LOGIN, {"code": code, "next": NEXT})
        assert not is_logged_in(browser)


def test_guessing_ends_after_a_few_attempts_even_for_the_right_code(client: Client) -> None:
    ask_for_code(client, member().user.email)
    code = mailed_code()
    for _ in range(5):
        client.post(CONFIRM_LOGIN, {"code": wrong(code), "next": NEXT})
    client.post(CONFIRM_LOGIN, {"code": code, "next": NEXT})
    assert not is_logged_in(client)


def test_a_code_works_once(client: Client) -> None:
    ask_for_code(client, member().user.email)
    code = mailed_code()
    client.post(CONFIRM_LOGIN, {"code": code, "next": NEXT})
    client.post(reverse("account_logout"), {"next": NEXT})
    assert not is_logged_in(client)
    client.post(CONFIRM_LOGIN, {"code": code, "next": NEXT})
    assert not is_logged_in(client)


def test_signing_in_says_the_same_for_an_address_that_nobody_has(client: Client) -> None:
    """Otherwise anybody could find out who is a member."""
    person = member()
    answers = []
    for email in (person.user.email, "nobody@example.org"):
        browser = Client()
        response = browser.post(LOGIN, {"login": email, "next": NEXT})
        page = browser.get(CONFIRM_LOGIN)
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())
        answers.append((response.status_code, response["Location"], page.status_code, text.replace(email, "")))
        assert not is_logged_in(browser)
    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox].count([person.user.email]) == 1


def test_signing_up_with_a_members_address_gives_neither_a_session_nor_a_second_person(client: Client) -> None:
    person = member()
    sign_up(client, person.user.email)
    client.get(CONFIRM_SIGNUP)
    assert not is_logged_in(client)
    assert User.objects.count() == 1


def test_an_unverified_address_does_not_log_in_by_signing_in_instead(client: Client) -> None:
    """Somebody signs up with an address that isn't theirs; the code still goes to the address."""
    sign_up(client)
    thief = Client()
    thief.post(LOGIN, {"login": "asha@example.org", "next": NEXT})
    thief.get(CONFIRM_LOGIN)
    assert not is_logged_in(thief)
    assert {tuple(message.to) for message in mail.outbox} == {("asha@example.org",)}


def test_an_erased_person_is_logged_out_and_asks_for_codes_in_vain(client: Client) -> None:
    person = member()
    email = person.user.email
    ask_for_code(client, email)
    client.post(CONFIRM_LOGIN, {"code": mailed_code(), "next": NEXT})
    assert is_logged_in(client)
    bela, waiting = Client(), Client()
    ask_for_code(bela, verify_email(make_person("bela")))
    bela.post(CONFIRM_LOGIN, {"code": mailed_code(), "next": NEXT})
    ask_for_code(waiting, email)
    assert email in held_by_sessions()
    erase_person(subject_id=person.pk, by=person.pk, now=MONDAY)
    assert email not in held_by_sessions()
    assert is_logged_in(bela)
    assert client.get(reverse("account_email"))["Location"].startswith(LOGIN)
    Client().post(LOGIN, {"login": email, "next": NEXT})
    assert codes_in(mail.outbox[-1]) == []


@pytest.mark.parametrize("page", [LOGIN, reverse("admin:login")])
def test_a_password_is_no_way_round_the_code(client: Client, page: str) -> None:
    person = member()
    person.user.is_staff = person.user.is_superuser = True
    person.user.set_password("correct horse battery")
    person.user.save()
    client.get(page)
    client.post(
        page,
        {"login": person.user.email, "username": person.user.email, "password": "correct horse battery", "next": NEXT},
    )
    assert not is_logged_in(client)
