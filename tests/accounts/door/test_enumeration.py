"""Who has an account is told to nobody: neither by words, nor by what the server does meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.accounts.door.people import CONFIRM, LOGIN
from tests.factories import make_person, verify_email

pytestmark = pytest.mark.django_db
SIGNUP, PASSWORD = "/accounts/signup/", "/accounts/login/password/"


def ask_for_a_code(client: Client, email: str) -> list[Any]:
    return [client.post(LOGIN, {"login": email}), client.get(CONFIRM)]


def ask_in_the_other_place(client: Client, email: str) -> list[Any]:
    return [client.post("/accounts/login/code/", {"email": email}), client.get(CONFIRM)]


def type_a_wrong_code(client: Client, email: str) -> list[Any]:
    return [*ask_for_a_code(client, email), client.post(CONFIRM, {"code": "WRNG-WRNG"})]


def sign_up(client: Client, email: str) -> list[Any]:
    return [client.post(SIGNUP, {"email": email}), client.get("/accounts/confirm-email/")]


def sign_up_and_type_a_wrong_code(client: Client, email: str) -> list[Any]:
    return [*sign_up(client, email), client.post("/accounts/confirm-email/", {"code": "WRNG-WRNG"})]


def type_a_wrong_password(client: Client, email: str) -> list[Any]:
    return [client.post(PASSWORD, {"login": email, "password": "not this one"})]


WAYS = [
    ask_for_a_code,
    ask_in_the_other_place,
    type_a_wrong_code,
    sign_up,
    sign_up_and_type_a_wrong_code,
    type_a_wrong_password,
]


def told(answers: list[Any], email: str) -> list[tuple[int, str, str]]:
    """What a stranger reads, without what differs each time or was typed by themselves."""
    read = []
    for answer in answers:
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
        read.append((answer.status_code, answer.headers.get("Location", ""), page.replace(email, "")))
    return read


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("has_password", [False, True], ids=["no password", "a password"])
def test_words_and_mails_are_as_many_whether_somebody_has_the_address_or_not(
    way: Callable[[Client, str], list[Any]], has_password: bool
) -> None:
    person = make_person("asha")
    verify_email(person)
    if has_password:
        person.user.set_password("four words that differ")
        person.user.save()
    seen = []
    for email in (person.user.email, "nobody@example.org"):
        mail.outbox.clear()
        answers = way(Client(), email)
        seen.append((told(answers, email), [message.to == [email] for message in mail.outbox]))
    assert seen[0] == seen[1]


def work_done(way: Callable[[Client, str], list[Any]], email: str) -> tuple[list[str], int]:
    """Statements, without their values, and hashes of passwords: what takes time that a stranger could measure."""
    from django.contrib.auth import hashers

    hashed = 0
    make = hashers.PBKDF2PasswordHasher.encode

    def counted(*args: Any, **kwargs: Any) -> str:
        nonlocal hashed
        hashed += 1
        return make(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patched, CaptureQueriesContext(connection) as statements:
        patched.setattr(hashers.PBKDF2PasswordHasher, "encode", counted)
        way(Client(), email)
    return [statement["sql"].split(" ")[0] for statement in statements], hashed


@pytest.mark.parametrize("way", [ask_for_a_code, ask_in_the_other_place, type_a_wrong_code])
def test_the_server_does_the_same_work_for_a_code(way: Callable[[Client, str], list[Any]]) -> None:
    person = make_person("asha")
    verify_email(person)
    way(Client(), "first@example.org")  # what is read once a process is read
    theirs, _hashed = work_done(way, person.user.email)
    nobodys, _hashed = work_done(way, "nobody@example.org")
    assert abs(len(theirs) - len(nobodys)) <= 2, (theirs, nobodys)


def test_a_wrong_password_is_hashed_as_often_for_nobody_and_for_one_who_has_none(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    with_password, without = make_person("asha"), make_person("bela")
    for person in (with_password, without):
        verify_email(person)
    with_password.user.set_password("four words that differ")
    with_password.user.save()
    counts = {
        email: work_done(type_a_wrong_password, email)[1]
        for email in (with_password.user.email, without.user.email, "nobody@example.org")
    }
    assert set(counts.values()) == {1}, counts


def test_a_passkey_is_asked_for_without_naming_anybody() -> None:
    answer = Client().get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    options = answer.json()["request_options"]["publicKey"]
    assert answer.status_code == 200 and not options.get("allowCredentials")
