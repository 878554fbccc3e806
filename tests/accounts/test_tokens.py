"""Personal tokens: made once and shown once, kept as a hash, ended, taken back, and told of."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Token, User
from accounts.queries import find_token
from accounts.rules import TOKENS_MOST, token_digest
from accounts.services import TokenRefused, erase_person, make_token, note_token_use, revoke_token
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.errors import PermissionRefused
from core.models import Event
from notices.models import Notice
from tests.factories import make_person
from tests.hostile.races import at_once

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def made(person: Any, name: str = "Phone", **fields: Any) -> Any:
    return make_token(**{"by": person, "name": name, "scopes": ["read"], "days": 30, "now": timezone.now(), **fields})


def test_a_token_opens_its_persons_door_until_it_ends() -> None:
    person = make_person("asha")
    token = made(person)
    found = find_token(token.text, now=timezone.now())
    assert found is not None and found.subject.user == person.user
    assert find_token(token.text, now=timezone.now() + timedelta(days=31)) is None
    assert find_token(token.text + "x", now=timezone.now()) is None
    assert find_token("", now=timezone.now()) is None


def test_the_database_holds_a_hash_and_how_it_begins() -> None:
    token = made(make_person("asha"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_token t")
        rows = str(cursor.fetchall())
    assert token.text not in rows and token.text[8:] not in rows
    assert token_digest(token.text) in rows and len(token.text) == 46


@pytest.mark.parametrize("broken", ["is_active", "erased", "revoked"])
def test_a_token_of_somebody_who_is_gone_opens_nothing(broken: str) -> None:
    person = make_person("asha")
    token = made(person)
    if broken == "is_active":
        User.objects.filter(subject=person).update(is_active=False)
    elif broken == "erased":
        erase_person(subject_id=person.pk, by=None, now=timezone.now())
        assert not Token.objects.exists()
    else:
        revoke_token(token=token.token, by=person, now=timezone.now())
        revoke_token(token=token.token, by=person, now=timezone.now())
        assert Event.objects.filter(kind="token.revoked").count() == 1
    assert find_token(token.text, now=timezone.now()) is None


def test_nobody_takes_back_a_token_of_somebody_else() -> None:
    token = made(make_person("asha"))
    with pytest.raises(PermissionRefused):
        revoke_token(token=token.token, by=make_person("other"), now=timezone.now())


@pytest.mark.parametrize("bad", [{"scopes": []}, {"scopes": ["everything"]}, {"days": 0}, {"days": 367}, {"days": -1}])
def test_what_no_token_may_be_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        made(make_person("asha"), **bad)


def test_a_name_stands_for_one_token_and_a_person_has_a_bounded_number() -> None:
    person = make_person("asha")
    first = made(person)
    with pytest.raises(TokenRefused, match="of this name"):
        made(person)
    revoke_token(token=first.token, by=person, now=timezone.now())
    for number in range(TOKENS_MOST):
        made(person, f"Phone {number}", now=timezone.now() + timedelta(hours=9 * number))
    with pytest.raises(TokenRefused, match="as many"):
        made(person, "One more", now=timezone.now() + timedelta(hours=9 * TOKENS_MOST))


@pytest.mark.django_db(transaction=True)
def test_one_name_ten_times_at_once_is_one_token() -> None:
    person = make_person("asha")
    answers = at_once(*[lambda: made(person)] * 10)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert Token.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"digest": "gh_plain"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_at": NOW + timedelta(days=367)},
        {"expires_at": NOW - timedelta(days=1)},
        {"revoked_at": NOW - timedelta(days=1)},
    ],
    ids=lambda fields: ",".join(fields),
)
def test_the_database_refuses_what_no_token_may_be(fields: dict[str, Any]) -> None:
    values = {
        "digest": "0" * 64,
        "scopes": ["read"],
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=9),
        **fields,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.create(subject=make_person("asha"), name="Phone", prefix="gh_", **values)


def test_the_day_of_its_last_use_is_written_once_a_day() -> None:
    token = made(make_person("asha")).token
    for days, statements in ((0, 1), (0, 0), (1, 1), (1, 0)):
        now = timezone.now() + timedelta(days=days)
        token.refresh_from_db()
        with CaptureQueriesContext(connection) as written:
            note_token_use(token=token, now=now)
        assert len(written) == statements
        token.refresh_from_db()
        assert token.last_used_on == now.date()


def test_its_owner_is_told_that_it_was_made() -> None:
    person = make_person("asha")
    made(person, "Night script")
    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())
    notice = Notice.objects.get(subject=person)
    assert (notice.kind, notice.params, notice.url) == ("token_made", {}, "/settings/tokens/")
    assert "Night" not in str(Event.objects.values_list("data", flat=True))


# The page ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(make_person("asha").user)
    return client


FORM = {"do": "make", "name": "My <b>phone</b>", "scopes": ["read", "hours:write"], "days": "30"}


def test_the_page_shows_a_new_token_once_and_reloading_makes_no_other(browser: Client) -> None:
    answer = browser.post("/settings/tokens/", FORM)
    text = answer.content.decode().partition('<code dir="ltr" tabindex="0">')[2].partition("<")[0]
    assert find_token(text, now=timezone.now()) is not None
    assert "no-store" in answer["Cache-Control"] and "<b>" not in answer.content.decode()
    again = browser.post("/settings/tokens/", FORM)
    assert "of this name" in again.content.decode() and Token.objects.count() == 1
    assert text not in browser.get("/settings/tokens/").content.decode()


def test_the_page_takes_a_token_back_and_nobody_elses(browser: Client) -> None:
    browser.post("/settings/tokens/", FORM)
    other = made(make_person("other")).token
    assert browser.post("/settings/tokens/", {"do": "revoke", "token": str(other.pk)}).status_code == 404
    own = Token.objects.exclude(pk=other.pk).get()
    assert browser.post("/settings/tokens/", {"do": "revoke", "token": str(own.pk)}).status_code == 302
    assert browser.post("/settings/tokens/", {"do": "revoke", "token": str(own.pk)}).status_code == 302, "twice is once"
    own.refresh_from_db()
    other.refresh_from_db()
    assert own.revoked_at and not other.revoked_at


@pytest.mark.parametrize(
    "typed", [{"name": ""}, {"name": "x" * 61}, {"scopes": []}, {"scopes": ["all"]}, {"days": "9999"}, {"days": "x"}]
)
def test_a_form_that_cannot_be_accepted_is_shown_again(typed: dict[str, Any], browser: Client) -> None:
    answer = browser.post("/settings/tokens/", {**FORM, **typed})
    assert answer.status_code == 200 and b'role="alert"' in answer.content
    assert not Token.objects.exists()


def test_no_token_is_ever_written_to_the_log(browser: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = made(make_person("asha")).text
    Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}x"})
    Client().get(f"/api/v1/me?token={token}")
    assert token[8:] not in "".join(r.getMessage() for r in caplog.records if not r.name.startswith("django.db"))
