"""The pages of tasks: writing, publishing, taking, giving back, closing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from core.models import StateChange
from projects.models import Task
from projects.services import change_project_state, claim_task, draft_task
from tests.factories import World, make_task
from tests.pages import client_of
from tests.projects.conftest import NAMES

pytestmark = pytest.mark.django_db

WORDS = {
    "title": "Label ten photos",
    "description": "Choose ten.",
    "role": "annotation",
    "estimate_minutes": "30",
    "difficulty": "M",
    "skills": "Assamese, patience",
}


def read(client: Client, task: Task) -> str:
    return client.get(task.get_absolute_url()).content.decode()


def press(client: Client, task: Task, do: str) -> str:
    """Press a button on a task's page and read what comes of it."""
    answer = client.post(task.get_absolute_url(), {"do": do}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def draft(world: World) -> Task:
    return draft_task(
        project=world.project, by=world.maintainer, now=timezone.now(), title="Call the radio", estimate_minutes=30
    )


def test_a_task_is_written_as_a_draft_once_and_published(world: World) -> None:
    client = client_of(world, "maintainer")
    address = f"{world.project.get_absolute_url()}tasks/new/"
    assert len({client.post(address, WORDS)["Location"] for _twice in range(2)}) == 1
    task = Task.objects.get(title="Label ten photos")
    assert task.state == "draft" and task.skills == ["Assamese", "patience"]
    assert Client().get(task.get_absolute_url()).status_code == 404
    assert "Published." in press(client, task, "publish")
    assert "already. Nothing was changed." in press(client, task, "publish")
    assert "Take this task" in read(client_of(world, "contributor"), task)


@pytest.mark.parametrize("minutes", ["14", "121", "", "many", "-60", "99999999999999999999"])
def test_a_task_fits_into_an_evening(world: World, minutes: str) -> None:
    answer = client_of(world, "maintainer").post(
        f"{world.project.get_absolute_url()}tasks/new/", {**WORDS, "estimate_minutes": minutes}
    )
    assert answer.status_code == 200 and b"Something needs mending" in answer.content
    assert not Task.objects.filter(title=WORDS["title"]).exists()


def test_what_points_depend_on_is_fixed_when_published_and_says_so(world: World) -> None:
    client, address = client_of(world, "maintainer"), f"{world.task.get_absolute_url()}edit/"
    text = client.get(address).content.decode()
    assert "were fixed when the task was published" in text and 'name="difficulty"' not in text
    client.post(address, {**WORDS, "difficulty": "L", "estimate_minutes": "15"})
    world.task.refresh_from_db()
    assert (world.task.title, world.task.difficulty, world.task.estimate_minutes) == ("Label ten photos", "S", 120)
    assert "nobody can change them now" in read(Client(), world.task)


def test_a_draft_can_be_changed_whole(world: World, draft: Task) -> None:
    client_of(world, "maintainer").post(f"{draft.get_absolute_url()}edit/", WORDS)
    draft.refresh_from_db()
    assert (draft.difficulty, draft.estimate_minutes) == ("M", 30)


def test_what_it_is_worth_is_shown_before_anybody_takes_it(world: World) -> None:
    assert '<bdi class="amount">20</bdi> points' in read(Client(), world.task)


def test_taking_is_offered_to_members_and_the_way_in_to_others(world: World) -> None:
    assert f"/accounts/login/?next={world.task.get_absolute_url()}" in read(Client(), world.task)
    assert "Join the guild" in read(client_of(world, "outsider"), world.task)
    refused = client_of(world, "outsider").post(world.task.get_absolute_url(), {"do": "claim"})
    assert refused.status_code == 403 and b"Only members of River Watch" in refused.content
    assert (
        Client()
        .post(world.task.get_absolute_url(), {"do": "claim"})["Location"]
        .endswith(world.task.get_absolute_url())
    )


def test_a_task_is_taken_once_and_others_are_told(world: World) -> None:
    mine, other = client_of(world, "contributor"), client_of(world, "reviewer")
    assert "It is yours." in press(mine, world.task, "claim")
    assert "It is yours." in press(mine, world.task, "claim")
    assert StateChange.objects.filter(object_id=world.task.pk, to_state="claimed").count() == 1
    assert "Somebody else has this task." in press(other, world.task, "claim")
    assert NAMES["contributor"] in read(other, world.task)
    public = read(Client(), world.task)
    assert "A contributor has this task." in public and NAMES["contributor"] not in public
    assert f"/log/?task={world.task.pk}" in read(mine, world.task)


def test_a_task_is_given_back_by_its_person_or_a_maintainer_only(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=timezone.now())
    refused = client_of(world, "reviewer").post(world.task.get_absolute_url(), {"do": "release"})
    assert refused.status_code == 403
    assert "Give it back" not in read(client_of(world, "reviewer"), world.task)
    assert "Given back." in press(client_of(world, "contributor"), world.task, "release")
    claim_task(task=world.task, by=world.contributor, now=timezone.now())
    assert "Open it to others again" in read(client_of(world, "maintainer"), world.task)
    assert "Given back." in press(client_of(world, "maintainer"), world.task, "release")
    world.task.refresh_from_db()
    assert world.task.state == "published" and world.task.claimed_by is None


def test_closing_and_opening_again(world: World) -> None:
    client = client_of(world, "maintainer")
    assert "Closed." in press(client, world.task, "close")
    assert "This task is closed" in read(Client(), world.task)
    assert "isn't open" in press(client_of(world, "contributor"), world.task, "claim").replace("&#x27;", "'")
    assert "Published." in press(client, world.task, "publish")


@pytest.mark.parametrize("do", ["publish", "close"])
@pytest.mark.parametrize("reader", ["outsider", "contributor", "reviewer"])
def test_nobody_else_publishes_or_closes(world: World, reader: str, do: str) -> None:
    answer = client_of(world, reader).post(world.task.get_absolute_url(), {"do": do})
    assert answer.status_code == 403 and b"Only maintainers of River Watch" in answer.content


def test_open_work_is_there_for_everybody_and_never_taken(world: World) -> None:
    client = client_of(world, "contributor")
    assert "Take this task" not in read(client, world.open_work) and "Log hours" in read(client, world.open_work)
    assert "there is nothing to claim" in press(client, world.open_work, "claim")


def test_a_resting_project_offers_no_task(world: World) -> None:
    change_project_state(project=world.project, to="dormant", by=world.maintainer, now=timezone.now(), reason="Winter.")
    client = client_of(world, "contributor")
    assert "takes no hours today" in read(client, world.task) and "Take this task" not in read(client, world.task)
    press(client, world.task, "claim")
    world.task.refresh_from_db()
    assert world.task.state == "published"


def test_a_task_of_a_proposal_can_not_be_published_yet(world: World) -> None:
    change_project_state(project=world.project, to="dormant", by=world.maintainer, now=timezone.now(), reason="Winter.")
    draft = draft_task(project=world.project, by=world.maintainer, now=timezone.now(), title="Later")
    assert "Start it before you publish tasks." in press(client_of(world, "maintainer"), draft, "publish")


def test_what_people_wrote_can_not_become_markup(world: World) -> None:
    evil = "<iframe src=//evil.example></iframe>"
    task = make_task(world, world.maintainer, timezone.now(), title=evil, description=evil, skills=[evil[:40]])
    for reader in ("anonymous", "contributor", "maintainer"):
        assert "<iframe" not in read(client_of(world, reader), task)
