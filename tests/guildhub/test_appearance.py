"""A reader chooses light or dark for one device, without an account, a script or a flash of the other."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import World

pytestmark = pytest.mark.django_db


def test_every_page_is_dark_after_choosing_dark_and_as_the_device_says_after_taking_it_back() -> None:
    client = Client()
    answer = client.post("/appearance/", {"theme": "dark", "next": "/guilds/?x=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/guilds/?x=1")
    page = client.get("/guilds/").content.decode()
    assert '<html lang="en" dir="ltr" data-theme="dark">' in page
    assert '<meta name="color-scheme" content="dark">' in page
    assert 'value="dark" checked' in client.get("/appearance/").content.decode()
    client.post("/appearance/", {"theme": ""})
    page = client.get("/guilds/").content.decode()
    assert "data-theme" not in page
    assert '<meta name="color-scheme" content="light dark">' in page


def test_the_cookie_tells_the_theme_and_is_out_of_reach_for_scripts() -> None:
    cookie = Client().post("/appearance/", {"theme": "light"}).cookies["theme"]
    assert cookie.value == "light"
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] > 300 * 24 * 3600


@pytest.mark.parametrize("theme", ["", "blue", '"><script>', "dark;x=1"])
def test_what_is_no_theme_takes_the_choice_back(theme: str) -> None:
    client = Client()
    client.cookies["theme"] = "dark"
    client.post("/appearance/", {"theme": theme})
    assert client.cookies["theme"].value == ""


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)", "", "log"])
def test_it_leads_back_to_pages_of_ours_only(target: str) -> None:
    assert Client().post("/appearance/", {"theme": "dark", "next": target})["Location"] == "/appearance/"


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ("http://testserver/problems/?text=flood#top", "/problems/?text=flood"),
        ("http://testserver/appearance/", ""),
        ("https://example.org/problems/", ""),
        ("", ""),
    ],
)
def test_it_remembers_the_page_that_led_here(before: str, kept: str) -> None:
    page = Client().get("/appearance/", headers={"referer": before}).content.decode()
    assert f'name="next" value="{kept}"' in page


def test_every_page_leads_to_the_choice(standing_world: World) -> None:
    assert 'href="/appearance/"' in Client().get("/").content.decode()
