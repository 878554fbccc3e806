"""The same history brought, and the same sessions accepted, by several processes at once: one effect."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import ImportedIdentity
from accounts.services import claim_identity
from contributions.models import CommitShare, Contribution, HistoryAcceptance, ImportedCommit, ImportedSession, Week
from contributions.services import EntryInput, approve_contribution, log_hours
from contributions.services import history_acceptance as acceptance_services
from contributions.services.history import bring_history
from contributions.services.history_acceptance import accept_history, continue_acceptance, start_acceptance
from core.ids import uuid7
from core.registries import integrity_checks
from guilds.services import grant_right
from reputation.models import Transfer
from tests.contributions.histories import author, commit, days_of
from tests.contributions.test_at_once import at_once
from tests.factories import World, make_task, make_world, verify_email

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 4


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_history_brought_by_several_at_once_is_stored_once(world: World) -> None:
    commits = [*days_of("Asha", 20), *days_of("Bo", 20, first=500)]

    def bring(_number: int) -> None:
        bring_history(project=world.project, commits=commits, by=world.maintainer, now=world.now)

    assert at_once(bring, HANDS) == Counter(done=HANDS)
    assert (ImportedCommit.objects.count(), CommitShare.objects.count()) == (80, 80)
    assert (ImportedIdentity.objects.count(), ImportedSession.objects.count()) == (2, 40)
    assert not CommitShare.objects.filter(session__isnull=True).exists()


def test_two_projects_that_meet_the_same_authors_at_once_know_them_once(world: World) -> None:
    worlds = [world, make_world()]

    def bring(number: int) -> None:
        project = worlds[number % 2].project
        bring_history(project=project, commits=days_of("Asha", 3), by=None, now=world.now)

    assert at_once(bring, HANDS) == Counter(done=HANDS)
    assert ImportedIdentity.objects.count() == 1


def test_sessions_accepted_by_several_at_once_are_credited_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance_services, "BATCH", 7)
    bring_history(project=world.project, commits=days_of("Asha", 30), by=None, now=world.now)
    grant_right(guild=world.guild, subject=world.reviewer, right="maintainer", by=world.steward, now=world.now)

    def accept(number: int) -> None:
        accept_history(project=world.project, by=(world.maintainer, world.reviewer)[number % 2], now=world.now)

    assert at_once(accept, HANDS) == Counter(done=HANDS)
    assert Contribution.objects.count() == ImportedSession.objects.filter(acceptance__isnull=False).count() == 30
    assert Week.objects.count() == 5
    assert all(list(check()) == [] for check in integrity_checks("ledger").values())


def test_one_acceptance_worked_on_by_several_workers_is_credited_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance_services, "BATCH", 7)
    bring_history(project=world.project, commits=days_of("Asha", 30), by=None, now=world.now)
    row = start_acceptance(project=world.project, by=world.maintainer, now=world.now)

    assert at_once(lambda _n: continue_acceptance(acceptance_id=row.pk, now=world.now), HANDS) == Counter(done=HANDS)
    row = HistoryAcceptance.objects.get()
    assert (row.state, row.done, Contribution.objects.count()) == ("done", 30, 30)
    assert row.points == sum(Transfer.objects.values_list("amount", flat=True))


def test_acceptance_and_approvals_of_one_person_at_once_share_the_week(world: World) -> None:
    email = verify_email(world.contributor)
    start = world.now - timedelta(days=2)
    commits = [commit(n, author("Nick", email), 60 * n, start=start) for n in range(1, 8)]
    bring_history(project=world.project, commits=commits, by=None, now=world.now)
    claim_identity(identity=ImportedIdentity.objects.get(), by=world.contributor, now=world.now)
    works = [
        log_hours(
            by=world.contributor,
            client_id=uuid7(),
            task=make_task(world, world.maintainer, world.now),
            entries=[EntryInput(start.date(), 180)],
            note="x",
            now=world.now,
        ).contribution
        for _ in range(HANDS)
    ]

    def act(number: int) -> None:
        if number == 0:
            accept_history(project=world.project, by=world.maintainer, now=world.now)
        else:
            approve_contribution(contribution=works[number], by=world.reviewer, rubric=3, minutes=180, now=world.now)

    assert at_once(act, HANDS) == Counter(done=HANDS)
    # 390 estimated and 540 approved minutes are 930: 600 of them in full and 330 half, whoever came first.
    assert list(Week.objects.filter(full_minutes__gt=0).values_list("full_minutes", "half_minutes")) == [(600, 330)]
    assert all(list(check()) == [] for check in integrity_checks("ledger").values())
