"""The demo guild: it loads once, whole or not at all, and shows every state that a newcomer should see."""

from __future__ import annotations

import io
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import ImportedIdentity, Profile, Subject, SubjectLink, User
from accounts.queries import claimable_identities
from contributions.history.reading import read_history_file
from contributions.history.rules import Commit, why_set_aside
from contributions.models import Challenge, Contribution, ImportedSession, Review, Score, SecondLook, Week
from contributions.queries.review_queue import review_queue, waiting_work
from contributions.services import EntryInput, approve_contribution, log_hours
from core.ids import uuid7
from core.models import Delivery, Event, LogEntry
from core.registries import integrity_checks
from guildhub.demo import PERSONAS, demo_user, load
from guildhub.demo.commits import history_lines
from guildhub.demo.founding import plan_founding
from guildhub.demo.stage import MAIN_GUILD, Stage, texts
from guildhub.demo.timeline import Timeline
from guilds.models import Guild
from notices.models import Notice
from projects.models import Problem, ProgressNote, Project, Task, TaskTemplate, Voice
from reputation.models import PendingPoints, Vouch

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
INDIA = ZoneInfo("Asia/Kolkata")
#: Midnight has just passed on a Monday; a Sunday ends; a leap day.
OTHER_NOWS = ("2026-11-23T00:05", "2026-11-29T23:55", "2028-02-29T19:30")


def load_by_command() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.fixture
def loaded(transactional_db: None, settings: Any) -> Iterator[str]:
    """The demo in an empty database, through the command."""
    settings.DEMO = True
    yield load_by_command()


# Loading it takes seconds, so one test looks at everything that one load brings.
def test_the_demo_is_what_its_page_promises(loaded: str) -> None:
    assert "The demo guild is ready" in loaded
    the_second_load_changes_nothing()
    many_people_in_many_scripts()
    every_state_is_there()
    reviewers_have_a_queue_of_every_age()
    the_contributors_week_was_full_once()
    histories_came_through_the_import()
    people_speak_and_stand_behind_problems()
    what_makes_points_trustworthy_happened()
    told_and_numbered()
    every_check_holds("ledger")
    every_check_holds("log")
    pages_open_for_everybody()
    an_hour_logged_is_an_hour_approved()


def the_second_load_changes_nothing() -> None:
    before = Event.objects.count(), Contribution.objects.count(), User.objects.count()
    assert "loaded already" in load_by_command()
    assert (Event.objects.count(), Contribution.objects.count(), User.objects.count()) == before


def many_people_in_many_scripts() -> None:
    names = list(Profile.objects.values_list("display_name", flat=True))
    assert len(names) >= 30
    assert {"LATIN", "BENGALI", "DEVANAGARI", "ARABIC"} <= {unicodedata.name(name[0]).split()[0] for name in names}
    assert all(demo_user(persona) for persona in PERSONAS), "every persona has a login"
    assert demo_user("nobody") is None
    assert demo_user("hub-steward").is_staff and not demo_user("steward").is_staff
    assert Guild.objects.filter(is_demo=True).count() == Guild.objects.count() == 4
    assert set(Guild.objects.values_list("state", flat=True)) == {"open", "proposed"}


def every_state_is_there() -> None:
    assert set(Problem.objects.values_list("state", flat=True)) == set(Problem.State.values)
    assert set(Project.objects.values_list("state", flat=True)) >= {
        "proposal",
        "incubating",
        "active",
        "release_ready",
        "adopted",
        "dormant",
        "archived",
    }
    assert set(Task.objects.values_list("state", flat=True)) == set(Task.State.values)
    assert set(Contribution.objects.values_list("state", flat=True)) >= {
        "draft",
        "submitted",
        "in_review",
        "returned",
        "approved",
        "vested",
        "rejected",
        "withdrawn",
    }
    needs = set(Contribution.objects.filter(state="draft").values_list("need", flat=True))
    assert needs >= {"evidence", "future", "day_full", "task_taken", "task_closed", "not_member"}
    retried = Contribution.objects.filter(resubmission_of__isnull=False, state__in=["approved", "vested"])
    assert retried.filter(subject=person("contributor")).exists(), "what was not accepted was tried again"
    own = set(Contribution.objects.filter(subject=person("contributor")).values_list("state", flat=True))
    assert own >= {"draft", "submitted", "returned", "approved", "vested", "rejected", "withdrawn"}
    assert Task.objects.filter(claimed_by=person("contributor"), state="claimed").exists()


def reviewers_have_a_queue_of_every_age() -> None:
    guild, reviewer, now = Guild.objects.get(slug=MAIN_GUILD), person("reviewer"), timezone.now()
    queue = review_queue(waiting_work([guild.pk]), [reviewer.pk], now=now, limit=50)
    ages = [(now - work.submitted_at).days for work in queue]
    assert len(queue) >= 12 and max(ages) >= 14 and min(ages) == 0
    assert any(5 <= age < 7 for age in ages) and any(7 <= age < 14 for age in ages)
    assert person("contributor").pk in {work.subject_id for work in queue}
    assert reviewer.pk not in {work.subject_id for work in queue}
    assert {work.is_taken for work in queue} == {True, False}
    assert Review.objects.filter(basis="person", points_paid=2).exists()
    assert Review.objects.filter(basis="person", points_paid=0).exists(), "one came late, some were beyond the week"


def the_contributors_week_was_full_once() -> None:
    assert Week.objects.filter(subject=person("contributor"), full_minutes=600, half_minutes__gt=0).exists()
    assert Week.objects.filter(full_minutes=600, half_minutes=600).exists()
    assert Contribution.objects.filter(source="logged", points=0).exists(), "beyond twenty hours nothing is added"


def histories_came_through_the_import() -> None:
    assert ImportedSession.objects.filter(project__slug="majuli-flood-map", acceptance__isnull=False).exists()
    assert ImportedSession.objects.filter(project__slug="majuli-flood-map", acceptance__isnull=True).exists()
    shoonya = ImportedSession.objects.filter(project__slug="shoonya")
    assert shoonya.exists() and not shoonya.filter(acceptance__isnull=True).exists()
    mine = claimable_identities(PERSONAS["contributor"])
    assert mine.count() == 1 and not SubjectLink.objects.filter(alias=mine.get().subject).exists()
    assert not claimable_identities("lab@example.org").exists(), "two people share that address"
    assert SubjectLink.objects.filter(primary__user__email=PERSONAS["maintainer"]).exists()
    assert not ImportedIdentity.objects.filter(name__endswith="[bot]").exists()


def people_speak_and_stand_behind_problems() -> None:
    merged = Problem.objects.get(state="duplicate").duplicate_of
    assert merged is not None and merged.voices.filter(is_public=True).exists() and merged.endorsed_affected > 3
    told = Voice.objects.filter(withdrawn_at__isnull=True)
    assert {"spoken", "written"} <= set(told.values_list("consent", flat=True))
    assert {True, False} == set(told.values_list("is_public", flat=True))
    assert len(set(told.values_list("language", flat=True))) >= 4
    assert Voice.objects.filter(withdrawn_at__isnull=False, words="").exists()
    assert TaskTemplate.objects.exists() and ProgressNote.objects.filter(at_handover=True).exists()
    assert ProgressNote.objects.filter(task__claimed_by=person("contributor")).exists()


def what_makes_points_trustworthy_happened() -> None:
    overturned = Challenge.objects.get(state="overturned")
    assert overturned.raised_by == person("contributor") and overturned.new_review is not None
    assert overturned.contribution.points == 2 * (overturned.points_before or 0) > 0
    waiting = Challenge.objects.get(state="drawn")
    assert waiting.seats.filter(state="asked").count() == 3
    looks = Counter(SecondLook.objects.values_list("outcome", flat=True))
    assert looks["agreed"] > looks["waiting"] > 0
    assert Score.objects.filter(period="all", kind="").count() > 20
    assert Vouch.objects.filter(subject=person("contributor")).count() == 3
    oldest = (
        PendingPoints.objects.filter(held_for="", amount__gt=0).order_by("vests_on").values_list("vests_on", flat=True)
    )
    assert not oldest or oldest[0] >= timezone.now().astimezone(INDIA).date() - timedelta(days=1)


def told_and_numbered() -> None:
    assert not Delivery.objects.exists()
    assert LogEntry.objects.count() == Event.objects.count()
    inbox = Notice.objects.filter(subject=person("contributor")).order_by("-created_at")
    assert {notice.read_at is None for notice in inbox} == {True, False}
    assert inbox.last().created_at < timezone.now() - timedelta(days=90), "a notice says when it happened"


def every_check_holds(group: str) -> None:
    for name, check in integrity_checks(group).items():
        assert list(check()) == [], name


def pages_open_for_everybody() -> None:
    open_to_all = ["/", "/problems/", "/guilds/", f"/guilds/{MAIN_GUILD}/", f"/guilds/{MAIN_GUILD}/ledger/"]
    open_to_all += [f"/problems/{slug}/" for slug in Problem.objects.public().values_list("slug", flat=True)]
    open_to_all += [f"/projects/{slug}/" for slug in Project.objects.values_list("slug", flat=True)]
    own = ["/home/", "/log/", "/me/hours/", "/me/points/", "/inbox/", "/settings/", "/review/"]
    for persona in PERSONAS:
        client = Client()
        client.force_login(demo_user(persona), backend="accounts.backends.PersonBackend")
        addresses = own + (open_to_all if persona == "contributor" else [])
        refused = {address: client.get(address).status_code for address in addresses}
        assert set(refused.values()) <= {200, 302, 403}, {a: s for a, s in refused.items() if s not in (200, 302, 403)}
        assert {refused["/home/"], refused["/log/"]} == {200}


def an_hour_logged_is_an_hour_approved() -> None:
    contributor, reviewer, now = person("contributor"), person("reviewer"), timezone.now()
    task = Task.objects.select_related("project__guild").get(project__slug="majuli-flood-map", is_open_work=True)
    entry = EntryInput(now.astimezone(INDIA).date(), 60)
    work = log_hours(by=contributor, client_id=uuid7(), task=task, entries=[entry], now=now).contribution
    assert work.state == Contribution.State.SUBMITTED
    assert approve_contribution(contribution=work, by=reviewer, rubric=4, minutes=60, now=now).award.points == 12


def person(persona: str) -> Subject:
    found = demo_user(persona)
    assert found is not None
    return found.subject


@pytest.mark.django_db
def test_what_breaks_in_the_middle_leaves_nothing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(stage: Stage) -> None:
        stage.line.at(stage.line.days_ago(100), lambda _now: 1 / 0)

    monkeypatch.setattr(load, "CHAPTERS", (plan_founding, power_cut))
    with pytest.raises(ZeroDivisionError):
        load.load_demo(now=NOW)
    assert not Guild.objects.exists() and not User.objects.exists() and not Event.objects.exists()


@pytest.mark.django_db
def test_an_address_in_use_is_not_taken_from_its_person(settings: Any) -> None:
    settings.DEMO = True
    User.objects.create_user(PERSONAS["reviewer"])
    with pytest.raises(CommandError, match=r"reviewer@example\.org is the login of somebody here"):
        load_by_command()
    assert User.objects.count() == 1 and not Guild.objects.exists()


@pytest.mark.django_db
def test_only_a_demo_gets_the_demo_guild(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="nothing was loaded"):
        load_by_command()
    assert not User.objects.exists()


def test_steps_happen_in_order_and_never_after_now() -> None:
    line, told = Timeline(NOW), []
    line.at(line.days_ago(2), lambda now: line.at(now + timedelta(days=1), lambda _later: told.append("reaction")))
    line.at(line.days_ago(9), lambda _now: told.append("first"))
    line.at(NOW + timedelta(minutes=1), lambda _now: told.append("tomorrow"))
    assert line.run() == 3 and told == ["first", "reaction"]
    with pytest.raises(ValueError, match="is over"):
        line.at(line.days_ago(5), lambda _now: None)


def test_the_invented_repository_is_the_same_every_time_and_has_what_real_ones_have() -> None:
    lines = history_lines(Timeline(NOW), NOW)
    assert lines == history_lines(Timeline(NOW), NOW)
    commits = read_history_file(lines)
    assert history_lines(Timeline(NOW), NOW - timedelta(days=90)) in lines, "an earlier export is its beginning"
    assert {why_set_aside(commit, now=NOW) for commit in commits} == {"", "merge", "bot"}
    assert any(commit.co_authors for commit in commits)
    assert _shared_addresses(commits), "two people at one computer"
    assert len({unicodedata.name(author.name[0]).split()[0] for c in commits for author in c.people}) >= 3


def _shared_addresses(commits: Sequence[Commit]) -> set[str]:
    authors = {author.key for commit in commits for author in commit.people}
    hashes = [digest for digest, _name in authors]
    return {digest for digest in hashes if hashes.count(digest) > 1}


def test_problems_are_told_with_places_and_numbers() -> None:
    told = [problem for problem in texts("problems") if problem["submitted"]]
    assert len(told) >= 12
    for problem in told:
        assert problem["place"] and problem["affected_people"] and problem["evidence"], problem["title"]
    assert {problem["language"] for problem in texts("problems")} >= {"en", "as", "bn", "hi", "id"}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("moment", OTHER_NOWS)
def test_it_can_be_loaded_at_any_hour(moment: str) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=INDIA)
    loaded = load.load_demo(now=now)
    assert loaded is not None and loaded.people >= 30
    assert set(Task.objects.values_list("state", flat=True)) == set(Task.State.values)
    latest = Contribution.objects.order_by("-submitted_at").filter(submitted_at__isnull=False)[0]
    assert now - timedelta(days=1) < latest.submitted_at <= now


@pytest.mark.slow
@pytest.mark.django_db
def test_the_same_now_tells_the_same_story() -> None:
    stories = []
    for _time in range(2):
        with transaction.atomic():
            load.load_demo(now=NOW)
            rows = Contribution.objects.filter(source="logged")
            told = rows.values_list("subject__profile__handle", "state", "points", "created_at", "note")
            stories.append(sorted(told, key=repr))  # one person has two entries of one moment
            transaction.set_rollback(True)
    assert stories[0] == stories[1] and len(stories[0]) > 200
