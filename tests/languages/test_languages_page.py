"""The page of languages: the choice is kept, drafts ask for readers, and the figures are those of the catalogues."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Profile
from accounts.services import save_profile
from core.texts.completeness import completeness
from tests.factories import World, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(timezone.now())


def test_a_visitor_keeps_a_language_on_the_device_and_returns_to_where_they_were() -> None:
    client = Client()
    answer = client.post("/languages/", {"language": "ur", "next": "/problems/?text=flood"})
    assert (answer.status_code, answer["Location"]) == (302, "/problems/?text=flood")
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie.value == "ur"
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert '<html lang="ur" dir="rtl"' in client.get("/problems/").content.decode()


def test_a_person_keeps_it_in_their_settings(world: World) -> None:
    save_profile(subject=world.contributor, language="en")
    client = client_of(world, "contributor")
    client.post("/languages/", {"language": "hi"})
    assert Profile.objects.get(subject=world.contributor).language == "hi"
    assert '<html lang="hi" dir="ltr"' in client.get("/languages/").content.decode()


@pytest.mark.parametrize("code", ["", "xx", "fr", '"><script>'])
def test_a_language_that_is_not_offered_changes_nothing(code: str) -> None:
    answer = Client().post("/languages/", {"language": code})
    assert (answer.status_code, answer["Location"]) == (302, "/languages/")
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)", "/\\example.org"])
def test_it_leads_back_to_pages_of_ours_only(target: str) -> None:
    assert Client().post("/languages/", {"language": "ur", "next": target})["Location"] == "/languages/"


def test_the_figures_are_shown_and_drafts_ask_for_readers() -> None:
    page = Client().get("/languages/").content.decode()
    share = completeness()["hi"]
    assert f"<bdi>{share.core.percent}&nbsp;%</bdi>" in page
    assert f"<bdi>{share.all.percent}&nbsp;%</bdi>" in page
    assert "Draft: help review" in page
    assert "How to help" in page


@pytest.mark.parametrize(("code", "words"), [("en", "Language"), ("ur", " · Language"), ("hi", " · Language")])
def test_every_page_leads_to_the_choice_in_words_anybody_finds(code: str, words: str) -> None:
    page = Client().get("/", headers={"accept-language": code}).content.decode()
    at = page.index('href="/languages/"')
    assert words in page[at : at + 200]
