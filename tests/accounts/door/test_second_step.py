"""A number from an app, codes on paper: set up, asked for, encrypted, taken away, told of by mail."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client

from accounts.door.limits import TooManyTries, count_try
from accounts.models import Subject
from core.limits import LIMITS
from tests.accounts.door.people import sign_in
from tests.factories import make_person, verify_email

pytestmark = pytest.mark.django_db
ACTIVATE, ASK = "/accounts/2fa/totp/activate/", "/accounts/2fa/authenticate/"


def number(secret: str, *, later: int = 0) -> str:
    """What the app shows now, or some steps of half a minute later."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())) + later))


@pytest.fixture
def person() -> Subject:
    person = make_person("asha")
    verify_email(person)
    return person


def set_up(client: Client) -> str:
    page = client.get(ACTIVATE).content.decode()
    found = re.search(r"<code[^>]*>([A-Z2-7]{16,})</code>", page)
    assert found, page
    client.post(ACTIVATE, {"code": number(found[1])})
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(client: Client, person: Subject) -> None:
    sign_in(client, person)
    secret = set_up(client)
    assert {row.type for row in Authenticator.objects.filter(user=person.user)} == {"totp", "recovery_codes"}
    assert mail.outbox[-1].to == [person.user.email] and "An app is set up" in mail.outbox[-1].subject
    phone = Client()
    answer = sign_in(phone, person)
    assert answer["Location"].startswith(ASK) and SESSION_KEY not in phone.session
    phone.post(ASK, {"code": "000000"})
    assert SESSION_KEY not in phone.session
    phone.post(ASK, {"code": number(secret, later=1)})
    assert SESSION_KEY in phone.session


def test_a_number_works_once(client: Client, person: Subject) -> None:
    sign_in(client, person)
    secret = set_up(client)
    shown = number(secret, later=1)
    for is_in in (True, False):
        phone = Client()
        sign_in(phone, person)
        phone.post(ASK, {"code": shown})
        assert (SESSION_KEY in phone.session) is is_in


def test_a_code_on_paper_works_once(client: Client, person: Subject) -> None:
    sign_in(client, person)
    set_up(client)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = re.findall(r"<li><code>([^<]+)</code></li>", page)
    assert len(codes) == 10
    for is_in in (True, False):
        phone = Client()
        sign_in(phone, person)
        phone.post(ASK, {"code": codes[0]})
        assert (SESSION_KEY in phone.session) is is_in


def test_guessing_numbers_is_counted_for_the_account(client: Client, person: Subject) -> None:
    sign_in(client, person)
    secret = set_up(client)
    phone = Client()
    sign_in(phone, person)
    for _time in range(LIMITS["door"].hour):
        with suppress(TooManyTries):
            count_try(person.user.email)
    answer = phone.post(ASK, {"code": number(secret, later=1)})
    assert "Too many codes" in answer.content.decode() and SESSION_KEY not in phone.session


def test_a_dump_of_the_database_opens_no_second_step(client: Client, person: Subject) -> None:
    sign_in(client, person)
    secret = set_up(client)
    codes = re.findall(r"<li><code>([^<]+)</code></li>", client.get("/accounts/2fa/recovery-codes/").content.decode())
    held = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in held and not any(code in held for code in codes)


def test_turning_it_off_takes_the_paper_with_it_and_is_told_by_mail(client: Client, person: Subject) -> None:
    sign_in(client, person)
    set_up(client)
    mail.outbox.clear()
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=person.user).exists()
    assert "turned off" in mail.outbox[-1].subject
    phone = Client()
    sign_in(phone, person)
    assert SESSION_KEY in phone.session
