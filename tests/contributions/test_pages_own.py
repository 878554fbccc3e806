"""My hours, my points, one entry for each kind of reader, and the guild's public ledger."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Subject, SubjectLink
from accounts.services import save_profile
from contributions.models import Contribution
from contributions.services import (
    EntryInput,
    approve_contribution,
    log_hours,
    reject_contribution,
    return_contribution,
)
from core.ids import uuid7
from guilds.services import leave_guild
from reputation.queries import balances
from reputation.services import import_transfers, transfer
from tests.factories import World, make_author, make_task, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db
HOURS, POINTS = "/me/hours/", "/me/points/"


@pytest.fixture
def world() -> World:
    world = make_world(datetime.fromisoformat("2026-03-04T06:00:00+00:00"))
    save_profile(subject=world.contributor, display_name="Nandini Gogoi")
    save_profile(subject=world.reviewer, display_name="Tariq Hussain")
    return world


def log(
    world: World, minutes: int, *, by: Subject | None = None, day: date | None = None, **more: object
) -> Contribution:
    values = {"task": world.open_work, "note": "Walked to the dam", **more}
    entries = [EntryInput(day or world.now.date(), minutes, values.pop("started", None))]  # type: ignore[arg-type]
    made = log_hours(
        by=by or world.contributor,
        client_id=uuid7(),
        entries=entries,
        now=world.now,
        **values,  # type: ignore[arg-type]
    )
    return made.contribution


def approve(world: World, work: Contribution, minutes: int, rubric: int = 3, **more: str) -> None:
    approve_contribution(
        contribution=work,
        by=world.reviewer,
        rubric=rubric,
        minutes=minutes,
        now=world.now,
        **more,  # type: ignore[arg-type]
    )


def words_of(client: Client, path: str) -> str:
    """What a person reads: no tags, one kind of space."""
    page = client.get(path).content.decode().split("<main")[1].split("</main>")[0]
    text = re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi[^>]*>", "", page))
    return re.sub(r"\s+", " ", unescape(text))


# My hours --------------------------------------------------------------------------------------------------------


def test_hours_stand_by_week_with_totals_that_leave_out_what_was_refused(world: World) -> None:
    approve(world, log(world, 60), 45)
    log(world, 30, day=world.now.date() - timedelta(days=1))
    log(world, 40, day=world.now.date() - timedelta(days=7))
    reject_contribution(
        contribution=log(world, 50), by=world.reviewer, reason="Done before.", next_step="Take a task.", now=world.now
    )
    page = words_of(client_of(world, "contributor"), HOURS)
    this_week, last_week = page.split("Week of March 2, 2026")[1].split("Week of Feb. 23, 2026")
    assert this_week.strip().startswith("1 h 30 min claimed 45 min credited")
    assert last_week.strip().startswith("40 min claimed 0 min credited")
    assert "1 h credited as 45 min +8" in this_week, "claimed, then credited, and its points"
    assert "not accepted" in this_week and "Try again with these hours" in this_week


def test_each_state_has_its_buttons(world: World) -> None:
    waiting, returned = log(world, 20), log(world, 25)
    return_contribution(contribution=returned, by=world.reviewer, reason="Which dam?", now=world.now)
    draft = log(world, 90, note="")
    page = client_of(world, "contributor").get(HOURS).content.decode()
    rows = {w: page.split(f'href="{w.get_absolute_url()}"')[1].split("</li>")[0] for w in (waiting, returned, draft)}
    assert 'value="withdraw"' in rows[waiting] and 'value="hand_in"' not in rows[waiting]
    for work in (returned, draft):
        assert 'value="hand_in"' in rows[work] and reverse("contributions:edit", args=[work.pk]) in rows[work]
    assert "Work of more than an hour needs a link or a note" in rows[draft]


def test_a_week_cut_by_the_page_has_its_whole_total_on_both(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contributions.queries.own.own_work.__kwdefaults__", {"after": None, "limit": 2})
    works = [log(world, 10 * n, day=world.now.date() - timedelta(days=n % 3)) for n in range(1, 6)]
    client, path, seen, totals = client_of(world, "contributor"), HOURS, set(), []
    while path:
        page = client.get(path).content.decode()
        seen |= {w.pk for w in works if f'href="{w.get_absolute_url()}"' in page}
        totals += re.findall(r"<bdi>([^<]+)</bdi> <abbr class=\"known claimed\"", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found[1] if found else ""
    assert seen == {w.pk for w in works}
    assert set(totals) == {"2\xa0h\xa030\xa0min"} and len(totals) == 3
    assert client.get(HOURS, {"after": "2026-99-99.x"}).status_code == 200


def test_hours_of_a_claimed_identity_are_there(world: World) -> None:
    author = make_author("Old Nandini", "old@example.org")
    work = log(world, 30)
    Contribution.objects.filter(pk=work.pk).update(subject=author.subject)
    client = client_of(world, "contributor")
    assert work.get_absolute_url() not in client.get(HOURS).content.decode()
    SubjectLink.objects.create(alias=author.subject, primary=world.contributor, linked_at=world.now)
    assert work.get_absolute_url() in client_of(world, "contributor").get(HOURS).content.decode()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (HOURS, "No hours yet"),
        (POINTS, "No points yet"),
        ("/inbox/", "Nothing here yet"),
        ("/home/", "Join a guild to begin"),
    ],
)
def test_empty_pages_teach(world: World, path: str, words: str) -> None:
    assert words in words_of(client_of(world, "newcomer"), path)


# One entry -------------------------------------------------------------------------------------------------------


def test_owner_and_reviewer_read_all_of_it_members_hours_and_verdict(world: World) -> None:
    started = datetime.fromisoformat("2026-03-04T04:30:00+00:00")
    work = log(world, 60, note="Secret note", link="https://example.org/secret", started=started)
    approve(world, work, 60, 4, reason="Clear and whole")
    for reader in ("contributor", "reviewer", "steward"):
        page = words_of(client_of(world, reader), work.get_absolute_url())
        for words in ("Secret note", "example.org/secret", "4:30", "Clear and whole", "rubric 4 of 5", "1.0 (S)"):
            assert words in page, f"{reader}: {words}"
    page = words_of(client_of(world, "hub_steward"), work.get_absolute_url())
    assert "Nandini Gogoi" in page and "Approved 1 h" in page
    for words in ("Secret note", "example.org/secret", "4:30", "Clear and whole", "rubric"):
        assert words not in page, words
    for reader in ("outsider", "newcomer"):
        assert client_of(world, reader).get(work.get_absolute_url()).status_code == 404


def test_a_plain_member_reads_hours_and_verdict_only(world: World) -> None:
    work = log(world, 60, by=world.reviewer, note="Secret note")
    approve_contribution(
        contribution=work, by=world.maintainer, rubric=2, minutes=50, now=world.now, reason="Much is missing"
    )
    page = words_of(client_of(world, "contributor"), work.get_absolute_url())
    assert "Tariq Hussain" in page and "50 min" in page and "approved" in page
    for words in ("Secret note", "Much is missing", "rubric"):
        assert words not in page


def test_a_draft_is_its_owners_alone(world: World) -> None:
    draft = log(world, 90, note="")
    assert client_of(world, "contributor").get(draft.get_absolute_url()).status_code == 200
    for reader in ("reviewer", "steward", "hub_steward", "outsider"):
        assert client_of(world, reader).get(draft.get_absolute_url()).status_code == 404
        assert client_of(world, reader).post(draft.get_absolute_url(), {"do": "hand_in"}).status_code == 404


@pytest.mark.parametrize("do", ["withdraw", "hand_in", "try_again"])
def test_nobody_presses_the_owners_buttons_for_them(world: World, do: str) -> None:
    work = log(world, 30)
    answer = client_of(world, "maintainer").post(work.get_absolute_url(), {"do": do})
    assert answer.status_code == 403 and b"These hours belong to somebody else." in answer.content
    assert client_of(world, "maintainer").get(reverse("contributions:edit", args=[work.pk])).status_code == 404
    work.refresh_from_db()
    assert work.state == "submitted"


def test_an_approved_entry_shows_before_after_and_which_rule(world: World) -> None:
    task = make_task(world, world.maintainer, world.now, estimate_minutes=60, difficulty="M")
    work = log(world, 180, task=task)
    approve(world, work, 150)
    page = words_of(client_of(world, "contributor"), work.get_absolute_url())
    for words in ("Claimed 3 h", "2 h 30 min checked", "Credited 1 h 30 min", "+19", "Rule version 1"):
        assert words in page
    assert "1 h 30 min × 1.25 (M) × 1.0 (rubric 3) × 10 = 18.75 → 19" in page
    assert "This task credits at most 1.5 × its estimate of 1 h: 1 h 30 min." in page


def test_an_unknown_button_is_told_and_does_nothing(world: World) -> None:
    work = log(world, 30)
    assert client_of(world, "contributor").post(work.get_absolute_url(), {"do": "explode"}).status_code == 400


# My points -------------------------------------------------------------------------------------------------------


def test_the_sum_of_the_issues_example_is_said_as_it_is(world: World) -> None:
    approve(world, log(world, 120, task=world.task), 120, 4)
    page = words_of(client_of(world, "contributor"), POINTS)
    assert "2 h × 1.0 (S) × 1.15 (rubric 4) × 10 = 23" in page
    for words in ("+23 REP + PTS", "by Tariq Hussain", "Rule version 1", "Rubric 4 of 5", "× 1.15", "Label 40 photos"):
        assert words in page


def test_balances_are_those_of_the_ledger(world: World) -> None:
    approve(world, log(world, 60), 60)
    approve(world, log(world, 60), 30, 5)
    held = balances([world.contributor.pk], world.guild.pk)
    page = words_of(client_of(world, "contributor"), POINTS)
    assert f"reputation (REP) {held.rep} points, waiting (PTS) {held.pts_pending} points, available (PTS) 0" in page
    assert held.rep == 17


def test_the_limit_that_bit_is_named(world: World) -> None:
    for _number in range(7):
        approve(world, log(world, 90), 90)
    approve(world, log(world, 80), 70)
    page = words_of(client_of(world, "contributor"), POINTS)
    assert "The reviewer approved 1 h 10 min of the 1 h 20 min claimed." in page
    assert "In week 2026-W10 30 min counted half, because 10 h of that week counted in full already." in page
    for _number in range(7):
        approve(world, log(world, 90, day=world.now.date() - timedelta(days=1)), 90)
    page = words_of(client_of(world, "contributor"), POINTS)
    assert "added nothing: a week counts 20 h." in page


def test_a_paid_review_is_explained_to_the_reviewer(world: World) -> None:
    approve(world, log(world, 60), 60)
    page = words_of(client_of(world, "reviewer"), POINTS)
    assert "review paid" in page and "+2 REP + PTS" in page
    assert "A verdict within 7 days is paid 2, whatever it says." in page and "1 of 10" in page


def test_a_reviewers_name_is_for_members(world: World) -> None:
    approve(world, log(world, 60), 60)
    assert "by Tariq Hussain" in words_of(client_of(world, "contributor"), POINTS)
    leave_guild(guild=world.guild, by=world.contributor, now=world.now)
    page = words_of(client_of(world, "contributor"), POINTS)
    assert "by a reviewer" in page and "Tariq" not in page


def test_points_of_a_claimed_identity_are_counted(world: World) -> None:
    approve(world, log(world, 60), 60)
    author = make_author("Old Nandini", "old@example.org")
    earned = import_transfers(
        source_kind="contribution",
        source_id=uuid7(),
        guild=world.guild.pk,
        subject=author.subject_id,
        points=15,
        policy_version=1,
        arithmetic={"rule": "import", "policy_version": 1},
        effective_at=world.now - timedelta(days=400),
    )
    transfer(earned, now=world.now)
    assert "reputation (REP) 10" in words_of(client_of(world, "contributor"), POINTS)
    SubjectLink.objects.create(alias=author.subject, primary=world.contributor, linked_at=world.now)
    page = words_of(client_of(world, "contributor"), POINTS)
    assert "reputation (REP) 25" in page and "+15 REP" in page and "estimated" in page


def test_lines_go_on_from_page_to_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contributions.views.points.LINES", 2)
    works = [log(world, 10 + n) for n in range(5)]
    for work in works:
        approve(world, work, 10)
    client, path, seen = client_of(world, "contributor"), POINTS, []
    while path:
        page = client.get(path).content.decode()
        seen += re.findall(r'href="(/contributions/[^"]+/)"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found[1] if found else ""
    assert seen == [w.get_absolute_url() for w in reversed(works)]
    for wrong in ("x", "-1", "9" * 40, "٣"):
        assert client.get(POINTS, {"before": wrong}).status_code == 200


# The guild's ledger ------------------------------------------------------------------------------------------------


def test_anybody_can_add_the_ledger_up_and_find_nobody_in_it(world: World) -> None:
    approve(world, log(world, 60), 60, 4)
    later = world.later(days=7)
    approve(world, log(world, 30, by=world.maintainer), 30)
    page = Client().get(reverse("guilds:ledger", args=[world.guild.slug])).content.decode()
    words = words_of(Client(), reverse("guilds:ledger", args=[world.guild.slug]))
    assert later.isocalendar().week == 11
    assert words.index("2026-W11") < words.index("2026-W10")
    assert "contribution approved 1 5 5 review paid 1 2 2" in words
    assert "contribution approved 1 12 12 review paid 1 2 2" in words
    assert "reputation given (REP) 21 points given (PTS) 21" in words
    assert "manage.py verify_ledger" in words
    for person in (world.contributor, world.reviewer, world.maintainer):
        assert str(person.pk) not in page
    assert "Nandini" not in page and "Tariq" not in page


def test_the_ledger_goes_back_week_by_week(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contributions.views.points.WEEKS", 2)
    for _week in range(5):
        approve(world, log(world, 30), 30)
        world.later(days=7)
    path, seen = reverse("guilds:ledger", args=[world.guild.slug]), []
    while path:
        page = Client().get(path).content.decode()
        seen += re.findall(r"<bdi>(2026-W\d\d)</bdi>", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found[1] if found else ""
    assert seen == ["2026-W14", "2026-W13", "2026-W12", "2026-W11", "2026-W10"]


def test_an_empty_ledger_and_an_unknown_guild(world: World) -> None:
    assert "Nothing given yet" in words_of(Client(), reverse("guilds:ledger", args=[world.guild.slug]))
    assert Client().get(reverse("guilds:ledger", args=["none"])).status_code == 404


# The project's page ------------------------------------------------------------------------------------------------


def test_the_projects_page_adds_up_to_the_ledger(world: World) -> None:
    approve(world, log(world, 60), 60, 4)
    approve(world, log(world, 30, by=world.maintainer, task=world.task), 20)
    log(world, 45)
    page = words_of(Client(), world.project.get_absolute_url())
    ledger = words_of(Client(), reverse("guilds:ledger", args=[world.guild.slug]))
    assert "hours checked 1 h 20 min people 2 points (REP) 19" in page
    assert "reputation given (REP) 19" in ledger
    assert "Reviewing this work 4" in page
