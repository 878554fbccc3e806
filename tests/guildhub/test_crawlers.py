"""Programs that collect pages: what they may read, and what each page tells them about itself."""

from __future__ import annotations

import re
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import World
from tests.pages import PAGES, client_of

pytestmark = pytest.mark.django_db


def test_robots_leave_copies_of_signing_in_and_the_api_alone(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8" and not answer.cookies
    rules = RobotFileParser()
    rules.parse(answer.content.decode().splitlines())
    assert not rules.can_fetch("*", f"{reverse('account_login')}?next=/me/points/")
    assert not rules.can_fetch("*", "/api/v1/problems")
    for path in ("/", "/problems/", "/problems/?place=Majuli", "/accounts/login/", "/api/docs/", "/u/rimjhim/"):
        assert rules.can_fetch("*", path), path


def test_each_public_page_has_a_title_and_a_description(standing_world: World) -> None:
    visitor, titles = client_of(standing_world, "anonymous"), {}  # type: tuple[Client, dict[str, set[str]]]
    for page in PAGES:
        answer = visitor.get(path := page.path(standing_world))
        if answer.status_code != 200 or answer.streaming or not answer["Content-Type"].startswith("text/html"):
            continue
        markup = answer.content.decode()
        title = re.search(r"<title>([^<]+)</title>", markup)
        description = re.search(r'<meta name="description" content="([^"]+)">', markup)
        assert title and title[1].removesuffix(" · guildhub").strip(), path
        assert description and 1 <= len(description[1].strip()) <= 400, path
        titles.setdefault(title[1], set()).add(page.route)
    assert {title: routes for title, routes in titles.items() if len(routes) > 1} == {}


def test_somebody_signed_in_is_sent_no_words_for_search_engines(standing_world: World) -> None:
    assert 'name="description"' not in client_of(standing_world, "contributor").get("/").content.decode()
