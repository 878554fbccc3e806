"""The time somebody has for a task: chosen, extended once, reminded of, ended; and what they leave behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.services import erase_person
from contributions.models import Contribution
from contributions.services import EntryInput, log_hours
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.errors import PermissionRefused, TransitionRefused
from core.ids import uuid7
from core.models import Event
from guilds.services import join_guild, publish_policy
from notices.models import Notice
from projects.models import ProgressNote, Task
from projects.services import (
    change_project_state,
    claim_task,
    extend_claim,
    note_progress,
    release_ended_claims,
    release_task,
    remind_ending_claims,
)
from projects.services.handover import ProgressUnsaid
from projects.services.leases import LeaseExtendedAlready
from projects.services.tasks import LeaseTooLong, TaskClosed, note_task_event
from tests.contributions.test_at_once import at_once
from tests.factories import World, make_person, make_task
from tests.pages import client_of
from tests.projects.conftest import NAMES

pytestmark = pytest.mark.django_db


def deliver(world: World) -> None:
    for consumer in consumers_with_due_events(now=world.now):
        deliver_until_empty(consumer, now=world.now)


def read(world: World, reader: str, task: Task) -> str:
    return client_of(world, reader).get(task.get_absolute_url()).content.decode()


def press(world: World, reader: str, do: str, **values: str) -> str:
    answer = client_of(world, reader).post(world.task.get_absolute_url(), {"do": do, **values}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def days_left(task: Task, world: World) -> float:
    task.refresh_from_db()
    assert task.lease_ends_at is not None
    return (task.lease_ends_at - world.now) / timedelta(days=1)


def test_a_task_is_taken_for_the_days_one_chooses_within_the_policys(world: World) -> None:
    assert 'name="days"' in read(world, "contributor", world.task)
    press(world, "contributor", "claim", days="3")
    world.task.refresh_from_db()
    assert world.task.claimed_at and world.task.lease_ends_at == world.task.claimed_at + timedelta(days=3)
    release_task(task=world.task, by=world.contributor, now=world.now)
    for days in (0, -1, 15, 10**9):
        with pytest.raises(LeaseTooLong, match="1 to 14 days"):
            claim_task(task=world.task, by=world.contributor, now=world.now, days=days)
    assert "1 to 14 days" in press(world, "contributor", "claim", days="9999")
    assert "It is yours." in press(world, "contributor", "claim", days="rubbish"), "nonsense is the whole time"


def test_it_is_extended_once_by_its_person_alone(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now, days=5)
    for person in (world.reviewer, world.maintainer):
        with pytest.raises(PermissionRefused):
            extend_claim(task=world.task, by=person, now=world.now)
    assert "Take as much time again" in read(world, "contributor", world.task)
    assert "as much time again" in press(world, "contributor", "extend")
    assert days_left(world.task, world) == 10
    assert "Take as much time again" not in read(world, "contributor", world.task)
    with pytest.raises(LeaseExtendedAlready):
        extend_claim(task=world.task, by=world.contributor, now=world.now)
    release_task(task=world.task, by=world.contributor, now=world.now)
    claim_task(task=world.task, by=world.contributor, now=world.now)
    extend_claim(task=world.task, by=world.contributor, now=world.now)


def test_work_that_was_handed_in_needs_no_more_time(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    log(world)
    with pytest.raises(TaskClosed):
        extend_claim(task=world.task, by=world.contributor, now=world.now)


def log(world: World) -> Contribution:
    entry = EntryInput(world.now.date(), 60)
    return log_hours(
        by=world.contributor, client_id=uuid7(), task=world.task, entries=[entry], now=world.now, note="Half of it."
    ).contribution


def test_a_reminder_comes_once_a_claim_at_the_policys_moment(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    assert remind_ending_claims(now=world.later(days=10, hours=23)) == 0
    assert remind_ending_claims(now=world.later(hours=2)) == 1
    assert remind_ending_claims(now=world.later(hours=1)) == 0
    deliver(world)
    told = Notice.objects.get(kind="claim_ending")
    assert told.subject == world.contributor and told.params == {"task": world.task.title}
    extend_claim(task=world.task, by=world.contributor, now=world.now)
    assert remind_ending_claims(now=world.later(days=1)) == 0
    assert remind_ending_claims(now=world.later(days=13)) == 1, "the longer time has a reminder of its own"


def test_how_soon_is_the_guilds_own_policy(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    publish_policy(guild=world.guild, by=world.steward, now=world.now, effective_at=world.now, claim_reminder_days=9)
    assert remind_ending_claims(now=world.later(days=5, hours=1)) == 1


def test_a_run_that_is_killed_in_the_middle_reminds_nobody_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        claim_task(
            task=make_task(world, world.maintainer, world.now, title=f"T{number}"), by=world.contributor, now=world.now
        )
    now, done = world.later(days=12), 0

    def power_cut(*args: object, **kwargs: object) -> None:
        nonlocal done
        done += 1
        if done == 2:
            raise KeyboardInterrupt
        note_task_event(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("projects.services.leases.note_task_event", power_cut)
    with pytest.raises(KeyboardInterrupt):
        remind_ending_claims(now=now)
    monkeypatch.undo()
    assert not Event.objects.filter(kind="task.claim_reminded").exists()
    assert remind_ending_claims(now=now) == 3
    assert Event.objects.filter(kind="task.claim_reminded").count() == 3


def test_when_time_ends_the_task_opens_and_what_was_noted_stays(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    note_progress(task=world.task, by=world.contributor, now=world.now, words="Photos 1 to 20 are done.", percent=50)
    assert release_ended_claims(now=world.later(days=15)) == 1
    deliver(world)
    assert Notice.objects.get(kind="claim_ended").subject == world.contributor
    text = read(world, "reviewer", world.task)
    assert "Photos 1 to 20 are done." in text and NAMES["contributor"] in text and "about 50 percent done" in text
    assert "Photos 1 to 20" not in Client().get(world.task.get_absolute_url()).content.decode(), "notes are for members"


def test_giving_back_with_a_word_to_the_next_one_keeps_hours_and_notes(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    words = {
        "release-words": "The rest is in the folder.",
        "release-link": "https://example.org/rest",
        "release-percent": "40",
    }
    assert "Given back." in press(world, "contributor", "release", **words)
    assert "Given back." in press(world, "contributor", "release", **words), "the answer was lost, the words come again"
    note = ProgressNote.objects.get()
    assert (note.words, note.percent, note.at_handover) == ("The rest is in the folder.", 40, True)
    assert "The rest is in the folder." in read(world, "reviewer", world.task)
    with pytest.raises(TransitionRefused):
        release_task(task=world.task, by=world.contributor, now=world.now)


def test_words_for_the_next_one_are_kept_when_time_ended_while_they_were_written(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    release_ended_claims(now=world.later(days=15))
    release_task(task=world.task, by=world.contributor, now=world.now, words="A long and careful note.")
    note_progress(task=world.task, by=world.contributor, now=world.now, words="And one thing more.")
    assert ProgressNote.objects.count() == 2
    for person in (world.reviewer, world.outsider):
        with pytest.raises(PermissionRefused):
            note_progress(task=world.task, by=person, now=world.now, words="I was never here.")


def test_a_note_says_something_and_is_checked_for_shape(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    with pytest.raises(ProgressUnsaid):
        note_progress(task=world.task, by=world.contributor, now=world.now, words="  ")
    assert "Say where it stands" in press(world, "contributor", "progress")
    for field, value in (("link", "javascript:alert(1)"), ("percent", "101"), ("percent", "-1")):
        text = press(world, "contributor", "progress", **{"progress-words": "Typed.", f"progress-{field}": value})
        assert "Something needs mending" in text and "Typed." in text, "nothing typed is lost"
    assert not ProgressNote.objects.exists()


def test_notes_lose_their_words_with_their_author(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    note_progress(
        task=world.task, by=world.contributor, now=world.now, words="As Rina said", link="https://r.example/a"
    )
    erase_person(subject_id=world.contributor.pk, by=None, now=world.now)
    note = ProgressNote.objects.get()
    assert (note.words, note.link) == ("[erased]", "")


@pytest.mark.parametrize("state", ["dormant", "archived"])
def test_a_project_that_takes_no_work_shows_no_task_as_open(world: World, state: str) -> None:
    change_project_state(project=world.project, to=state, by=world.maintainer, now=world.now, reason="Winter.")
    page = Client().get(world.project.get_absolute_url()).content.decode()
    assert world.open_work.title not in page and world.task.title not in page
    assert "1 task waits until the project goes on" in page.replace("<bdi>1</bdi>", "1")
    for task in (world.open_work, world.task):
        text = Client().get(task.get_absolute_url()).content.decode()
        assert "not open today" in text and '<span class="state ok">open</span>' not in text


@pytest.mark.django_db(transaction=True)
def test_ten_people_take_one_task_at_once_and_one_has_it(world: World) -> None:
    crowd = [make_person(f"p{number}") for number in range(10)]
    for person in crowd:
        join_guild(guild=world.guild, by=person, now=world.now)
    ended = at_once(lambda number: claim_task(task=world.task, by=crowd[number], now=world.now, days=3))
    assert ended == {"done": 1, "TaskTaken": 9}


@pytest.mark.django_db(transaction=True)
def test_ten_reminders_and_releases_at_once_are_one_of_each(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    now = world.later(days=12)
    assert at_once(lambda number: remind_ending_claims(now=now)) == {"done": 10}
    assert Event.objects.filter(kind="task.claim_reminded").count() == 1
    assert at_once(lambda number: extend_claim(task=world.task, by=world.contributor, now=now)) == {
        "done": 1,
        "LeaseExtendedAlready": 9,
    }
    later = world.later(days=30)
    assert at_once(lambda number: release_ended_claims(now=later)) == {"done": 10}
    assert Event.objects.filter(kind="task.released").count() == 1


@pytest.mark.django_db(transaction=True)
def test_giving_back_ten_times_at_once_leaves_one_note(world: World) -> None:
    claim_task(task=world.task, by=world.contributor, now=world.now)
    ended = at_once(
        lambda number: release_task(task=world.task, by=world.contributor, now=world.now, words="The rest.")
    )
    assert ended == {"done": 10} and ProgressNote.objects.count() == 1
