"""Reporting, deciding and appealing: who may, what comes of it, twice, and all at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Subject, SubjectLink
from accounts.services import erase_person
from contributions.services import EntryInput, approve_contribution, log_hours
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.errors import DomainError, PermissionRefused, TransitionRefused
from core.ids import uuid7
from core.limits import LIMITS, Limit, LimitReached
from core.models import Event, StateChange
from core.written import HIDDEN, TextHidden
from guilds.services import grant_right
from moderation.models import Case, Report
from moderation.permissions import NothingThere, OwnWords
from moderation.rules import APPEAL_DAYS
from moderation.services import (
    AppealTooLate,
    HiddenAlready,
    ReasonMissing,
    appeal_case,
    dismiss_case,
    hide_writing,
    report_writing,
    settle_appeal,
    show_writing,
)
from notices.models import Notice
from projects.models import Problem
from projects.services import draft_problem, edit_problem
from tests.factories import World, make_person, make_world
from tests.hostile.races import at_once


@pytest.fixture
def world(db: Any) -> World:
    return make_world(timezone.now())


def report(world: World, by: Subject, **more: Any) -> Report:
    values = {"kind": "problem", "object_id": world.problem.pk, "concern": "spam", "now": world.now, **more}
    return report_writing(by=by, **values)


def hide(world: World, by: Subject | None = None) -> Case:
    case = report(world, world.newcomer).case
    return hide_writing(case=case, by=by or world.steward, concern="spam", reason="It sells something.", now=world.now)


def deliver() -> None:
    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())


def told(person: Subject) -> list[str]:
    return list(Notice.objects.filter(subject=person).order_by("id").values_list("kind", flat=True))


# Reporting -----------------------------------------------------------------------------------------------------------


def test_reports_on_one_thing_gather_in_one_case(world: World) -> None:
    first, again, other = report(world, world.newcomer), report(world, world.newcomer), report(world, world.outsider)
    assert first == again
    assert first.case == other.case
    case = Case.objects.get()
    assert (case.guild, case.author, case.title, case.for_hub) == (
        world.guild, world.contributor, world.problem.title, False,
    )  # fmt: skip


def test_the_log_never_says_who_reported(world: World) -> None:
    case = report(world, world.newcomer).case
    rows = [*Event.objects.filter(object_id=case.pk), *StateChange.objects.filter(object_id=case.pk)]
    assert rows
    assert all(row.actor is None for row in rows)


def test_nobody_reports_themselves_or_what_they_cannot_see(world: World) -> None:
    with pytest.raises(OwnWords):
        report(world, world.contributor)
    draft = draft_problem(guild=world.guild, by=world.contributor, now=world.now, title="Mine alone")
    for pk, kind in ((draft.pk, "problem"), (uuid7(), "problem"), (world.problem.pk, "no such kind")):
        with pytest.raises(NothingThere):
            report(world, world.newcomer, kind=kind, object_id=pk)
    with pytest.raises(DomainError, match="Say what is wrong"):
        report(world, world.newcomer, concern="boredom")


def test_an_alias_is_the_same_person(world: World) -> None:
    alias = Subject.objects.create()
    SubjectLink.objects.create(alias=alias, primary=world.contributor, linked_at=world.now)
    Problem.objects.filter(pk=world.problem.pk).update(author=alias)
    with pytest.raises(OwnWords):
        report(world, world.contributor)


def test_what_is_hidden_takes_no_more_reports(world: World) -> None:
    hide(world)
    with pytest.raises(HiddenAlready):
        report(world, world.outsider)


def test_after_a_dismissal_a_new_report_is_a_new_case(world: World) -> None:
    case = report(world, world.newcomer).case
    dismiss_case(case=case, by=world.steward, reason="It is fine.", now=world.now)
    assert report(world, world.outsider).case != case


def test_reports_are_limited(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "report", Limit(hour=1, day=1))
    report(world, world.newcomer)
    report(world, world.newcomer)
    with pytest.raises(LimitReached):
        report(world, world.newcomer, kind="project", object_id=world.project.pk)


# Deciding ------------------------------------------------------------------------------------------------------------


def test_hiding_takes_the_words_and_tells_everybody(world: World) -> None:
    case = hide(world)
    problem = Problem.objects.get(pk=world.problem.pk)
    assert (problem.title, problem.statement, problem.hidden_for) == (HIDDEN, HIDDEN, "spam")
    assert case.kept_words["title"] == world.problem.title
    deliver()
    assert "words_hidden" in told(world.contributor)
    assert told(world.newcomer) == ["report_heard"]
    with pytest.raises(TextHidden):
        edit_problem(problem=problem, by=world.maintainer, now=world.now, title="The same again")


def test_dismissing_tells_the_reporters_and_nobody_else(world: World) -> None:
    case = report(world, world.newcomer).case
    deliver()
    before = told(world.contributor)
    dismiss_case(case=case, by=world.steward, reason="It is fine.", now=world.now)
    deliver()
    assert told(world.newcomer) == ["report_dismissed"]
    assert told(world.contributor) == before
    assert Problem.objects.get(pk=world.problem.pk).title == world.problem.title


def test_showing_again_gives_every_word_back(world: World) -> None:
    before = Problem.objects.values().get(pk=world.problem.pk)
    show_writing(case=hide(world), by=world.steward, reason="A mistake.", now=world.now)
    assert Problem.objects.values().get(pk=world.problem.pk) == before
    deliver()
    assert "words_shown" in told(world.contributor)


def test_a_decision_needs_a_reason_and_the_right_state(world: World) -> None:
    case = report(world, world.newcomer).case
    with pytest.raises(ReasonMissing):
        hide_writing(case=case, by=world.steward, concern="spam", reason="  ", now=world.now)
    with pytest.raises(DomainError, match="kind of reason"):
        hide_writing(case=case, by=world.steward, concern="", reason="Because.", now=world.now)
    with pytest.raises(TransitionRefused):
        show_writing(case=case, by=world.steward, reason="Because.", now=world.now)
    dismiss_case(case=case, by=world.steward, reason="It is fine.", now=world.now)
    with pytest.raises(TransitionRefused):
        hide_writing(case=case, by=world.steward, concern="spam", reason="Because.", now=world.now)


def test_nobody_decides_on_their_own_report(world: World) -> None:
    for person in (world.steward, world.hub_steward):
        case = report(world, person).case
        with pytest.raises(PermissionRefused, match="reported this yourself"):
            dismiss_case(case=case, by=person, reason="It is fine.", now=world.now)


def test_what_a_steward_wrote_is_for_the_hub(world: World) -> None:
    """The second steward would judge the first one."""
    grant_right(guild=world.guild, subject=world.reviewer, right="steward", by=world.steward, now=world.now)
    told_by = draft_problem(guild=world.guild, by=world.steward, now=world.now, title="Mine", statement="s")
    Problem.objects.filter(pk=told_by.pk).update(state="submitted", submitted_at=world.now)
    case = report(world, world.newcomer, object_id=told_by.pk).case
    assert case.for_hub
    with pytest.raises(PermissionRefused, match="steward of the hub"):
        dismiss_case(case=case, by=world.reviewer, reason="It is fine.", now=world.now)
    with pytest.raises(PermissionRefused, match="own words"):
        dismiss_case(case=case, by=world.steward, reason="It is fine.", now=world.now)
    dismiss_case(case=case, by=world.hub_steward, reason="It is fine.", now=world.now)


def test_who_became_a_steward_meanwhile_is_for_the_hub(world: World) -> None:
    case = report(world, world.newcomer).case
    grant_right(guild=world.guild, subject=world.contributor, right="steward", by=world.steward, now=world.now)
    with pytest.raises(PermissionRefused, match="steward of the hub"):
        dismiss_case(case=case, by=world.steward, reason="It is fine.", now=world.now)


def test_stewards_of_other_guilds_decide_nothing(world: World) -> None:
    elsewhere = make_world(world.now)
    case = report(world, world.newcomer).case
    for person in (elsewhere.steward, world.maintainer, world.outsider):
        with pytest.raises(PermissionRefused):
            dismiss_case(case=case, by=person, reason="It is fine.", now=world.now)


# Appealing -----------------------------------------------------------------------------------------------------------


def test_an_appeal_is_decided_by_somebody_else(world: World) -> None:
    case = appeal_case(case=hide(world), by=world.contributor, words="It sells nothing.", now=world.now)
    with pytest.raises(PermissionRefused, match="You hid these words"):
        settle_appeal(case=case, by=world.steward, is_upheld=True, reason="No.", now=world.now)
    settle_appeal(case=case, by=world.hub_steward, is_upheld=False, reason="True.", now=world.now)
    assert Problem.objects.get(pk=world.problem.pk).title == world.problem.title
    deliver()
    assert "words_shown" in told(world.contributor)


def test_what_is_upheld_stays_hidden_and_can_still_be_shown(world: World) -> None:
    case = appeal_case(case=hide(world), by=world.contributor, words="It sells nothing.", now=world.now)
    case = settle_appeal(case=case, by=world.hub_steward, is_upheld=True, reason="It does.", now=world.now)
    assert Problem.objects.get(pk=world.problem.pk).title == HIDDEN
    with pytest.raises(TransitionRefused, match="one appeal"):
        appeal_case(case=case, by=world.contributor, words="But.", now=world.now)
    show_writing(case=case, by=world.steward, reason="A mistake.", now=world.now)
    assert Problem.objects.get(pk=world.problem.pk).title == world.problem.title


def test_an_appeal_is_the_authors_and_in_time(world: World) -> None:
    case = hide(world)
    with pytest.raises(PermissionRefused, match="Only the author"):
        appeal_case(case=case, by=world.reviewer, words="It is fine.", now=world.now)
    with pytest.raises(ReasonMissing):
        appeal_case(case=case, by=world.contributor, words=" ", now=world.now)
    with pytest.raises(AppealTooLate):
        appeal_case(
            case=case, by=world.contributor, words="Please.", now=world.now + timedelta(days=APPEAL_DAYS, seconds=1)
        )


# People who go -------------------------------------------------------------------------------------------------------


def test_erasing_the_author_takes_the_kept_words_and_what_was_said_about_them(world: World) -> None:
    case = appeal_case(case=hide(world), by=world.contributor, words="Secret appeal", now=world.now)
    erase_person(subject_id=world.contributor.pk, by=None, now=world.now)
    case = Case.objects.get(pk=case.pk)
    assert (case.kept_words, case.title) == ({}, "[erased]")
    settle_appeal(case=case, by=world.hub_steward, is_upheld=False, reason="Right.", now=world.now)
    assert Problem.objects.get(pk=world.problem.pk).title in (HIDDEN, "[erased]")
    assert not StateChange.objects.filter(object_id=case.pk, reason__contains="Secret").exists()


# Links of new accounts -----------------------------------------------------------------------------------------------


def test_links_come_free_with_the_first_approval_or_right(world: World) -> None:
    deliver()
    free = Subject.objects.filter(links_free_at__isnull=False)
    assert world.maintainer in free
    assert world.hub_steward in free
    assert world.contributor not in free
    work = log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, now=world.now,
        entries=[EntryInput(world.now.date(), 30)],
    ).contribution  # fmt: skip
    approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=30, now=world.now)
    deliver()
    assert world.contributor in free.all()


# At once -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_ten_reports_at_once_are_one_case_and_ten_decisions_one() -> None:
    world = make_world(timezone.now())
    people = [make_person(f"reader-{number}") for number in range(5)]
    answers = at_once(*(lambda p=p: report(world, p) for p in people for _ in range(2)))
    assert all(isinstance(answer, Report) for answer in answers), answers
    assert Case.objects.count() == 1
    assert Report.objects.count() == 5

    case = Case.objects.get()
    stewards = [world.steward, world.hub_steward] * 5

    def decide(person: Subject) -> Case:
        return hide_writing(case=case, by=person, concern="spam", reason="It sells.", now=world.now)

    answers = at_once(*(lambda p=p: decide(p) for p in stewards))
    assert sum(isinstance(answer, Case) for answer in answers) == 1, answers
    assert sum(isinstance(answer, TransitionRefused) for answer in answers) == 9
    assert Event.objects.filter(kind="case.hidden").count() == 1

    answers = at_once(
        *(lambda: appeal_case(case=case, by=world.contributor, words="No.", now=world.now) for _ in range(5))
    )
    assert sum(isinstance(answer, Case) for answer in answers) == 1, answers
    assert Case.objects.get().kept_words["title"] == world.problem.title


# What the database refuses -------------------------------------------------------------------------------------------

_MOMENT = timezone.now()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "asleep"}, "case_state_known|cannot go"),
        ({"decided_at": _MOMENT}, "case_decided"),
        ({"settled_at": _MOMENT}, "case_settled_by_somebody"),
        ({"appealed_at": _MOMENT}, "case_appeal_says_when"),
        ({"concern": "spam"}, "case_hidden_says_why"),
        ({"kept_words": {}}, "case_keeps_words_while_hidden"),
        ({"state": "hidden"}, "case_"),
        ({"state": "upheld"}, "cannot go"),
        ({"object_id": uuid7()}, "stands"),
        ({"opened_at": _MOMENT}, "stands"),
    ],
)
def test_the_database_refuses_a_case_that_is_not_whole(world: World, changes: dict[str, Any], constraint: str) -> None:
    case = report(world, world.newcomer).case
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**changes)


@pytest.mark.parametrize("who", ["contributor", "newcomer"])
def test_the_database_refuses_a_decision_of_author_and_reporter(world: World, who: str) -> None:
    case = report(world, world.newcomer).case
    decided = {"state": "dismissed", "decided_by": getattr(world, who), "decided_at": timezone.now()}
    with (
        pytest.raises(DatabaseError, match="case_never_ones_own|Nobody decides"),
        transaction.atomic(),
    ):
        Case.objects.filter(pk=case.pk).update(**decided)


def test_the_database_refuses_an_appeal_decided_by_who_hid_it(world: World) -> None:
    case = appeal_case(case=hide(world), by=world.contributor, words="No.", now=world.now)
    settled = {"state": "upheld", "settled_by": world.steward, "settled_at": world.now}
    with pytest.raises(IntegrityError, match="case_appeal_decided_by_another"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**settled)


def test_the_database_refuses_a_second_live_case_and_a_second_report(world: World) -> None:
    first = report(world, world.newcomer)
    case = first.case
    with pytest.raises(IntegrityError, match="case_one_at_a_time"), transaction.atomic():
        Case.objects.create(kind=case.kind, object_id=case.object_id, opened_at=world.now)
    with pytest.raises(IntegrityError, match="report_once_per_person"), transaction.atomic():
        Report.objects.create(case=case, reporter=world.newcomer, concern="spam", reported_at=world.now)
    with pytest.raises(DatabaseError, match="Nobody reports themselves"), transaction.atomic():
        Report.objects.create(case=case, reporter=world.contributor, concern="spam", reported_at=world.now)
    with pytest.raises(IntegrityError, match="report_concern_known"), transaction.atomic():
        Report.objects.create(case=case, reporter=world.outsider, concern="boredom", reported_at=world.now)
    with pytest.raises(DatabaseError, match="A report stands"), transaction.atomic():
        Report.objects.filter(pk=first.pk).update(concern="abuse")


def test_nothing_of_moderation_is_deleted(world: World) -> None:
    report(world, world.newcomer)
    for table in ("moderation_report", "moderation_case"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
