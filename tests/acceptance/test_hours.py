"""Time that a browser or a program tells: never trusted further than a day of sixteen hours that has already begun."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.queries import ids_of
from accounts.services import save_profile
from contributions.models import Contribution, TimeEntry, WorkDay
from contributions.queries.home import home_page
from contributions.services import EntryInput, approve_contribution, log_hours
from contributions.services.log import HoursImpossible
from core.errors import DomainError
from core.ids import uuid7
from tests.acceptance.hands import together
from tests.factories import World, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world(timezone.now())


def log(world: World, *entries: EntryInput) -> Contribution:
    return log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, entries=entries, note="n", now=world.now
    ).contribution


@pytest.mark.parametrize("days", [2, 40, 3650])
def test_an_hour_dated_in_the_future_is_nobodys_last_seen(world: World, days: int) -> None:
    """Elsewhere one typing error made somebody “last active” in 2035 and first in every list."""
    ahead = world.now.date() + timedelta(days=days)
    work = log(world, EntryInput(ahead, 60))
    assert (work.state, work.need) == ("draft", "future"), "stored, and waiting for its person to mend it"
    with pytest.raises(DomainError):
        approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=60, now=world.now)
    assert not WorkDay.objects.filter(worked_on__gt=world.now.date()).exists()
    save_profile(subject=world.contributor, handle="asha", public_sections=["hours"], is_name_public=True)
    assert str(ahead.year if days > 400 else ahead) not in client_of(world, "outsider").get("/u/asha/").content.decode()
    monday = world.now.date() - timedelta(days=world.now.weekday())
    numbers = home_page(ids_of(world.contributor.user), monday=monday, now=world.now).numbers
    assert numbers.week_checked == 0


@pytest.mark.parametrize("minutes", [0, -1, 961, 10**9, 2**31, 2**63])
def test_minutes_without_end_are_refused(world: World, minutes: int) -> None:
    with pytest.raises(HoursImpossible):
        log(world, EntryInput(world.now.date(), minutes))
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1969, 7, 20), date(9999, 12, 31)])
def test_days_of_no_calendar_are_refused(world: World, day: date) -> None:
    try:
        work = log(world, EntryInput(day, 60))
    except HoursImpossible:
        return
    assert work.state == "draft", "stored at most as something to mend"


@pytest.mark.parametrize(
    "typed",
    [
        {"length": "other", "minutes": "999999999999999999999"},
        {"length": "other", "minutes": "-60"},
        {"length": "other", "minutes": "1e9"},
        {"length": "other", "minutes": "NaN"},
        {"length": "99999"},
        {"length": "60", "day": "other", "other_day": "9999-12-31"},
        {"length": "60", "day": "other", "other_day": "today"},
        {"length": "60", "started": "99:99"},
    ],
)
def test_the_page_says_what_is_wrong_with_such_times(world: World, typed: dict[str, str]) -> None:
    form = {
        "client_id": str(uuid7()),
        "task": str(world.open_work.pk),
        "day": world.now.date().isoformat(),
        "note": "n",
    }
    answer = client_of(world, "contributor").post("/log/", {**form, **typed})
    assert answer.status_code == 200, "the form again, as it was typed"
    assert not Contribution.objects.exists()


def test_no_day_has_more_than_sixteen_hours_however_many_send_at_once(world: World) -> None:
    answers = together(8, lambda _n: log(world, EntryInput(world.now.date(), 300)).need)
    assert sorted(answers) == [""] * 3 + ["day_full"] * 5, "three times five hours fit; the others are kept, and say so"
    assert WorkDay.objects.get().minutes == 900
    assert TimeEntry.objects.count() == 8


def test_when_something_was_sent_is_the_servers_to_say(world: World) -> None:
    form = {
        "client_id": str(uuid7()), "task": str(world.open_work.pk), "length": "60",
        "day": timezone.localdate().isoformat(), "note": "n",
        "created_at": "2001-01-01", "submitted_at": "2035-01-01", "state": "approved", "points": "9999",
    }  # fmt: skip
    client_of(world, "contributor").post("/log/", form)
    work = Contribution.objects.get()
    assert (work.state, work.points) == ("submitted", None)
    assert abs(timezone.now() - work.created_at) < timedelta(minutes=5)
