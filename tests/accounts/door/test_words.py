"""What the door refuses is said in the reader's language: allauth itself speaks few of them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from accounts.adapter import AccountAdapter
from accounts.door.second_step import SecondStepAdapter
from core.texts.catalogues import FORMS
from tests.factories import make_person, verify_email

#: Of user names, telephones and forgotten passwords nobody hears here.
NOT_HERE = ("phone", "username", "reset", "select_only_one", "enter_current_password")
REACHED = sorted(key for key in AccountAdapter.error_messages if not any(part in key for part in NOT_HERE))


@pytest.mark.parametrize("language", FORMS)
@pytest.mark.parametrize("key", REACHED)
def test_a_refusal_has_words_in_every_language(language: str, key: str) -> None:
    words = AccountAdapter.error_messages[key]
    with translation.override("en"):
        english = str(words)
    with translation.override(language):
        assert str(words) != english


@pytest.mark.parametrize("key", SecondStepAdapter.error_messages)
def test_a_refusal_of_the_second_step_is_in_indonesian(key: str) -> None:
    words = SecondStepAdapter.error_messages[key]
    with translation.override("en"):
        english = str(words)
    with translation.override("id"):
        assert str(words) != english


@pytest.mark.django_db
def test_a_wrong_password_is_refused_in_urdu() -> None:
    person = make_person("asha")
    verify_email(person)
    client = Client(headers={"accept-language": "ur"})
    page = client.post("/accounts/login/password/", {"login": person.user.email, "password": "x"}).content.decode()
    assert "یہ پتہ اور یہ پاس ورڈ ایک ساتھ کے نہیں" in page and "not correct" not in page
