"""Templates of tasks: kept from a task that worked, offered to maintainers, retired."""

from __future__ import annotations

import pytest

from projects.models import Task, TaskTemplate
from projects.services import save_task_template
from projects.starter_templates import STARTER_TEMPLATES
from tests.contributions.test_at_once import at_once
from tests.factories import World, make_task, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def keep(world: World) -> TaskTemplate:
    return save_task_template(task=world.task, by=world.maintainer, now=world.now)


def address(world: World) -> str:
    return f"{world.project.get_absolute_url()}templates/"


def test_a_task_that_worked_is_kept_and_another_is_begun_from_it(world: World) -> None:
    client = client_of(world, "maintainer")
    for _twice in range(2):
        answer = client.post(world.task.get_absolute_url(), {"do": "template"}, follow=True)
        assert "Kept as a template." in answer.content.decode()
    template = TaskTemplate.objects.get()
    assert template.title in client.get(address(world)).content.decode()
    text = client.get(f"{world.project.get_absolute_url()}tasks/new/?template={template.pk}").content.decode()
    assert f'value="{world.task.title}"' in text and 'value="120"' in text
    assert Task.objects.filter(title=world.task.title).count() == 1, "looking makes nothing"


def test_saved_again_it_is_as_it_was_last(world: World) -> None:
    keep(world)
    Task.objects.filter(pk=world.task.pk).update(description="Better words.")
    keep(world)
    assert TaskTemplate.objects.get().description == "Better words."


@pytest.mark.parametrize("starter", STARTER_TEMPLATES, ids=lambda starter: starter.key)
def test_every_guild_has_some_from_its_first_day(world: World, starter: object) -> None:
    client = client_of(world, "maintainer")
    new = f"{world.project.get_absolute_url()}tasks/new/"
    text = client.get(f"{new}?template={starter.key}").content.decode()  # type: ignore[attr-defined]
    assert "Done when:" in text
    assert "<li>" in client.get(address(world)).content.decode()


@pytest.mark.parametrize("name", ["none", "00000000-0000-0000-0000-000000000000", "'; DROP TABLE", "x" * 3000])
def test_a_template_that_is_not_there_leaves_the_form_empty(world: World, name: str) -> None:
    answer = client_of(world, "maintainer").get(f"{world.project.get_absolute_url()}tasks/new/", {"template": name})
    assert answer.status_code == 200 and b'name="title"' in answer.content


def test_one_that_is_retired_is_offered_no_more_and_its_tasks_stay(world: World) -> None:
    template = keep(world)
    client = client_of(world, "maintainer")
    for _twice in range(2):
        answer = client.post(address(world), {"do": "retire", "template": str(template.pk)}, follow=True)
        assert "Offered no more." in answer.content.decode()
    assert template.title not in client.get(address(world)).content.decode()
    assert keep(world) != template, "its title is free again"


def test_another_guilds_templates_are_neither_seen_nor_retired(world: World) -> None:
    other = make_world()
    make_task(other, other.maintainer, other.now, title="A title of another guild")
    template = save_task_template(
        task=Task.objects.get(title="A title of another guild"), by=other.maintainer, now=other.now
    )
    client = client_of(world, "maintainer")
    assert "A title of another guild" not in client.get(address(world)).content.decode()
    new = f"{world.project.get_absolute_url()}tasks/new/?template={template.pk}"
    assert "A title of another guild" not in client.get(new).content.decode()
    assert client.post(address(world), {"do": "retire", "template": str(template.pk)}).status_code == 404
    template.refresh_from_db()
    assert template.retired_at is None


@pytest.mark.parametrize("reader", ["outsider", "contributor", "reviewer"])
def test_only_maintainers_keep_and_retire_them(world: World, reader: str) -> None:
    template = keep(world)
    client = client_of(world, reader)
    assert client.get(address(world)).status_code == 403
    assert client.post(address(world), {"do": "retire", "template": str(template.pk)}).status_code == 403
    assert client.post(world.task.get_absolute_url(), {"do": "template"}).status_code == 403
    assert "Keep it as a template" not in client.get(world.task.get_absolute_url()).content.decode()


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_keep_one(world: World) -> None:
    people = [world.maintainer, world.steward]
    ended = at_once(lambda number: save_task_template(task=world.task, by=people[number % 2], now=world.now))
    assert ended == {"done": 10} and TaskTemplate.objects.count() == 1
