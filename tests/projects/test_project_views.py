"""The pages of projects: proposing, starting, resting, and what a reader finds on one."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from core import registries
from guilds.queries import Viewer
from projects.models import Project, Task
from projects.services import claim_task, draft_problem, draft_task, expire_task, propose_project, submit_problem
from tests.factories import World, make_task
from tests.pages import client_of
from tests.projects.conftest import NAMES

pytestmark = pytest.mark.django_db

WORDS = {"title": "Well register", "summary": "A register on paper.", "language": "en", "repository_url": ""}


def read(client: Client, project: Project) -> str:
    return client.get(project.get_absolute_url()).content.decode()


def press(client: Client, project: Project, do: str, **values: object) -> str:
    """Press a button on a project's page and read what comes of it."""
    answer = client.post(project.get_absolute_url(), {"do": do, **values}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def proposal(world: World) -> Project:
    return propose_project(
        problem=world.problem, by=world.contributor, now=timezone.now(), title="Radio", summary="A voice."
    )


def test_proposing_twice_makes_one_project_with_its_open_work(world: World) -> None:
    client = client_of(world, "contributor")
    address = f"{world.problem.get_absolute_url()}project/new/"
    assert {client.post(address, WORDS)["Location"] for _twice in range(2)} == {"/projects/well-register/"}
    made = Project.objects.get(slug="well-register")
    assert made.state == "proposal" and made.tasks.filter(is_open_work=True).count() == 1


def test_a_problem_that_is_not_accepted_takes_no_project_and_says_why(world: World) -> None:
    now = timezone.now()
    problem = draft_problem(
        guild=world.guild, by=world.contributor, now=now, title="New one", statement="s", affected_people="a", place="p"
    )
    submit_problem(problem=problem, by=world.contributor, now=now)
    client, address = client_of(world, "contributor"), f"{problem.get_absolute_url()}project/new/"
    assert "a maintainer accepts it first" in client.get(address).content.decode()
    refused = client.post(address, WORDS)
    assert refused.status_code == 200 and "A project answers an accepted problem." in refused.content.decode()
    assert not Project.objects.filter(title=WORDS["title"]).exists()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/x", "data:text/html,x"])
def test_a_repository_is_a_web_address(world: World, url: str) -> None:
    client_of(world, "contributor").post(
        f"{world.problem.get_absolute_url()}project/new/", {**WORDS, "repository_url": url}
    )
    assert not Project.objects.filter(title=WORDS["title"]).exists()


def test_starting_opens_it_for_hours_and_twice_is_once(world: World, proposal: Project) -> None:
    client = client_of(world, "maintainer")
    assert "Start this project" not in read(client_of(world, "contributor"), proposal)
    assert "Started." in press(client, proposal, "start")
    assert "already. Nothing was changed." in press(client, proposal, "start")
    assert Task.objects.get(project=proposal, is_open_work=True).state == "published"
    assert "Log hours" in read(Client(), proposal)


@pytest.mark.parametrize("to", ["dormant", "archived", "quarantined"])
def test_resting_and_ending_need_a_reason_that_members_read(world: World, to: str) -> None:
    client = client_of(world, "maintainer")
    unsaid = press(client, world.project, "step", **{"step-to": to, "step-reason": " "})
    assert "Please say why" in unsaid
    press(client, world.project, "step", **{"step-to": to, "step-reason": "The river moved."})
    world.project.refresh_from_db()
    assert world.project.state == to
    assert "The river moved." in read(client_of(world, "contributor"), world.project)
    public = read(Client(), world.project)
    assert "The river moved." not in public and "Log hours" not in public


@pytest.mark.parametrize("reader", ["outsider", "contributor", "reviewer"])
def test_nobody_else_moves_a_project(world: World, proposal: Project, reader: str) -> None:
    client = client_of(world, reader)
    for do, values in (("start", {}), ("step", {"step-to": "archived", "step-reason": "x"})):
        answer = client.post(proposal.get_absolute_url(), {"do": do, **values})
        assert answer.status_code == 403 and b"Only maintainers of River Watch" in answer.content
    proposal.refresh_from_db()
    assert proposal.state == "proposal"


def test_tasks_are_listed_by_what_can_be_done_with_them(world: World) -> None:
    now = timezone.now()
    make_task(world, world.maintainer, now, title="Ready one", is_starter=True, estimate_minutes=15, role="data")
    taken = make_task(world, world.maintainer, now, title="Taken one")
    claim_task(task=taken, by=world.contributor, now=now)
    draft_task(project=world.project, by=world.maintainer, now=now, title="Hidden draft")
    expire_task(task=make_task(world, world.maintainer, now, title="Closed one"), by=world.maintainer, now=now)
    public = read(Client(), world.project)
    assert "Ready one" in public and "good first task" in public and "15\xa0min" in public and "data" in public
    assert "Taken one" in public and NAMES["contributor"] not in public
    assert "Hidden draft" not in public and "Closed one" not in public
    assert NAMES["contributor"] in read(client_of(world, "reviewer"), world.project)
    assert "Hidden draft" in read(client_of(world, "maintainer"), world.project)
    assert "Hidden draft" not in read(client_of(world, "contributor"), world.project)


def test_maintainers_find_their_links_and_others_do_not(world: World) -> None:
    queue = f"/projects/{world.project.slug}/review/"
    assert queue in read(client_of(world, "maintainer"), world.project)
    assert queue in read(client_of(world, "reviewer"), world.project)
    assert queue not in read(client_of(world, "contributor"), world.project)
    assert f"/projects/{world.project.slug}/tasks/new/" not in read(client_of(world, "reviewer"), world.project)


def test_apps_above_have_a_place_on_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def shout(request: HttpRequest, *, project: Project, viewer: Viewer) -> str:
        return f"<b>{project.title} & {viewer.is_member}</b>"

    monkeypatch.setitem(registries._slots, "projects.project_body", [shout])
    assert "&lt;b&gt;Flood map &amp; True" in read(client_of(world, "contributor"), world.project)


def test_words_are_changed_by_maintainers(world: World) -> None:
    address = f"{world.project.get_absolute_url()}edit/"
    assert client_of(world, "contributor").post(address, WORDS).status_code == 403
    assert client_of(world, "maintainer").post(address, WORDS).status_code == 302
    world.project.refresh_from_db()
    assert world.project.title == "Well register" and world.project.slug == "flood-map"


def test_what_people_wrote_can_not_become_markup(world: World) -> None:
    evil = '<svg onload=alert(1)>"'
    Project.objects.filter(pk=world.project.pk).update(
        title=evil, summary=evil, repository_url='https://x.example/"><b>'
    )
    Task.objects.filter(pk=world.task.pk).update(title=evil)
    world.project.refresh_from_db()
    for reader in ("anonymous", "maintainer"):
        assert "<svg onload" not in read(client_of(world, reader), world.project)
    assert "<svg onload" not in Client().get(world.guild.get_absolute_url()).content.decode()
