"""Accepting imported sessions: REP alone, in the order of the commits, within the weeks, each session once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from accounts.models import ImportedIdentity, Subject, SubjectLink
from accounts.services import claim_identity, erase_person
from contributions.history.rules import Commit
from contributions.models import (
    Contribution,
    HistoryAcceptance,
    ImportedSession,
    Review,
    TimeEntry,
    Week,
    WorkDay,
)
from contributions.queries.history import project_totals
from contributions.services import EntryInput, approve_contribution, log_hours
from contributions.services import history_acceptance as acceptance_services
from contributions.services.history import bring_history
from contributions.services.history_acceptance import (
    NothingToAccept,
    ProjectTakesNoWork,
    accept_history,
    continue_acceptance,
    start_acceptance,
)
from core.errors import PermissionRefused
from core.ids import uuid7
from core.models import Event, StateChange
from core.registries import integrity_checks
from guilds.services import grant_right
from projects.services import change_project_state
from reputation.models import Transfer
from tests.contributions.histories import THEN, author, commit, contents, days_of, shoonya
from tests.factories import World, make_world, verify_email

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def bring(world: World, commits: list[Commit]) -> None:
    bring_history(project=world.project, commits=commits, by=None, now=world.now)


def accept(world: World, **fields: object) -> int:
    return accept_history(project=world.project, by=world.maintainer, now=world.now, **fields).sessions  # type: ignore[arg-type]


def points_of(name: str) -> list[int]:
    """The points of somebody's imported work, in the order of the days."""
    works = Contribution.objects.filter(subject__imported_identity__name=name)
    return list(works.order_by("entries__worked_on", "pk").values_list("points", flat=True))


def all_checks_silent() -> bool:
    return all(list(check()) == [] for check in integrity_checks("ledger").values())


def test_the_real_history_adds_up_to_the_ledger() -> None:
    world = make_world(datetime(2026, 11, 2, 6, 0, tzinfo=UTC))
    bring(world, shoonya())
    with CaptureQueriesContext(connection) as asked:
        assert accept(world) == 1151
    # Three batches of at most 500 sessions, and a last look; savepoints included.
    assert len(asked) <= 3 * 30 + 25
    totals = project_totals(world.project.pk)
    assert (totals.imported.contributions, totals.imported.people, totals.imported.minutes) == (
        1151,
        47,
        54557,
    )
    works = Contribution.objects.filter(project=world.project).values("pk")
    ledger = Transfer.objects.filter(source_kind="contribution", source_id__in=works)
    assert totals.points == totals.imported.points == ledger.aggregate(n=Sum("amount"))["n"] == 9112
    assert not Transfer.objects.filter(unit="PTS").exists()
    assert all_checks_silent()


def test_logged_and_imported_work_and_reviews_add_up(world: World) -> None:
    bring(world, days_of("Asha", 2))
    accept(world)
    work = log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=world.open_work,
        entries=[EntryInput(world.now.date(), 60)],
        now=world.now,
    ).contribution
    approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=60, now=world.now)
    totals = project_totals(world.project.pk)
    assert (totals.logged.points, totals.imported.points, totals.review_points) == (12, 40, 2)
    assert (totals.logged.minutes, totals.imported.minutes, totals.people) == (60, 240, 2)
    assert totals.points == Transfer.objects.filter(unit="REP").aggregate(n=Sum("amount"))["n"]


def test_what_an_accepted_session_becomes(world: World) -> None:
    bring(world, [commit(1, "Asha", 0), commit(2, "Asha", 90)])
    accept(world)
    session = ImportedSession.objects.get()
    work = Contribution.objects.get()
    assert session.contribution == work and work.task == world.open_work
    assert (work.source, work.state, work.role, work.points) == ("imported", "approved", "code", 20)
    entry = TimeEntry.objects.get()
    assert (entry.minutes, entry.worked_on, entry.counts, entry.started_at) == (120, THEN.date(), False, None)
    review = Review.objects.get()
    assert (review.basis, review.reviewer_id, review.rubric, review.points_paid) == ("imported", None, 3, 0)
    (step,) = StateChange.objects.filter(object_id=work.pk)
    assert (step.from_state, step.to_state, step.actor) == ("", "approved", world.maintainer.pk)
    (transfer,) = Transfer.objects.all()
    assert (transfer.unit, transfer.amount, transfer.reason) == ("REP", 20, "history_imported")
    assert transfer.effective_at == THEN.replace(hour=0)
    assert not WorkDay.objects.exists()


def test_a_day_of_imported_work_can_be_logged_as_well(world: World) -> None:
    """Imports take nothing of a day's sixteen hours, which belong to what people say themselves."""
    start = world.now - timedelta(days=1)
    bring(world, [commit(n, "Asha", 50 * n, start=start) for n in range(1, 12)])
    accept(world)
    assert not WorkDay.objects.exists()


def test_the_weeks_limits_apply_in_the_order_of_the_commits(world: World) -> None:
    # Seven days of four hours: 600 minutes in full, 600 half, the last 480 nothing.
    days = [c for d in range(7) for c in (commit(10 * d + n, "Asha", 1440 * d + 70 * n) for n in range(4))]
    bring(world, days[::-1])
    accept(world)
    assert points_of("Asha") == [40, 40, 30, 20, 20, 0, 0]
    week = Week.objects.get()
    assert (week.full_minutes, week.half_minutes) == (600, 600)
    assert Transfer.objects.count() == 5, "sessions worth nothing post nothing"
    assert all_checks_silent()


def test_acceptance_in_parts_shares_the_same_week(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance_services, "BATCH", 2)
    days = [c for d in range(7) for c in (commit(10 * d + n, "Asha", 1440 * d + 70 * n) for n in range(4))]
    bring(world, days)
    accept(world)
    assert points_of("Asha") == [40, 40, 30, 20, 20, 0, 0]


def test_a_claimed_author_shares_the_weeks_of_the_person(world: World) -> None:
    email = verify_email(world.contributor)
    start = world.now - timedelta(days=3)  # a Friday, 06:00
    bring(world, [commit(n, author("Nick", email), 60 * n, start=start) for n in range(1, 9)])
    identity = ImportedIdentity.objects.get(name="Nick")
    claim_identity(identity=identity, by=world.contributor, now=world.now)
    work = log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=world.task,
        entries=[EntryInput(start.date(), 180)],
        note="x",
        now=world.now,
    ).contribution
    approve_contribution(contribution=work, by=world.reviewer, rubric=3, minutes=180, now=world.now)
    accept(world)
    (session,) = ImportedSession.objects.all()
    assert session.minutes == 450
    # 180 of the week's 600 minutes were taken: 420 count in full, 30 half.
    assert session.contribution.minutes_credited == 435
    assert Week.objects.get(full_minutes=600).subject_id == world.contributor.pk
    assert all_checks_silent()


def test_accepting_twice_changes_nothing(world: World) -> None:
    bring(world, days_of("Asha", 5))
    assert accept(world) == 5
    before = contents()
    assert accept(world) == 0
    assert contents() == before
    with pytest.raises(NothingToAccept):
        start_acceptance(project=world.project, by=world.maintainer, now=world.now)
    assert contents() == before


def test_killed_between_batches_and_run_again_each_session_is_credited_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance_services, "BATCH", 3)
    bring(world, days_of("Asha", 10))

    def die(done: int, total: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        accept(world, on_progress=die)
    assert Contribution.objects.count() == 6
    row = HistoryAcceptance.objects.get()
    assert (row.state, row.done, row.total) == ("running", 6, 10)
    continue_acceptance(acceptance_id=row.pk, now=world.now)
    row.refresh_from_db()
    assert (row.state, row.done, row.points) == ("done", 10, 180)
    assert Contribution.objects.count() == ImportedSession.objects.filter(acceptance=row).count() == 10
    assert Event.objects.filter(kind="history.accepted").count() == 4
    assert all_checks_silent()
    before = contents()
    continue_acceptance(acceptance_id=row.pk, now=world.now)
    assert contents() == before


def test_killed_in_a_batch_nothing_of_it_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(world, days_of("Asha", 3))
    before = contents()

    def die(*args: object, **fields: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("contributions.services.history_credit.transfer", die)
    with pytest.raises(KeyboardInterrupt):
        accept(world)
    monkeypatch.undo()
    changed = {table for table, now in contents().items() if now != before[table]}
    assert changed == {"contributions_historyacceptance", "core_statechange"}
    assert accept(world) == 3
    assert all_checks_silent()


def test_nobody_accepts_sessions_of_their_own(world: World) -> None:
    email = verify_email(world.maintainer)
    bring(world, [*days_of("Asha", 2), commit(99, author("Boss", email), 5)])
    boss = ImportedIdentity.objects.get(name="Boss")
    claim_identity(identity=boss, by=world.maintainer, now=world.now)
    done = accept_history(project=world.project, by=world.maintainer, now=world.now)
    assert (done.sessions, done.left_own) == (2, 1)
    with pytest.raises(NothingToAccept, match="your own"):
        start_acceptance(project=world.project, by=world.maintainer, now=world.now)
    grant_right(guild=world.guild, subject=world.reviewer, right="maintainer", by=world.steward, now=world.now)
    assert accept_history(project=world.project, by=world.reviewer, now=world.now).sessions == 1


def test_one_persons_sessions_can_be_accepted_alone(world: World) -> None:
    bring(world, [*days_of("Asha", 2), *days_of("Bo", 3, first=50)])
    bo = Subject.objects.get(imported_identity__name="Bo")
    assert accept(world, subject_id=bo.pk) == 3
    assert ImportedSession.objects.filter(acceptance__isnull=True).count() == 2


def test_only_maintainers_accept_and_only_in_a_project_that_takes_work(world: World) -> None:
    bring(world, days_of("Asha", 1))
    for person in (world.contributor, world.reviewer, world.outsider):
        with pytest.raises(PermissionRefused):
            accept_history(project=world.project, by=person, now=world.now)
    change_project_state(
        project=world.project, to="quarantined", by=world.maintainer, now=world.now, reason="Stolen photos."
    )
    world.project.refresh_from_db()
    with pytest.raises(ProjectTakesNoWork):
        accept(world)
    assert not Contribution.objects.exists()


def test_a_right_lost_in_the_middle_stops_the_rest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance_services, "BATCH", 2)
    bring(world, days_of("Asha", 6))
    row = start_acceptance(project=world.project, by=world.maintainer, now=world.now)

    def stop(done: int, total: int) -> None:
        world.maintainer.grants.update(revoked_at=world.now)

    continue_acceptance(acceptance_id=row.pk, now=world.now, on_progress=stop)
    row.refresh_from_db()
    assert (row.state, row.done) == ("failed", 2)
    assert "maintainers" in row.error
    assert Contribution.objects.count() == 2


def test_an_acceptance_under_way_is_the_one_that_is_joined(world: World) -> None:
    bring(world, days_of("Asha", 2))
    first = start_acceptance(project=world.project, by=world.maintainer, now=world.now)
    assert start_acceptance(project=world.project, by=world.maintainer, now=world.now) == first


def test_statements_grow_with_batches_and_not_with_sessions(world: World) -> None:
    asked = []
    for first, days in [(1, 20), (1001, 400)]:
        bring(world, days_of(f"P{first}", days, first=first))
        with CaptureQueriesContext(connection) as queries:
            assert accept(world) == days
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 60


def test_points_of_work_dated_ahead_of_utc_are_not_from_the_future(world: World) -> None:
    # 01:00 on the morrow in Auckland, while it is still this day's noon in UTC.
    moment = world.now.astimezone(tz=None).fromisoformat("2026-03-02T18:30:00+13:00")
    ahead = Commit("d" * 40, False, author("Kiri"), moment)
    bring(world, [ahead])
    assert accept(world) == 1
    assert Transfer.objects.get().effective_at <= world.now


def test_an_author_claimed_or_erased_at_the_last_moment_is_not_credited(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = verify_email(world.maintainer)
    bring(world, [*days_of("Asha", 1), commit(50, author("Boss", email), 5), commit(60, "Gone", 6)])
    boss, gone = (ImportedIdentity.objects.get(name=name) for name in ("Boss", "Gone"))
    lock_people = acceptance_services.lock_people

    def meanwhile(ids: object) -> None:
        if not SubjectLink.objects.exists():
            claim_identity(identity=boss, by=world.maintainer, now=world.now)
            erase_person(subject_id=gone.subject_id, by=None, now=world.now)
        lock_people(ids)  # type: ignore[arg-type]

    monkeypatch.setattr(acceptance_services, "lock_people", meanwhile)
    done = accept_history(project=world.project, by=world.maintainer, now=world.now)
    assert (done.sessions, done.left_own) == (1, 1)
    assert Contribution.objects.get().subject.imported_identity.name == "Asha"
    assert all_checks_silent()


def test_an_acceptance_that_always_dies_at_the_same_place_is_given_up_in_words(world: World) -> None:
    bring(world, days_of("Asha", 2))
    row = start_acceptance(project=world.project, by=world.maintainer, now=world.now)
    HistoryAcceptance.objects.filter(pk=row.pk).update(attempts=5)
    continue_acceptance(acceptance_id=row.pk, now=world.now)
    row.refresh_from_db()
    assert row.state == "failed" and "five times" in row.error
    assert accept(world) == 2, "a person can try again"


def test_the_sweep_finds_an_acceptance_that_lost_its_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(world, days_of("Asha", 2))
    row = start_acceptance(project=world.project, by=world.maintainer, now=world.now)
    asked: list[object] = []
    monkeypatch.setattr(acceptance_services, "nudge", lambda job, *args: asked.append(args))
    assert acceptance_services.resume_acceptances(now=world.now + timedelta(minutes=1)) == 0
    assert acceptance_services.resume_acceptances(now=world.now + timedelta(minutes=3)) == 1
    assert asked == [(str(row.pk),)]
