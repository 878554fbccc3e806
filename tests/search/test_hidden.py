"""What never appears: drafts, the rejected, what is hidden, closed or erased, and people who did not open their page.

Each is asked for on the page and looked for in the index: a word of it left there could be felt out by mistyping it.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Profile, Subject, User
from accounts.services import erase_person, save_profile
from core.models import SearchDocument, SearchWord
from guildhub.search import find_things
from guilds.services import propose_guild
from moderation.services import hide_writing, report_writing, show_writing
from projects.models import Problem, Project, Task
from projects.services import (
    change_project_state,
    draft_task,
    edit_problem,
    expire_task,
    mark_duplicate_problem,
    propose_project,
    restore_duplicate_problem,
)
from tests.factories import MONDAY, World, make_task
from tests.search.test_search import tell, titles

pytestmark = pytest.mark.django_db
OPENED: dict[str, Any] = {"is_name_public": True, "public_sections": ["about"], "may_be_indexed": True}


def is_forgotten(word: str) -> bool:
    """Nothing is found for the word, spelled right or wrong, and the index holds it nowhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_searchdocument WHERE words @@ %s::tsquery", [f"'{word}'"])
        (documents,) = cursor.fetchone()
    found = [*find_things(word).results, *find_things(word[:-1] + "q").results]
    return not found and not documents and not SearchWord.objects.filter(word=word).exists()


def hide(world: World, kind: str, thing: Any, by: Subject | None = None) -> Any:
    """A steward hides it."""
    case = report_writing(kind=kind, object_id=thing.pk, by=world.newcomer, concern="spam", now=MONDAY).case
    return hide_writing(case=case, by=by or world.steward, concern="spam", reason="It sells something.", now=MONDAY)


def test_a_hidden_problem_is_gone_and_comes_back_when_it_is_shown(world: World) -> None:
    case = hide(world, "problem", tell(world, "Quokkas for sale", "Numbats too."))
    assert is_forgotten("quokkas") and is_forgotten("numbats")
    show_writing(case=case, by=world.steward, reason="It was no advertising.", now=MONDAY)
    assert titles(find_things("quokas")) == ["Quokkas for sale"]


def test_an_echo_leads_to_nothing_until_it_is_told_apart(world: World) -> None:
    told = tell(world, "Quokkas once more")
    echo = mark_duplicate_problem(problem=told, original=world.problem, by=world.maintainer, now=MONDAY)
    assert is_forgotten("quokkas")
    restore_duplicate_problem(problem=echo, by=world.maintainer, now=MONDAY)
    assert titles(find_things("quokkas")) == ["Quokkas once more"]


def test_words_that_were_edited_away_are_gone(world: World) -> None:
    told = tell(world, "Quokkas in the yard", "Ask Tariq in house four.")
    edit_problem(problem=told, by=world.maintainer, now=MONDAY, statement="Ask the office.")
    assert is_forgotten("tariq")
    assert titles(find_things("quokkas office")) == ["Quokkas in the yard"]


def test_quarantined_and_hidden_projects_are_gone_with_their_tasks(world: World) -> None:
    project = propose_project(
        problem=world.problem, by=world.maintainer, now=MONDAY, title="Quokkas on paper", summary="Numbats."
    )
    project = change_project_state(project=project, to="incubating", by=world.maintainer, now=MONDAY)
    make_task(project, world.maintainer, MONDAY, title="Count bilbies")
    assert titles(find_things("quokkas")) == ["Quokkas on paper"]
    assert titles(find_things("bilbies")) == ["Count bilbies"]
    change_project_state(project=project, to="quarantined", by=world.steward, now=MONDAY, reason="Who is behind it?")
    assert is_forgotten("quokkas") and is_forgotten("numbats")
    assert not find_things("bilbies").results


def test_drafts_of_tasks_closed_tasks_and_open_work_are_not_found(world: World) -> None:
    draft_task(
        project=world.project, by=world.maintainer, now=MONDAY, title="Quokkas", difficulty="S", estimate_minutes=90
    )
    assert is_forgotten("quokkas")
    task = make_task(world, world.maintainer, MONDAY, title="Numbats", skills=["bilbies"])
    assert titles(find_things("bilbis")) == ["Numbats"]
    expire_task(task=task, by=world.maintainer, now=MONDAY, reason="Done elsewhere.")
    assert is_forgotten("numbats") and is_forgotten("bilbies")
    assert str(world.open_work.pk) not in {str(one.object_id) for one in find_things("open work").results}


def test_a_guild_that_is_not_open_yet_shows_nothing(world: World) -> None:
    tell(world, "Quokkas of a proposal")
    proposed = propose_guild(slug="quiet", name="Quiet", summary="Not yet.", by=world.outsider, now=MONDAY)
    Problem.objects.filter(title="Quokkas of a proposal").update(guild=proposed)
    assert not find_things("quokkas").results


@pytest.mark.parametrize(
    ("opened", "found"),
    [
        ({}, False),
        ({"is_name_public": True, "public_sections": ["about"]}, False),
        ({"may_be_indexed": True}, False),
        ({"may_be_indexed": True, "public_sections": ["hours"]}, False),
        ({"may_be_indexed": True, "is_name_public": True}, True),
        (OPENED, True),
    ],
)
def test_people_are_found_by_their_name_who_let_themselves_be_found(
    world: World, opened: dict[str, Any], found: bool
) -> None:
    save_profile(subject=world.contributor, handle="rimjhim", display_name="Quokka Das", **opened)
    assert titles(find_things("quoka")) == (["Quokka Das"] if found else [])


def test_of_a_person_only_open_parts_are_searched_and_shown(world: World) -> None:
    shown: dict[str, Any] = {**OPENED, "public_sections": ["hours"], "is_name_public": False}
    save_profile(subject=world.contributor, handle="rimjhim", display_name="Quokka", about="Numbats.", **shown)
    assert is_forgotten("quokka") and is_forgotten("numbats")
    (result,) = find_things("rimjhm").results
    assert (result.title, result.says, result.get_absolute_url()) == ("rimjhim", "", "/u/rimjhim/")


def test_who_closes_their_page_is_gone(world: World) -> None:
    save_profile(subject=world.contributor, handle="rimjhim", display_name="Quokka", about="Numbats.", **OPENED)
    assert titles(find_things("numbats")) == ["Quokka"]
    save_profile(subject=world.contributor, may_be_indexed=False)
    assert is_forgotten("quokka") and is_forgotten("numbats") and is_forgotten("rimjhim")


def test_a_hidden_or_locked_out_person_is_gone(world: World) -> None:
    for person, handle in ((world.contributor, "rimjhim"), (world.reviewer, "tariq")):
        save_profile(subject=person, handle=handle, display_name=f"Quokka {handle}", about="Numbats.", **OPENED)
    User.objects.filter(subject=world.reviewer).update(is_active=False)
    assert titles(find_things("quokka")) == ["Quokka rimjhim"]
    hide(world, "profile", Profile.objects.get(subject=world.contributor), by=world.hub_steward)
    assert not find_things("quokka").results
    assert not SearchDocument.objects.filter(object_id=world.contributor.pk).exists()


def test_nothing_of_an_erased_person_is_left(world: World) -> None:
    """What was published for the guild stays (projects/personal_data.py); a proposal of theirs doesn't, nor do they."""
    save_profile(subject=world.maintainer, handle="rimjhim", display_name="Quokka Das", about="Numbats.", **OPENED)
    propose_project(
        problem=world.problem, by=world.maintainer, now=MONDAY, title="Bilbies on paper", summary="Wombats."
    )
    words = ("quokka", "rimjhim", "numbats", "bilbies", "wombats")
    assert [word for word in words if not find_things(word).results] == []
    erase_person(subject_id=world.maintainer.pk, by=None, now=MONDAY)
    assert [word for word in words if not is_forgotten(word)] == []
    assert not find_things("erased").results


def test_the_index_holds_nothing_that_everybody_may_not_read(standing_world: World, client: Client) -> None:
    """Every word of the index comes from something public of a world that has everything else as well."""
    public = {
        *Problem.objects.public().exclude(state="duplicate").values_list("pk", flat=True),
        *Project.objects.exclude(state="quarantined").filter(hidden_at=None).values_list("pk", flat=True),
        *Task.objects.exclude(state__in=["draft", "expired"]).filter(is_open_work=False).values_list("pk", flat=True),
        *Subject.objects.filter(profile__may_be_indexed=True).values_list("pk", flat=True),
    }
    assert set(SearchDocument.objects.values_list("object_id", flat=True)) <= public
    page = client.get("/search/", {"q": "draft hidden erased buy"}).content.decode()
    assert "[hidden]" not in page and "[erased]" not in page
