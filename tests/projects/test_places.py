"""Places by name, positions that name no house, and the map of problems with its list."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from projects.models import Place, Problem
from projects.queries.places import find_place, problem_map
from projects.rules import coarse, place_names
from projects.services import draft_problem, edit_problem, submit_problem
from projects.services.places import locate_problems
from tests.factories import World, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db

CITIES = {
    "1": {"geonameid": 1, "name": "Jorhat", "latitude": 26.75751, "longitude": 94.20306, "countrycode": "IN",
          "population": 69033, "alternatenames": ["যোৰহাট", "जोरहाट"]},
    "2": {"geonameid": 2, "name": "Dibrugarh", "latitude": 27.48, "longitude": 94.9, "countrycode": "IN", "population": 122155},
    "3": {"geonameid": 3, "name": "Jakarta", "latitude": -6.21462, "longitude": 106.84513, "countrycode": "ID",
          "population": 8540121, "alternatenames": ["", "Djakarta"]},
    "4": {"geonameid": 4, "name": "Hyderabad", "latitude": 17.38, "longitude": 78.46, "countrycode": "IN", "population": 3597816},
    "5": {"geonameid": 5, "name": "Hyderabad", "latitude": 25.39, "longitude": 68.37, "countrycode": "PK", "population": 1386330},
    "6": {"geonameid": 6, "name": "Assam", "latitude": 1.0, "longitude": 1.0, "countrycode": "XX", "population": 900},
}  # fmt: skip
WORDS = {"statement": "It floods.", "affected_people": "farmers"}


@pytest.fixture
def towns(tmp_path: Path) -> None:
    file = tmp_path / "cities.json"
    file.write_text(json.dumps(CITIES), encoding="utf-8")
    call_command("load_places", file=str(file))


@pytest.fixture
def world() -> World:
    return make_world()


def told(world: World, place: str, **words: object) -> Problem:
    now = timezone.now()
    problem = draft_problem(
        guild=world.guild, by=world.contributor, now=now, title=f"At {place}"[:140], place=place, **WORDS, **words
    )
    return submit_problem(problem=problem, by=world.contributor, now=now)


@pytest.mark.usefixtures("towns")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jorhat", 1),
        ("  jorhat ", 1),
        ("যোৰহাট", 1),
        ("Selek, Jorhat, Assam", 1),
        ("Rohmoria, Dibrugarh (Assam)", 2),
        ("Kampung Melayu, Jakarta", 3),
        ("Hyderabad", 4),
        ("Hyderabad, PK", 5),
        ("Somewhere, Assam", None),
        ("Somewhere", None),
        ("", None),
        (",,; ", None),
        ("a" * 160, None),
        ("%_'\\", None),
    ],
)
def test_a_place_is_found_by_its_name_in_any_script(text: str, found: int | None) -> None:
    place = find_place(text)
    assert (place and place.pk) == found


def test_names_are_few_and_folded() -> None:
    assert place_names("A, Bé,  C D ") == ["bé", "c d"]
    assert len(place_names(",".join(["abc"] * 50))) == 6


@pytest.mark.usefixtures("towns")
def test_a_problem_is_found_when_it_is_told_and_when_its_place_changes(world: World) -> None:
    problem = draft_problem(guild=world.guild, by=world.contributor, now=timezone.now(), title="T", place="Jorhat")
    assert problem.found_place_id == 1
    problem = edit_problem(problem=problem, by=world.contributor, now=timezone.now(), place="Dibrugarh")
    assert Problem.objects.get(pk=problem.pk).found_place_id == 2
    edit_problem(problem=problem, by=world.contributor, now=timezone.now(), place="nowhere known")
    assert Problem.objects.get(pk=problem.pk).found_place_id is None


def test_places_that_come_later_find_problems_told_before(world: World, tmp_path: Path) -> None:
    problem = told(world, "Jorhat, Assam")
    assert problem.found_place_id is None
    file = tmp_path / "cities.json"
    file.write_text(json.dumps(CITIES), encoding="utf-8")
    call_command("load_places", file=str(file))
    call_command("load_places", file=str(file))
    assert Place.objects.count() == len(CITIES)
    assert Problem.objects.get(pk=problem.pk).found_place_id == 1
    assert locate_problems()[0] == 1


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read"):
        call_command("load_places", file=str(tmp_path / "none.json"))


def test_a_position_names_a_place_and_no_house(world: World) -> None:
    problem = told(world, "Majuli", latitude=Decimal("26.93468"), longitude=Decimal("94.21999"))
    problem.refresh_from_db()
    assert (problem.latitude, problem.longitude) == (Decimal("26.93"), Decimal("94.22"))
    assert coarse(None) is None
    with (
        pytest.raises(IntegrityError, match="problem_position_coarse"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE projects_problem SET latitude = 26.93468 WHERE id = %s", [problem.pk])


@pytest.mark.usefixtures("towns")
def test_the_map_has_every_public_problem_and_no_other(world: World) -> None:
    pinned = told(world, "Jorhat", latitude=Decimal("26.93"), longitude=Decimal("94.21"))
    found, lost = told(world, "Jorhat"), told(world, "Nowhere")
    draft_problem(
        guild=world.guild, by=world.contributor, now=timezone.now(), title="Secret", place="Dibrugarh", **WORDS
    )
    hidden = told(world, "Jakarta")
    Problem.objects.filter(pk=hidden.pk).update(state="rejected")
    drawn = problem_map(world.guild.pk)
    positions = {(spot.latitude, spot.longitude): [slug for slug, _title in spot.problems] for spot in drawn.spots}
    assert positions == {
        (Decimal("26.93"), Decimal("94.21")): [pinned.slug],
        (Decimal("26.76"), Decimal("94.20")): [found.slug],
    }
    public = Problem.objects.public().count()
    assert (drawn.placed, drawn.total) == (2, public)
    body = Client().get("/problems/map/").content.decode()
    assert f"<bdi>2</bdi> of <bdi>{public}</bdi> problems have a place on the map" in body
    assert "Secret" not in body
    assert f"/problems/{lost.slug}/" not in body
    for number in (1, 2):
        assert f'id="place-{number}"' in body
    assert 'href="#place-1"' in body
    assert "img/land" in body
    assert Client().get(f"/problems/map/?guild={world.guild.slug}").status_code == 200
    assert Client().get("/problems/map/?guild=%00none").status_code == 200


def test_a_map_without_a_place_leads_to_the_list() -> None:
    body = Client().get("/problems/map/").content.decode()
    assert "No problem has a place on the map yet" in body
    assert "<svg role" not in body


@pytest.mark.usefixtures("towns")
def test_the_writer_sees_what_the_map_makes_of_the_place(world: World) -> None:
    problem = draft_problem(
        guild=world.guild, by=world.contributor, now=timezone.now(), title="T", place="Selek, Jorhat"
    )
    told(world, "Majuli, Assam")
    client = client_of(world, "contributor")
    for step in ("where", "check"):
        body = client.get(f"/problems/{problem.slug}/steps/{step}/").content.decode()
        assert "On the map it stands at" in body
        assert "Jorhat" in body
    assert '<option value="Majuli, Assam">' in client.get(f"/problems/{problem.slug}/steps/where/").content.decode()


def test_no_problem_takes_the_maps_address(world: World) -> None:
    problem = draft_problem(guild=world.guild, by=world.contributor, now=timezone.now(), title="Map")
    assert problem.slug != "map"
