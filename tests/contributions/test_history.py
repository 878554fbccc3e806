"""Bringing histories: what is stored and proposed, what a second time changes (nothing), and how it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ImportedIdentity, Subject
from accounts.queries import display_names
from accounts.services import claim_identity, erase_person
from contributions.history.rules import Author, Commit
from contributions.models import (
    CommitShare,
    Contribution,
    HistoryImport,
    ImportedCommit,
    ImportedSession,
)
from contributions.queries.history import history_counts, proposed_people
from contributions.services import history as history_services
from contributions.services.history import PartlyAccepted, bring_history, take_back_import
from contributions.services.history_acceptance import accept_history
from core.errors import PermissionRefused
from core.models import Event
from reputation.models import Transfer
from tests.contributions.histories import author, commit, contents, days_of, shoonya
from tests.factories import World, make_world, verify_email

pytestmark = pytest.mark.django_db

#: After the last commit of the real history.
NOVEMBER = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return make_world()


def bring(world: World, commits: list[Commit]) -> HistoryImport | None:
    return bring_history(project=world.project, commits=commits, by=world.maintainer, now=world.now).history_import


def sessions() -> list[tuple[str, int, int, bool]]:
    """Every session as (name, minutes, commits, accepted), in order of time."""
    found = ImportedSession.objects.order_by("first_commit_at", "subject__imported_identity__name")
    names = display_names(found.values_list("subject_id", flat=True))
    return [(names[s.subject_id], s.minutes, s.commits, s.acceptance_id is not None) for s in found]


def test_the_real_history_in_numbers() -> None:
    world = make_world(NOVEMBER)
    with CaptureQueriesContext(connection) as asked:
        row = bring(world, shoonya())
    assert row is not None and row.summary["commits"] == 3279
    counts = history_counts(world.project.pk)
    assert (counts.commits, counts.merges, counts.bots, counts.credited) == (3279, 1267, 1, 2011)
    assert (counts.authors, counts.people, counts.misdated) == (46, 47, 0)
    assert (row.summary["sessions"], row.summary["minutes"]) == (1151, 54557)
    people = proposed_people(world.project.pk, [])
    assert (sum(p.sessions for p in people), sum(p.minutes for p in people), len(people)) == (1151, 54557, 47)
    # Four batches of commits and two of sessions; each costs at most a dozen statements, savepoints included.
    assert len(asked) <= 12 * 6 + 20


def test_nobody_is_credited_before_a_maintainer_accepts(world: World) -> None:
    bring(world, days_of("Asha", 3))
    assert sessions() == [("Asha", 120, 2, False)] * 3
    assert not Contribution.objects.exists() and not Transfer.objects.exists()


def test_statements_grow_with_batches_and_not_with_commits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for first, days in [(1, 20), (1001, 200)]:
        with CaptureQueriesContext(connection) as queries:
            bring(world, days_of(f"P{first}", days, first=first))
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_same_history_twice_changes_nothing(world: World) -> None:
    commits = [*days_of("Asha", 3), commit(99, "Bo", 10, "Asha")]
    bring(world, commits)
    accept_history(project=world.project, by=world.maintainer, now=world.now)
    before = contents()
    assert bring(world, commits) is None
    assert bring(world, commits[::-1]) is None
    assert contents() == before


def test_the_real_history_twice_changes_nothing() -> None:
    world = make_world(NOVEMBER)
    bring(world, shoonya())
    before = contents()
    assert bring(world, shoonya()) is None
    assert contents() == before


def test_every_person_of_a_commit_has_it_in_a_session_of_their_own(world: World) -> None:
    bring(world, [commit(1, "Asha", 0, "Bo", "Chi"), commit(2, "Bo", 60)])
    assert sessions() == [("Asha", 30, 1, False), ("Bo", 90, 2, False), ("Chi", 30, 1, False)]
    assert CommitShare.objects.filter(is_author=True).count() == 2


def test_two_people_with_one_address_are_two_and_so_is_one_with_two(world: World) -> None:
    shared = "lab@example.org"
    bring(
        world,
        [
            commit(1, author("Ravi", shared), 0),
            commit(2, author("Meena", shared), 1),
            commit(3, author("Meena", "meena@example.org"), 2),
            commit(4, author(" meena ", shared), 3),
        ],
    )
    assert ImportedIdentity.objects.count() == 3
    assert sorted(sessions()) == [("Meena", 30, 1, False), ("Meena", 32, 2, False), ("Ravi", 30, 1, False)]


def test_what_is_set_aside_is_counted_and_names_nobody(world: World) -> None:
    merge = Commit("a" * 40, True, author("Mo"), world.now - timedelta(days=9))
    robot = Commit("b" * 40, False, Author("dependabot[bot]", "0" * 16), world.now - timedelta(days=9))
    future = Commit("c" * 40, False, author("Flo"), world.now + timedelta(days=9))
    bring(world, [merge, robot, future, commit(1, "Asha", 0)])
    counts = history_counts(world.project.pk)
    assert (counts.merges, counts.bots, counts.misdated, counts.credited, counts.people) == (1, 1, 1, 1, 1)
    assert list(ImportedIdentity.objects.values_list("name", flat=True)) == ["Asha"]


def test_new_commits_change_proposed_sessions(world: World) -> None:
    bring(world, [commit(1, "Asha", 0), commit(3, "Asha", 200)])
    assert [minutes for _n, minutes, _c, _a in sessions()] == [30, 30]
    bring(world, [commit(1, "Asha", 0), commit(2, "Asha", 100), commit(3, "Asha", 200)])
    assert sessions() == [("Asha", 230, 3, False)]


def test_new_commits_never_change_accepted_sessions(world: World) -> None:
    bring(world, [commit(1, "Asha", 0), commit(2, "Asha", 60)])
    accept_history(project=world.project, by=world.maintainer, now=world.now)
    accepted = list(ImportedSession.objects.values())
    # One inside the accepted time, one right after it, one far away: only the last two are new time.
    bring(world, [commit(3, "Asha", 30), commit(4, "Asha", 70), commit(5, "Asha", 700)])
    assert sessions() == [("Asha", 90, 2, True), ("Asha", 10, 1, False), ("Asha", 30, 1, False)]
    assert list(ImportedSession.objects.filter(acceptance__isnull=False).values()) == accepted
    assert CommitShare.objects.filter(session__isnull=True).count() == 1
    # The commit without a session is looked at again each time, and nothing comes of it.
    before = contents()
    bring(world, [commit(3, "Asha", 30), commit(4, "Asha", 70), commit(5, "Asha", 700)])
    assert contents() == before


def test_killed_in_the_middle_and_brought_again_it_is_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_services, "BATCH", 4)
    commits = days_of("Asha", 10)

    def die(done: int, total: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_history(project=world.project, commits=commits, by=world.maintainer, now=world.now, on_progress=die)
    assert ImportedCommit.objects.count() == 8 and not ImportedSession.objects.exists()
    row = bring(world, commits)
    assert row is not None and row.pk == HistoryImport.objects.get().pk
    assert HistoryImport.objects.get().state == "read"
    assert sessions() == [("Asha", 120, 2, False)] * 10
    assert Event.objects.filter(kind="history.uploaded").count() == 1


def test_only_maintainers_bring_a_history(world: World) -> None:
    for person in (world.contributor, world.reviewer, world.outsider):
        with pytest.raises(PermissionRefused):
            bring_history(project=world.project, commits=[commit(1, "Asha", 0)], by=person, now=world.now)
    assert not ImportedCommit.objects.exists()


def test_the_wrong_history_is_taken_back_with_the_names_it_brought(world: World) -> None:
    bring(world, [commit(1, "Asha", 0)])
    wrong = bring(world, [commit(2, "Asha", 60), commit(3, "Stranger", 0)])
    assert wrong is not None
    take_back_import(history_import=wrong, by=world.maintainer, now=world.now)
    assert sessions() == [("Asha", 30, 1, False)]
    assert list(ImportedIdentity.objects.values_list("name", flat=True)) == ["Asha"]
    take_back_import(history_import=wrong, by=world.maintainer, now=world.now)
    assert bring(world, [commit(3, "Stranger", 0)]) is not None, "it can be brought again"


def test_a_partly_accepted_history_is_not_taken_back(world: World) -> None:
    row = bring(world, days_of("Asha", 2) + days_of("Bo", 2, first=50))
    assert row is not None
    asha = Subject.objects.get(imported_identity__name="Asha")
    accept_history(project=world.project, by=world.maintainer, now=world.now, subject_id=asha.pk)
    with pytest.raises(PartlyAccepted):
        take_back_import(history_import=row, by=world.maintainer, now=world.now)
    assert len(sessions()) == 4


def test_an_author_who_proves_the_address_has_the_sessions(world: World) -> None:
    email = verify_email(world.contributor)
    bring(world, [commit(1, author("Nickname", email), 0)])
    identity = ImportedIdentity.objects.get(name="Nickname")
    claim_identity(identity=identity, by=world.contributor, now=world.now)
    (person,) = proposed_people(world.project.pk, [world.contributor.pk, identity.subject_id])
    assert person.is_own


def test_an_author_erased_while_the_history_is_read_gets_no_session(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_services, "BATCH", 2)

    def erase(done: int, total: int) -> None:
        if done == total:
            erase_person(subject_id=ImportedIdentity.objects.get(name="Asha").subject_id, by=None, now=world.now)
            # A batch that was being stored at that moment still knew the author.
            CommitShare.objects.create(commit=ImportedCommit.objects.all()[0], subject_id=asha[0], is_author=True)

    asha: list[object] = []
    bring(world, [commit(90, "Asha", 0)])
    asha.append(ImportedIdentity.objects.get(name="Asha").subject_id)
    commits = [*days_of("Asha", 2), *days_of("Bo", 1, first=50)]
    bring_history(project=world.project, commits=commits, by=None, now=world.now, on_progress=erase)
    assert sessions() == [("Bo", 120, 2, False)]
    assert not CommitShare.objects.filter(subject_id=asha[0]).exists()
