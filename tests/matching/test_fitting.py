"""Which tasks fit: never one that can't be taken, always in the same order, and what is said of each is true."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Subject
from core.errors import DomainError
from core.languages import WRITTEN_LANGUAGES
from guilds.models import Guild
from guilds.rules import ROLES
from guilds.services import change_joining, join_guild
from matching.queries import Suggestion, fitting_tasks, would_fit
from matching.rules import Answers, place_parts
from matching.words import reasons, why
from projects.models import Place, Problem, Project, Task
from projects.services import (
    accept_problem,
    change_project_state,
    claim_task,
    draft_problem,
    draft_task,
    expire_task,
    propose_project,
    submit_problem,
)
from tests.factories import World, make_person, make_task, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """A guild with nothing to do but what a test puts there."""
    world = make_world(timezone.now())
    expire_task(task=world.task, by=world.maintainer, now=world.now)
    return world


def another_project(world: World, *, place: str = "", language: str = "en", title: str = "Another") -> Project:
    told = draft_problem(
        guild=world.guild, by=world.contributor, now=world.now, title=title, statement="s", affected_people="p",
        place=place or "Somewhere", language=language,
    )  # fmt: skip
    told = submit_problem(problem=told, by=world.contributor, now=world.now)
    told = accept_problem(problem=told, by=world.maintainer, now=world.now)
    made = propose_project(
        problem=told, by=world.maintainer, now=world.now, title=title, summary="s", language=language
    )
    return change_project_state(project=made, to="incubating", by=world.maintainer, now=world.now)


def task(world: World, where: Project | None = None, **fields: object) -> Task:
    values = {"title": "A task", "estimate_minutes": 30, "role": "annotation", **fields}
    return make_task(where or world.project, world.maintainer, world.now, **values)


def titles(answers: Answers | None = None, **kwargs: object) -> list[str]:
    return [found.title for found in fitting_tasks(answers or Answers(), **kwargs)]  # type: ignore[arg-type]


# What is left out ----------------------------------------------------------------------------------------------------


def test_only_what_can_be_taken_is_shown(world: World) -> None:
    """Taken, closed, drafts, open work, projects that rest: none of it."""
    task(world, title="Free")
    claim_task(task=task(world, title="Taken"), by=world.contributor, now=world.now)
    expire_task(task=task(world, title="Closed"), by=world.maintainer, now=world.now)
    draft_task(project=world.project, by=world.maintainer, now=world.now, title="Draft")
    resting = another_project(world)
    task(world, resting, title="Resting")
    change_project_state(project=resting, to="dormant", by=world.maintainer, now=world.now, reason="Monsoon.")
    assert titles() == ["Free"]


def test_hidden_words_are_suggested_to_nobody(world: World) -> None:
    task(world, title="Rude")
    Task.objects.filter(title="Rude").update(
        title="", description="", skills=[], hidden_at=world.now, hidden_for="abuse"
    )
    assert titles() == []


def test_a_guild_that_is_joined_by_asking_shows_its_tasks_to_members_alone(world: World) -> None:
    task(world, title="Theirs")
    change_joining(guild=world.guild, joining="request", by=world.steward, now=world.now)
    assert titles() == []
    assert titles(subject_ids=[world.newcomer.pk]) == []
    assert titles(subject_ids=[world.contributor.pk]) == ["Theirs"]
    assert would_fit(Answers()).by_asking == 1
    Guild.objects.filter(pk=world.guild.pk).update(state="closed")
    assert titles(subject_ids=[world.contributor.pk]) == []


def test_each_answer_rules_out_and_a_skipped_one_does_not(world: World) -> None:
    task(world, title="Short", estimate_minutes=15)
    task(world, title="Long", estimate_minutes=120)
    task(world, title="Code", estimate_minutes=60, role="code")
    abroad = another_project(world, language="vi", title="Abroad")
    task(world, abroad, title="Foreign", estimate_minutes=45)
    assert set(titles(limit=9)) == {"Short", "Long", "Code", "Foreign"}
    assert titles(Answers(minutes=30)) == ["Short"]
    assert titles(Answers(kinds=("code",))) == ["Code"]
    assert set(titles(Answers(languages=("as",)), limit=9)) == {"Short", "Long", "Code"}, "English is the page's"
    assert titles(Answers(languages=("vi",)))[0] == "Foreign"
    with override_settings(LANGUAGES=[("vi", "Vietnamese")]), translation.override("vi"):
        assert titles(Answers(languages=("as",))) == ["Foreign"]


# The order -----------------------------------------------------------------------------------------------------------


def test_the_order_is_the_one_the_page_tells(world: World) -> None:
    near = another_project(world, place="Ward 4, Jorhat, Assam", title="Near")
    spoken = another_project(world, language="as", title="Spoken")
    task(world, title="Plain", estimate_minutes=15)
    task(world, title="Starter", estimate_minutes=60, is_starter=True)
    task(world, near, title="Near", estimate_minutes=60)
    task(world, spoken, title="Spoken", estimate_minutes=60)
    answers = Answers(place="Jorhat", languages=("as",))
    assert titles(answers, limit=9) == ["Starter", "Near", "Spoken", "Plain"]
    assert titles(answers, limit=9, begins=False) == ["Near", "Spoken", "Plain", "Starter"]


def test_three_are_of_three_projects_when_they_are_alike(world: World) -> None:
    for number in range(4):
        task(world, title=f"Photos {number}", estimate_minutes=15)
    task(world, another_project(world), title="Other", estimate_minutes=60)
    assert titles() == ["Photos 0", "Other", "Photos 1"]


def test_the_first_part_of_a_place_counts_more(world: World) -> None:
    task(world, another_project(world, place="Silchar, Assam", title="a"), title="State", estimate_minutes=15)
    task(world, another_project(world, place="Jorhat", title="b"), title="Town", estimate_minutes=60)
    found = fitting_tasks(Answers(place="Jorhat, Assam"))
    assert [(one.title, one.near) for one in found] == [("Town", "jorhat"), ("State", "assam")]


@pytest.mark.parametrize(
    ("typed", "place", "is_near"),
    [
        ("goa", "Goalpara", False),
        ("Jorhat", "jorhat", True),
        ("JORHAT.", "near Jorhat (Assam)", True),
        ("যোৰহাট", "যোৰহাট, অসম", True),
        ("যোৰ", "যোৰহাট", False),
        ("করাচী", "শহর করাচী", True),
        ("سکھر", "ضلع سکھر، سندھ", True),
        ("Cox's Bazar", "Cox’s Bazar", False),
        ("Cox's Bazar", "Cox's Bazar, Teknaf", True),
        ("%", "100 %", False),
        ("x", "x", False),
        ("' OR 1=1 --", "Majuli", False),
    ],
)
def test_places_are_found_as_whole_words_in_any_script(world: World, typed: str, place: str, is_near: bool) -> None:
    task(world, another_project(world, place=place))
    assert bool(fitting_tasks(Answers(place=typed))[0].near) is is_near


def test_a_town_on_the_map_is_near_what_lies_round_it(world: World) -> None:
    """By position, pinned or found, when the words don't meet; words that meet come first, and far is not near."""
    for number, (name, latitude, longitude) in enumerate((("Jorhat", "26.75", "94.22"), ("Nimati", "26.86", "94.24"))):
        Place.objects.create(
            id=number, name=name, names=[name.lower()], within=["in"], latitude=latitude, longitude=longitude
        )
    pinned, found, far = (another_project(world, place=name, title=name) for name in ("Kamalabari", "Nimati", "Surat"))
    Problem.objects.filter(pk=pinned.problem_id).update(latitude="26.95", longitude="94.17")
    Problem.objects.filter(pk=found.problem_id).update(found_place=1)
    Problem.objects.filter(pk=far.problem_id).update(latitude="21.17", longitude="72.83")
    for where, minutes in ((pinned, 30), (found, 60), (far, 15)):
        task(world, where, title=where.title, estimate_minutes=minutes)
    task(world, another_project(world, place="Jorhat", title="There"), title="There", estimate_minutes=120)
    said = Answers(place="Jorhat")
    shown = fitting_tasks(said, limit=9)
    assert [one.title for one in shown] == ["There", "Nimati", "Kamalabari", "Surat"]
    assert [one.km for one in shown] == [None, 12, 23, None]
    assert "about 12 km from Jorhat" in plain(why(shown[1], said))
    assert "near" not in plain(why(shown[3], said)) and "km" not in plain(why(shown[3], said))


# What is said --------------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "").replace("\u00a0", " ")


def test_the_sentence_says_what_was_answered_and_nothing_else(world: World) -> None:
    there = another_project(world, place="Jorhat, Assam", language="as")
    task(world, there, role="translation", estimate_minutes=20, is_starter=True)
    said = Answers(kinds=("translation", "code"), place="jorhat", languages=("as", "en"), minutes=60)
    (found,) = fitting_tasks(said)
    assert plain(why(found, said)) == (
        "It fits: you said translation and অসমীয়া; 20 min of the 1 h you have a week; near jorhat; a good first task."
    )
    (found,) = fitting_tasks(Answers(), subject_ids=[world.contributor.pk])
    assert plain(why(found, Answers())) == "It fits: it takes 20 min; in your guild; a good first task."


def test_what_would_fit_is_what_then_fits(world: World) -> None:
    """Each number of the empty state is the length of the list behind its link."""
    task(world, role="code", estimate_minutes=90)
    task(world, role="annotation", estimate_minutes=60)
    task(world, another_project(world, language="vi"), role="code", estimate_minutes=30)
    said = Answers(kinds=("code",), languages=("as",), minutes=60)
    assert fitting_tasks(said) == []
    would = would_fit(said)

    def count(**left_out: object) -> int:
        return len(fitting_tasks(replace(said, **left_out), limit=99))  # type: ignore[arg-type]

    assert would.any_kind == count(kinds=()) == 1
    assert would.any_time == count(minutes=None) == 1
    assert (would.shortest, would.shortest_open) == (90, 30)
    assert would.any_language == count(languages=()) == 1
    assert would.open == len(fitting_tasks(Answers(), limit=99)) == 3


# For any answers -----------------------------------------------------------------------------------------------------

PLACES = ("Jorhat, Assam", "সিলেট", "Majuli")
CODES = ("as", "en", "vi")


@pytest.fixture(scope="module")
def crowded(django_db_setup: None, django_db_blocker: object) -> object:
    """Three projects in three languages and places, with a task of each of some kinds and lengths, in two guilds."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        world = make_world(timezone.now())
        closed = make_world(timezone.now())
        change_joining(guild=closed.guild, joining="invite", by=closed.steward, now=closed.now)
        kinds, lengths = ("code", "annotation", "field"), (15, 45, 120)
        for number, (place, language) in enumerate(zip(PLACES, CODES, strict=True)):
            where = another_project(world, place=place, language=language, title=f"P{number}")
            for turn, (kind, length) in enumerate(product(kinds, lengths)):
                task(
                    world, where, role=kind, estimate_minutes=length, is_starter=turn % 2 == 0, title=f"{number}{turn}"
                )
        world.extra["elsewhere"] = closed
        yield world
        transaction.set_rollback(True)


some_answers = st.builds(
    Answers,
    kinds=st.lists(st.sampled_from(ROLES), unique=True, max_size=3).map(tuple),
    place=st.one_of(st.sampled_from(("", *PLACES, "Assam")), st.text(max_size=40).filter(lambda t: "\0" not in t)),
    languages=st.lists(st.sampled_from([code for code, _name in WRITTEN_LANGUAGES]), unique=True, max_size=3).map(
        tuple
    ),
    minutes=st.one_of(st.none(), st.integers(15, 2400)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=some_answers, reader=st.sampled_from(("visitor", "newcomer", "contributor")), begins=st.booleans())
def test_whatever_is_answered_each_task_can_be_taken_and_its_sentence_is_true(
    crowded: World, said: Answers, reader: str, begins: bool
) -> None:
    ids = [] if reader == "visitor" else [getattr(crowded, reader).pk]
    found = fitting_tasks(said, subject_ids=ids, begins=begins)
    assert found == fitting_tasks(said, subject_ids=ids, begins=begins)
    assert len({one.id for one in found}) == len(found) <= 3
    assert bool(found) is (would_fits_now(said, ids) > 0)
    for one in found:
        check_true(one, said, reader)
    if found:
        check_takeable(found[0].id, make_person("taker") if not ids else Subject.objects.get(pk=ids[0]), crowded)


def would_fits_now(said: Answers, ids: list[UUID]) -> int:
    found = fitting_tasks(said, subject_ids=ids, limit=1)
    return found[0].total if found else 0


def check_true(one: Suggestion, said: Answers, reader: str) -> None:
    row = Task.objects.select_related("project__problem").get(pk=one.id)
    assert row.state == "published" and not row.is_open_work
    assert not said.kinds or row.role in said.kinds
    assert said.minutes is None or row.estimate_minutes <= said.minutes
    assert not said.languages or row.project.language in (*said.languages, "en")
    assert not one.spoken or one.spoken in said.languages
    assert not one.near or one.km is not None or f" {one.near} " in place_parts(said.place)
    assert not one.near or one.km is not None or one.near in row.project.problem.place.lower()
    assert one.is_own_guild is (reader == "contributor")
    text = " ".join(reasons(one, said))
    assert ("first task" in text) is row.is_starter
    assert ("near" in text or " km from " in text) is bool(one.near)


def check_takeable(task_id: UUID, by: Subject, world: World) -> None:
    """By joining, which is one press, and taking it; what is done here is undone."""
    with transaction.atomic():
        found = Task.objects.get(pk=task_id)
        try:
            join_guild(guild=world.guild, by=by, now=world.now)
        except DomainError:
            assert by == world.contributor
        assert claim_task(task=found, by=by, now=world.now).state == "claimed"
        transaction.set_rollback(True)


def test_it_is_one_statement_however_much_there_is(crowded: World) -> None:
    with CaptureQueriesContext(connection) as statements:
        fitting_tasks(Answers(languages=("as",)), subject_ids=[crowded.contributor.pk])
    assert len(statements) == 1
    with CaptureQueriesContext(connection) as statements:
        fitting_tasks(Answers(place="Jorhat"))
    assert len(statements) <= 3, "and two to find the place"
