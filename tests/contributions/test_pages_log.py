"""Logging hours through the page: two taps, sent twice, what a rule refuses, and taking it back."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Subject
from accounts.services import save_profile
from contributions.models import Contribution
from contributions.models.contribution import Need
from contributions.services import EntryInput, log_hours, withdraw_contribution
from core.ids import uuid7
from guilds.services import join_guild, leave_guild
from projects.services import change_project_state, claim_task
from tests.factories import World, make_task, make_world
from tests.html_forms import form_with
from tests.pages import client_of

pytestmark = pytest.mark.django_db
LOG = "/log/"


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=2))


def typed(world: World, **changes: object) -> dict[str, object]:
    """What a browser sends after two taps: everything but the id is preset."""
    return {
        "client_id": str(uuid4()),
        "task": str(world.open_work.pk),
        "length": "60",
        "day": timezone.localdate().isoformat(),
        **changes,
    }


def log(client: Client, world: World, **changes: object) -> Contribution:
    """Send the form and return what was stored."""
    answer = client.post(LOG, typed(world, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return Contribution.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[-1])


def minutes_and_day(work: Contribution) -> tuple[int, date]:
    entry = work.entries.get()
    return entry.minutes, entry.worked_on


def test_two_taps_are_an_hour_today_waiting_for_review(world: World) -> None:
    client = client_of(world, "contributor")
    form = form_with(client.get(LOG).content, field="client_id")
    shown = client.post(LOG, form.values, follow=True).content.decode()
    assert "Stored:" in shown and "It waits for a review." in shown and "Undo" in shown
    work = Contribution.objects.get()
    assert minutes_and_day(work) == (60, timezone.localdate())
    assert (work.state, work.subject) == (Contribution.State.SUBMITTED, world.contributor)


def test_undo_takes_it_back_and_it_can_be_handed_in_again(world: World) -> None:
    client = client_of(world, "contributor")
    work = log(client, world)
    shown = client.post(work.get_absolute_url(), {"do": "withdraw"}, follow=True).content.decode()
    work.refresh_from_db()
    assert work.state == Contribution.State.WITHDRAWN and "Withdrawn." in shown
    edit = reverse("contributions:edit", args=[work.pk])
    again = {"task": work.task_id, "worked_on": timezone.localdate(), "minutes": 45, "do": "hand_in"}
    assert "It waits for a review." in client.post(edit, again, follow=True).content.decode()
    work.refresh_from_db()
    assert work.state == Contribution.State.SUBMITTED and minutes_and_day(work)[0] == 45


def test_the_same_entry_sent_twice_is_one(world: World) -> None:
    client = client_of(world, "contributor")
    same = typed(world, note="Drew the river")
    first = client.post(LOG, same)
    second = client.post(LOG, same, follow=True)
    assert second.redirect_chain[0][0] == first["Location"]
    assert "We already have this entry. It counts once." in second.content.decode()
    assert Contribution.objects.count() == 1


def test_the_same_id_with_other_words_is_refused_and_nothing_typed_is_lost(world: World) -> None:
    client = client_of(world, "contributor")
    first = typed(world)
    client.post(LOG, first)
    answer = client.post(LOG, {**first, "length": "120", "note": "Another evening’s work"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This page logged an entry before" in page and "Another evening’s work" in page
    assert Contribution.objects.get().get_absolute_url() in page
    assert str(first["client_id"]) not in page, "the next press would be refused again"
    assert Contribution.objects.count() == 1


def test_two_people_may_send_the_same_id(world: World) -> None:
    same = typed(world)
    client_of(world, "contributor").post(LOG, same)
    client_of(world, "reviewer").post(LOG, same)
    assert Contribution.objects.count() == 2


@pytest.mark.parametrize(("changes", "minutes"), [({"length": "30"}, 30), ({"length": "other", "minutes": "45"}, 45)])
def test_lengths(world: World, changes: dict[str, object], minutes: int) -> None:
    assert minutes_and_day(log(client_of(world, "contributor"), world, **changes))[0] == minutes


def test_minutes_typed_and_left_behind_by_another_chip_do_not_count(world: World) -> None:
    work = log(client_of(world, "contributor"), world, length="60", minutes="nonsense")
    assert minutes_and_day(work)[0] == 60


def test_days_are_those_that_the_page_showed(world: World) -> None:
    client = client_of(world, "contributor")
    opened_on = timezone.localdate() - timedelta(days=3)
    assert minutes_and_day(log(client, world, day=opened_on.isoformat()))[1] == opened_on
    chosen = timezone.localdate() - timedelta(days=9)
    assert minutes_and_day(log(client, world, day="other", other_day=chosen.isoformat()))[1] == chosen


def test_today_is_the_readers_own(world: World) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        save_profile(subject=world.contributor, timezone=zone)
        here = timezone.now().astimezone(ZoneInfo(zone)).date()
        form = form_with(client_of(world, "contributor").get(LOG).content, field="client_id")
        assert form.values["day"] == here.isoformat()


def test_a_start_is_a_clock_time_where_the_reader_is(world: World) -> None:
    save_profile(subject=world.contributor, timezone="Asia/Kolkata")
    work = log(client_of(world, "contributor"), world, started="09:30")
    entry = work.entries.get()
    assert entry.started_at is not None and entry.started_at.strftime("%H:%M") == "04:00"
    assert entry.ended_at == entry.started_at + timedelta(minutes=60)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"length": "other"}, "Say how many minutes it took."),
        ({"length": "other", "minutes": "0"}, "greater than or equal to 1"),
        ({"length": "other", "minutes": "961"}, "less than or equal to 960"),
        ({"length": "99"}, "not one of the available choices"),
        ({"day": "other"}, "Choose the day on which you did the work."),
        ({"day": "other", "other_day": "1999-12-31"}, "Choose a day after the year 2000."),
        ({"day": "other", "other_day": "9999-12-31", "started": "23:30"}, "Choose a day"),
        ({"day": "0001-01-01", "started": "00:00"}, "Choose a day"),
        ({"day": "yesterday"}, "not one of the available choices"),
        ({"task": "0190f000-0000-7000-8000-000000000000"}, "This task is gone."),
        ({"link": "javascript:alert(1)"}, "Write a whole web address"),
        ({"link": "ftp://example.org/x"}, "Write a whole web address"),
    ],
)
def test_what_cannot_be_stored_is_shown_again_as_typed(world: World, changes: dict[str, object], words: str) -> None:
    answer = client_of(world, "contributor").post(LOG, typed(world, note="Kept words", **changes))
    page = answer.content.decode()
    assert answer.status_code == 200 and words in page
    assert "Kept words" in page and "Nothing was saved yet" in page
    assert Contribution.objects.count() == 0


def test_more_than_an_hour_needs_one_thing_and_is_stored_meanwhile(world: World) -> None:
    client = client_of(world, "contributor")
    work = log(client, world, length="120", started="09:00")
    assert (work.state, work.need) == (Contribution.State.DRAFT, Need.EVIDENCE)
    page = client.get(work.get_absolute_url()).content
    assert b"Needs one thing from you" in page
    form = form_with(page, field="note", button="hand_in")
    shown = client.post(form.action, {**form.values, "note": "Walked the dam", "do": "hand_in"}, follow=True)
    assert "Handed in. It waits for a review." in shown.content.decode()
    work.refresh_from_db()
    assert (work.state, work.need, work.note) == (Contribution.State.SUBMITTED, "", "Walked the dam")
    entry = work.entries.get()
    assert (entry.minutes, str(entry.started_at)[11:16]) == (120, "09:00"), "the rest of the entry went along"


def test_handing_in_without_mending_says_that_it_still_needs_something(world: World) -> None:
    client = client_of(world, "contributor")
    work = log(client, world, length="120")
    shown = client.post(work.get_absolute_url(), {"do": "hand_in"}, follow=True).content.decode()
    assert "Kept. It still needs one thing from you." in shown


def test_each_need_offers_what_mends_it(world: World) -> None:
    client = client_of(world, "contributor")
    today = timezone.localdate()
    log(client, world, length="other", minutes="900", note="A long day")
    full = log(client, world, note="And an hour more", length="120")
    assert full.need == Need.DAY_FULL
    assert 'type="date" name="worked_on"' in client.get(full.get_absolute_url()).content.decode()

    yesterday = (today - timedelta(days=1)).isoformat()
    log(client, world, day=yesterday, started="10:00")
    overlap = log(client, world, day=yesterday, started="10:30")
    assert overlap.need == Need.OVERLAP
    assert '<input type="time" name="started"' in client.get(overlap.get_absolute_url()).content.decode()

    future = log(client, world, day="other", other_day=(today + timedelta(days=3)).isoformat())
    assert future.need == Need.FUTURE
    assert "Choose the day on which you did the work." in client.get(future.get_absolute_url()).content.decode()

    task = make_task(world, world.maintainer, world.now, title="Somebody’s")
    claim_task(task=task, by=world.reviewer, now=world.now)
    taken = log(client, world, task=str(task.pk))
    assert taken.need == Need.TASK_TAKEN
    page = client.get(taken.get_absolute_url()).content.decode()
    assert '<select name="task"' in page and world.open_work.title in page


def test_an_outsiders_hours_wait_until_they_join(world: World) -> None:
    client = client_of(world, "outsider")
    work = log(client, world)
    assert work.need == Need.NOT_MEMBER
    page = client.get(work.get_absolute_url()).content.decode()
    assert "Open the guild to join it" in page and world.guild.get_absolute_url() in page
    join_guild(guild=world.guild, by=world.outsider, now=timezone.now())
    assert "Handed in." in client.post(work.get_absolute_url(), {"do": "hand_in"}, follow=True).content.decode()


def test_the_last_task_is_preset_then_own_tasks_then_open_work(world: World) -> None:
    client = client_of(world, "contributor")

    def preset() -> str:
        return form_with(client.get(LOG).content, field="client_id").values["task"]

    assert preset() == str(world.open_work.pk)
    claim_task(task=world.task, by=world.contributor, now=timezone.now())
    assert preset() == str(world.task.pk)
    other = make_task(world, world.maintainer, world.now, title="Another")
    log(client, world, task=str(other.pk))
    assert preset() == str(other.pk)
    page = client.get(LOG, {"task": str(world.task.pk)}).content.decode()
    assert f'<option value="{world.task.pk}" selected>' in page


def test_a_link_from_an_open_task_presets_it_and_logging_takes_it(world: World) -> None:
    client = client_of(world, "contributor")
    page = client.get(LOG, {"task": str(world.task.pk)}).content.decode()
    assert f'<option value="{world.task.pk}" selected>' in page
    work = log(client, world, task=str(world.task.pk))
    world.task.refresh_from_db()
    assert work.state == Contribution.State.SUBMITTED and world.task.claimed_by == world.contributor


@pytest.mark.parametrize("asked", ["nonsense", "0190f000-0000-7000-8000-000000000000", ""])
def test_a_wrong_task_in_the_address_presets_nothing(world: World, asked: str) -> None:
    assert client_of(world, "contributor").get(LOG, {"task": asked}).status_code == 200


def test_without_a_guild_or_a_project_the_page_says_what_comes_first(world: World) -> None:
    assert "Join a guild first" in client_of(world, "newcomer").get(LOG).content.decode()
    leave_guild(guild=world.guild, by=world.contributor, now=timezone.now())
    assert "Join a guild first" in client_of(world, "contributor").get(LOG).content.decode()
    now = timezone.now()
    change_project_state(project=world.project, to="dormant", by=world.maintainer, now=now, reason="Harvest.")
    page = client_of(world, "reviewer").get(LOG).content.decode()
    assert "Nothing to log on yet" in page and "client_id" not in page


def test_the_same_person_reached_by_two_browsers_is_one_queue_of_entries(world: World) -> None:
    same = typed(world)
    one, other = client_of(world, "contributor"), client_of(world, "contributor")
    one.post(LOG, same)
    assert "We already have this entry" in other.post(LOG, same, follow=True).content.decode()


def test_hostile_words_stay_words(world: World) -> None:
    client = client_of(world, "contributor")
    # A new account's links are plain text until its first approval.
    Subject.objects.filter(pk=world.contributor.pk).update(links_free_at=timezone.now())
    hostile = "<script>alert(1)</script>\u202e\"'><img src=x onerror=alert(2)>"
    work = log(client, world, note=hostile, link='https://example.org/?a=<b>&c="d"')
    for path in (work.get_absolute_url(), reverse("contributions:hours"), "/home/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page
    page = client_of(world, "reviewer").get("/review/").content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<img src=x" not in page
    assert 'rel="nofollow noopener noreferrer ugc"' in page


def test_returned_hours_keep_their_task_and_withdrawn_ones_may_change_it(world: World) -> None:
    entries = [EntryInput(timezone.localdate(), 30)]
    work = log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, entries=entries, now=world.now
    ).contribution
    withdraw_contribution(contribution=work, by=world.contributor, now=world.now)
    client = client_of(world, "contributor")
    edit = reverse("contributions:edit", args=[work.pk])
    values = {"task": world.task.pk, "worked_on": timezone.localdate(), "minutes": 30, "do": "keep"}
    assert "Kept as it is now." in client.post(edit, values, follow=True).content.decode()
    work.refresh_from_db()
    assert (work.task, work.state) == (world.task, Contribution.State.DRAFT)


def test_hours_in_review_are_withdrawn_before_they_are_changed(world: World) -> None:
    client = client_of(world, "contributor")
    work = log(client, world)
    edit = reverse("contributions:edit", args=[work.pk])
    assert "Withdraw these hours first" in client.get(edit, follow=True).content.decode()
    values = {"task": work.task_id, "worked_on": timezone.localdate(), "minutes": 5, "do": "hand_in"}
    assert "Withdraw these hours first" in client.post(edit, values, follow=True).content.decode()
    assert minutes_and_day(work)[0] == 60
