"""Pages of pictures: what is drawn, what stands in the table and what the database holds are the same numbers."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Subject
from accounts.services import save_profile
from contributions.models import Contribution
from contributions.queries.pictures import Sum, guild_month, guild_months, own_days, shown_kinds
from contributions.queries.review_queue import AGES, queue_ages, waiting_work
from contributions.services import EntryInput, approve_contribution, log_hours, withdraw_contribution
from contributions.views.pictures import month_asked_for
from core.formats import format_minutes
from core.ids import uuid7
from guilds.services import join_guild
from tests.factories import World, make_person, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def logged(world: World, by: Subject, day: date, minutes: int, *, now: datetime | None = None) -> Contribution:
    entry = EntryInput(worked_on=day, minutes=minutes)
    made = log_hours(
        by=by,
        client_id=uuid7(),
        task=world.open_work,
        entries=[entry],
        now=now or timezone.now(),
        note="Walked the dyke.",
    )
    return made.contribution


def approved(world: World, by: Subject, day: date, minutes: int, counted: int | None = None) -> Contribution:
    work = logged(world, by, day, minutes)
    approve_contribution(
        contribution=work, by=world.reviewer, rubric=4, minutes=counted or minutes, now=timezone.now(), reason="Good."
    )
    return work


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=30))


def text_of(body: str) -> str:
    return body.replace("\xa0", " ")


def test_my_year_draws_what_i_logged_and_nothing_i_took_back(world: World) -> None:
    today = timezone.localdate()
    approved(world, world.contributor, today, 90, counted=60)
    logged(world, world.contributor, today - timedelta(days=1), 45)
    withdraw_contribution(
        contribution=logged(world, world.contributor, today, 30), by=world.contributor, now=timezone.now()
    )
    logged(world, world.reviewer, today, 120)
    found = own_days([world.contributor.pk], first=today - timedelta(days=300), last=today)
    assert [(day.day, day.minutes, day.minutes_checked) for day in found] == [
        (today - timedelta(days=1), 45, 0),
        (today, 90, 60),
    ]
    body = text_of(client_of(world, "contributor").get("/me/year/").content.decode())
    assert sum(d.count("h9") for d in re.findall(r'class="k\d" d="([^"]*)"', body)) == 2
    for shown in (format_minutes(135), format_minutes(60), format_minutes(45), format_minutes(90)):
        assert text_of(shown) in body
    assert f"/me/hours/?after={(today + timedelta(days=7 - today.isoweekday() % 7)).isoformat()}" in body


def test_a_year_without_an_hour_teaches(world: World) -> None:
    body = client_of(world, "newcomer").get("/me/year/").content.decode()
    assert "No hours this year yet" in body
    assert "<svg" not in body.partition("<main")[2], "an empty picture teaches less than the words beside it"


def test_a_year_in_urdu_is_read_from_the_right(world: World) -> None:
    today = timezone.localdate()
    logged(world, world.contributor, today, 45)
    client = client_of(world, "contributor")
    ltr, rtl = (client.get("/me/year/", headers={"accept-language": code}).content.decode() for code in ("en", "ur"))
    assert 'dir="rtl"' in rtl
    left, right = (re.findall(r'class="k2" d="M(\d+) ', body)[0] for body in (ltr, rtl))
    assert int(left) > 160 > int(right)


def test_a_guilds_month_adds_up(world: World) -> None:
    first = timezone.localdate().replace(day=1)
    for person in (world.contributor, world.maintainer, world.steward):
        approved(world, person, first, 60)
    logged(world, world.contributor, first, 45)
    found = guild_month(world.guild.pk, first)
    assert (found.total.minutes_checked, found.total.minutes_waiting, found.people) == (180, 45, 3)
    assert sum(week.minutes_checked for week in found.weeks) == sum(k.minutes_checked for k in found.kinds) == 180
    assert sum(week.minutes_waiting for week in found.weeks) == sum(k.minutes_waiting for k in found.kinds) == 45
    assert guild_months(world.guild.pk, first)[-1] == (first, 180)
    body = text_of(Client().get(f"/guilds/{world.guild.slug}/month/").content.decode())
    assert text_of(format_minutes(225)) in body
    assert "By <bdi>3</bdi> people." in body
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(minutes_approved) FROM contributions_review WHERE verdict = 'approved'")
        assert cursor.fetchone() == (180,)


def test_a_guilds_month_lets_nobody_stand_out(world: World) -> None:
    approved(world, world.contributor, timezone.localdate().replace(day=1), 60)
    save_profile(subject=world.contributor, display_name="Rimjhim Bora", is_name_public=True)
    body = Client().get(f"/guilds/{world.guild.slug}/month/").content.decode()
    assert "By fewer than <bdi>3</bdi> people." in body
    assert "several kinds" in body
    assert "Rimjhim" not in body
    assert str(world.contributor.pk) not in body


def test_few_people_are_hidden_among_enough_others() -> None:
    kinds = [
        ("code", Sum(600), {"a", "b", "c", "d"}),
        ("design", Sum(60), {"a"}),
        ("field", Sum(90), {"b", "c", "e"}),
        ("docs", Sum(30), {"b"}),
    ]
    # Two people gave docs and design: with field, the kind of fewest, they are four.
    assert [(kind.role, kind.minutes_checked) for kind in shown_kinds(kinds)] == [("code", 600), ("", 180)]
    assert [kind.role for kind in shown_kinds(kinds[::2])] == ["code", "field"]
    assert [(kind.role, kind.minutes_checked) for kind in shown_kinds(kinds[1:2])] == [("", 60)]
    assert shown_kinds([]) == []


@pytest.mark.parametrize("text", ["", "x", "2026-13", "9999-01", "0001-01", "2026-1", "\x00", "2026-02-31"])
def test_an_odd_month_is_this_one_or_the_one_it_means(text: str) -> None:
    assert month_asked_for(text, date(2026, 11, 23)) in {date(2026, 11, 1), date(2026, 2, 1)}
    assert month_asked_for("2026-02", date(2026, 11, 23)) == date(2026, 2, 1)


def test_a_month_without_hours_teaches(world: World) -> None:
    answer = Client().get(f"/guilds/{world.guild.slug}/month/?of=2020-01")
    assert "No hours in this month" in answer.content.decode()
    assert guild_month(world.guild.pk, date(2020, 1, 1)).kinds == []


def test_a_guild_that_is_not_there_has_no_month() -> None:
    assert Client().get("/guilds/none/month/").status_code == 404


def test_a_projects_hours_are_those_of_its_page(world: World) -> None:
    approved(world, world.contributor, timezone.localdate(), 75)
    body = text_of(Client().get(f"/projects/{world.project.slug}/hours/").content.decode())
    assert body.count(text_of(format_minutes(75))) >= 3
    assert f"/projects/{world.project.slug}/timeline/" in body


def test_a_queue_is_told_by_its_age(world: World) -> None:
    now = timezone.now()
    for days in (0, 2, 5, 9):
        then = now - timedelta(days=days)
        logged(world, world.contributor, then.date(), 15, now=then)
    logged(world, world.reviewer, timezone.localdate(), 15)
    ages = queue_ages(waiting_work([world.guild.pk]), [world.reviewer.pk], now=now + timedelta(seconds=1))
    assert (ages.counts, ages.own, ages.others) == ((1, 1, 1, 1), 1, 4)
    assert len(ages.counts) == len(AGES) + 1
    body = client_of(world, "reviewer").get("/review/").content.decode()
    assert "How long work has waited" in body
    after = re.findall(r'href="(/review/\?after=[^"]+)"', body)
    assert len(after) == len(AGES)
    assert client_of(world, "reviewer").get(after[0].replace("&amp;", "&")).status_code == 200
    assert "How long work has waited" in client_of(world, "steward").get("/ops/").content.decode()


def test_a_persons_page_has_the_cloth_only_where_hours_are_open(world: World) -> None:
    approved(world, world.contributor, timezone.localdate(), 60)
    save_profile(subject=world.contributor, handle="rimjhim", public_sections=["about", "hours"])
    assert 'class="warp"' in Client().get("/u/rimjhim/").content.decode()
    save_profile(subject=world.contributor, public_sections=["about"])
    assert 'class="warp"' not in Client().get("/u/rimjhim/").content.decode()
    outsider = make_person("outsider2")
    join_guild(guild=world.guild, by=outsider, now=timezone.now())
    client = Client()
    client.force_login(outsider.user)
    assert 'class="warp"' in client.get("/u/rimjhim/").content.decode()
