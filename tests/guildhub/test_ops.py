"""What waits for a person: counted where it is, retried and dropped by those it concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from contributions.services import EntryInput, log_hours
from contributions.services.history import bring_history
from core.ids import uuid7
from core.models import Delivery, Event
from guilds.services import propose_guild
from projects.services import draft_problem, submit_problem
from tests.contributions.histories import days_of
from tests.factories import World, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=1))


def park(world: World, error: str = "ValueError: no such thing (handlers.py:9 in tell)") -> Delivery:
    """A delivery about this world's guild that a handler could not take in."""
    event = Event.objects.filter(guild=world.guild.pk).latest("id")
    return Delivery.objects.create(
        consumer="contributions.tell_contributors",
        event=event,
        attempts=8,
        due_at=timezone.now(),
        parked_at=timezone.now(),
        error=error,
    )


def press(world: World, reader: str, do: str, delivery: int) -> tuple[int, str]:
    answer = client_of(world, reader).post("/ops/", {"do": do, "delivery": delivery}, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_hub_steward_sees_every_guilds_queues_with_links(world: World) -> None:
    other = make_world(world.now)
    for one in (world, other):
        log_hours(
            by=one.contributor,
            client_id=uuid7(),
            task=one.open_work,
            entries=[EntryInput(one.now.date(), 30)],
            now=one.now,
        )
    told = draft_problem(
        guild=world.guild, by=world.contributor, now=world.now, title="P", statement="s", affected_people="x", place="y"
    )
    submit_problem(problem=told, by=world.contributor, now=world.now)
    proposed = propose_guild(slug="new", name="New", summary="s", by=world.outsider, now=world.now)
    page = client_of(world, "hub_steward").get("/ops/").content.decode()
    for path in (
        proposed.get_absolute_url(),
        f"/problems/?state=submitted&amp;guild={world.guild.slug}",
        world.project.get_absolute_url(),
        other.project.get_absolute_url(),
    ):
        assert f'href="{path}"' in page, path
    assert "Public log" in page and "contributions.tell_contributors" in page


def test_history_that_waits_is_counted_in_sessions(world: World) -> None:
    bring_history(project=world.project, commits=days_of("asha", 3), by=world.maintainer, now=world.now)
    page = client_of(world, "steward").get("/ops/").content.decode()
    row = page.split("Imported sessions to accept:")[1].split("</li>")[0]
    assert ">3<" in row.replace(" ", "")
    assert f'href="/projects/{world.project.slug}/history/"' in page


def test_a_guilds_steward_sees_their_own_guild_only(world: World) -> None:
    other = make_world(world.now)
    park(other, error="Somebody else’s fault")
    park(world, error="Our own fault")
    page = client_of(world, "steward").get("/ops/").content.decode()
    assert "Our own fault" in page and "Somebody else’s fault" not in page
    assert "Public log" not in page


@pytest.mark.parametrize("reader", ["contributor", "reviewer", "maintainer", "outsider"])
def test_others_are_told_who_sees_it(world: World, reader: str) -> None:
    delivery = park(world)
    answer = client_of(world, reader).get("/ops/")
    assert answer.status_code == 403 and b"Only stewards see what waits here." in answer.content
    assert press(world, reader, "drop", delivery.pk)[0] == 403
    assert Delivery.objects.filter(pk=delivery.pk).exists()


@pytest.mark.parametrize("reader", ["hub_steward", "steward"])
def test_retrying_puts_it_back_and_dropping_forgets_it(world: World, reader: str) -> None:
    first, second = park(world), None
    assert "It is in the queue again." in press(world, reader, "retry", first.pk)[1]
    first.refresh_from_db()
    assert (first.parked_at, first.attempts, first.error) == (None, 0, "")
    assert "It is not parked any more" in press(world, reader, "retry", first.pk)[1]
    first.delete()
    second = park(world)
    assert "Dropped." in press(world, reader, "drop", second.pk)[1]
    assert not Delivery.objects.filter(pk=second.pk).exists()
    assert Event.objects.filter(pk=second.event_id).exists()


def test_a_steward_touches_no_other_guilds_deliveries(world: World) -> None:
    other = make_world(world.now)
    delivery = park(other)
    for do in ("retry", "drop"):
        status, page = press(world, "steward", do, delivery.pk)
        assert status == 403 and "This is not about a guild of yours." in page
    delivery.refresh_from_db()
    assert delivery.parked_at is not None


def test_errors_are_shown_as_text(world: World) -> None:
    park(world, error="<script>alert(1)</script>")
    page = client_of(world, "hub_steward").get("/ops/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_nothing_waiting_is_said(world: World) -> None:
    assert "Nothing waits" in client_of(world, "steward").get("/ops/").content.decode()
    assert client_of(world, "steward").post("/ops/", {"do": "drop", "delivery": "x"}).status_code == 200
