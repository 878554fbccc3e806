"""Feeds: well-formed, of what everybody may read, naming nobody."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client

from accounts.services import free_links, save_profile
from moderation.services import hide_writing, report_writing
from projects.services import decide_problem, draft_problem, edit_problem
from tests.factories import MONDAY, World, make_task
from tests.search.test_search import tell

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FEEDS = ("/problems.atom", "/tasks.atom", "/problems.geojson")


def entries(client: Client, address: str) -> list[Any]:
    """What an Atom feed holds."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "max-age=300" in answer["Cache-Control"]
    feed = ET.fromstring(answer.content)
    assert feed.find(f"{ATOM}updated") is not None
    return feed.findall(f"{ATOM}entry")


def names(client: Client, address: str) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in entries(client, address)]


def features(client: Client, address: str = "/problems.geojson") -> list[Any]:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/geo+json")
    found = json.loads(answer.content)
    assert found["type"] == "FeatureCollection"
    assert "GeoNames" in found["attribution"]
    listed: list[Any] = found["features"]
    return listed


def test_problems_come_newest_first_each_in_its_language(client: Client, world: World) -> None:
    told = tell(world, "پانی نہیں", "**کنواں** خشک ہے", language="ur")
    newest, first = entries(client, "/problems.atom")
    assert newest.findtext(f"{ATOM}title") == "پانی نہیں"
    assert newest.get(LANG) == "ur"
    assert "<strong>کنواں</strong>" in newest.findtext(f"{ATOM}summary")
    assert newest.find(f"{ATOM}link").get("href") == settings.SITE_URL + told.get_absolute_url()
    assert newest.findtext(f"{ATOM}id") == f"urn:uuid:{told.pk}"
    assert first.findtext(f"{ATOM}title") == world.problem.title
    assert newest.findtext(f"{ATOM}author/{ATOM}name") == world.guild.name


def test_feeds_take_the_filters_of_the_list(client: Client, world: World) -> None:
    tell(world, "پانی نہیں", language="ur")
    assert names(client, "/problems.atom?language=ur") == ["پانی نہیں"]
    assert names(client, f"/problems.atom?guild={world.guild.slug}&text=flood") == [world.problem.title]
    assert names(client, "/problems.atom?language=bn") == names(client, "/problems.atom?guild=another") == []
    assert len(names(client, "/problems.atom?minutes=nonsense&page=9")) == 2
    (task,) = names(client, f"/tasks.atom?guild={world.guild.slug}")
    assert str(task).startswith(world.task.title)
    assert names(client, "/tasks.atom?guild=another") == []


def test_what_nobody_may_read_is_in_no_feed(client: Client, world: World) -> None:
    draft_problem(guild=world.guild, by=world.contributor, now=MONDAY, title="Quokka draft", statement="Quokka.")
    rejected = tell(world, "Quokka rejected")
    decide_problem(problem=rejected, to="rejected", by=world.maintainer, now=MONDAY, reason="Not here.")
    hidden = tell(world, "Quokka hidden")
    case = report_writing(kind="problem", object_id=hidden.pk, by=world.newcomer, concern="spam", now=MONDAY).case
    hide_writing(case=case, by=world.steward, concern="spam", reason="It sells something.", now=MONDAY)
    task = make_task(world, world.maintainer, MONDAY, title="Quokka task")
    case = report_writing(kind="task", object_id=task.pk, by=world.newcomer, concern="spam", now=MONDAY).case
    hide_writing(case=case, by=world.steward, concern="spam", reason="It sells something.", now=MONDAY)
    save_profile(subject=world.contributor, display_name="Quokka Das", handle="quokka", is_name_public=True)
    for address in FEEDS:
        answer = client.get(address).content.decode().lower()
        assert "quokka" not in answer, address
        assert "[hidden]" not in answer, address


def test_links_lead_somewhere_only_where_they_do_on_the_page(client: Client, world: World) -> None:
    tell(world, "Look", "See [this](https://spam.example/) <script>alert(1)</script>")
    (summary,) = [entry.findtext(f"{ATOM}summary") for entry in entries(client, "/problems.atom?text=look")]
    assert "href" not in summary
    assert "<script" not in summary
    free_links(subject_ids=[world.contributor.pk], now=MONDAY)
    (summary,) = [entry.findtext(f"{ATOM}summary") for entry in entries(client, "/problems.atom?text=look")]
    assert 'href="https://spam.example/"' in summary


def test_positions_are_coarse_and_longitude_comes_first(client: Client, world: World) -> None:
    assert features(client) == []
    edit_problem(problem=world.problem, by=world.maintainer, now=MONDAY, latitude="26.95432", longitude="94.16789")
    (feature,) = features(client)
    assert feature["geometry"] == {"type": "Point", "coordinates": [94.17, 26.95]}
    assert feature["properties"]["title"] == world.problem.title
    assert feature["properties"]["url"].endswith(f"/problems/{world.problem.slug}/")
    assert set(feature["properties"]) == {"title", "place", "language", "state", "guild", "url", "told_at"}
    assert features(client, "/problems.geojson?language=ur") == []


@pytest.mark.parametrize(
    "tail", ["?guild=%00", "?text=%27%3B--&page=-1", "?language=%F0%9F%8C%8A", "?guild=" + "a" * 3000]
)
def test_no_tail_breaks_a_feed(client: Client, world: World, tail: str) -> None:
    assert {client.get(address + tail).status_code for address in FEEDS} == {200}


def test_strange_letters_leave_a_feed_well_formed(client: Client, world: World) -> None:
    tell(world, "Less < more & “quotes” ]]>", "a\x0bb \u202e turned <b>bold</b> ]]>")
    newest = entries(client, "/problems.atom")[0]
    assert newest.findtext(f"{ATOM}title") == "Less < more & “quotes” ]]>"
