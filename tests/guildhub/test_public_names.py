"""A name on a public page: shown, and leading to its person's page, where the person said so; else "a contributor"."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.services import save_profile
from projects.services import claim_task
from tests.factories import World, make_task, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db
LINK = '<a href="/u/rimjhim/"><bdi>Rimjhim</bdi></a>'


@pytest.fixture
def world() -> World:
    world = make_world(timezone.now() - timedelta(days=1))
    save_profile(subject=world.contributor, display_name="Rimjhim", handle="rimjhim")
    task = make_task(world, world.maintainer, world.now, title="Taken")
    world.extra["task"] = claim_task(task=task, by=world.contributor, now=world.now)
    return world


def pages(world: World) -> list[str]:
    """Every public page on which the contributor, who told the problem and took the task, would be named."""
    project = world.project.get_absolute_url()
    task = world.extra["task"].get_absolute_url()  # type: ignore[attr-defined]
    return [world.problem.get_absolute_url(), task, project, f"{project}tasks/?state=under-way", f"{project}timeline/"]


@pytest.mark.parametrize("reader", ["anonymous", "outsider"])
def test_strangers_see_a_name_when_its_person_shows_it(world: World, reader: str) -> None:
    for address in pages(world):
        page = client_of(world, reader).get(address).content.decode()
        assert "Rimjhim" not in page and "rimjhim" not in page, address
    save_profile(subject=world.contributor, is_name_public=True)
    for address in pages(world):
        assert LINK in client_of(world, reader).get(address).content.decode(), address


def test_without_a_handle_a_name_leads_nowhere(world: World) -> None:
    save_profile(subject=world.contributor, is_name_public=True, handle=None)
    page = Client().get(pages(world)[0]).content.decode()
    assert "<bdi>Rimjhim</bdi>" in page and "/u/" not in page


def test_members_see_the_name_anyway_and_it_leads_to_what_they_may_see(world: World) -> None:
    for address in pages(world):
        assert LINK in client_of(world, "reviewer").get(address).content.decode(), address
    assert client_of(world, "reviewer").get("/u/rimjhim/").status_code == 200
