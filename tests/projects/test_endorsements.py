"""Who stands behind a problem: once a person, whatever ids they have and however many problems were merged."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Subject
from accounts.services import claim_identity, erase_person
from guilds.services import join_guild, leave_guild
from projects.models import Endorsement, Problem
from projects.services import (
    decide_problem,
    endorse_problem,
    mark_duplicate_problem,
    restore_duplicate_problem,
    withdraw_endorsement,
)
from projects.services.endorsements import ProblemDeaf
from tests.contributions.test_at_once import at_once
from tests.factories import World, make_author, make_person, verify_email
from tests.pages import client_of
from tests.projects.telling import tell

pytestmark = pytest.mark.django_db


def counts(problem: Problem) -> tuple[int, int]:
    """Affected and supporters, as the lists are sorted by."""
    problem.refresh_from_db()
    return problem.endorsed_affected, problem.endorsed_support


def press(world: World, reader: str, do: str, problem: Problem | None = None) -> str:
    answer = client_of(world, reader).post((problem or world.problem).get_absolute_url(), {"do": do}, follow=True)
    return answer.content.decode()


def test_a_member_says_it_changes_it_and_takes_it_back(world: World) -> None:
    assert "You say: it hurts me too" in press(world, "contributor", "affected")
    press(world, "contributor", "affected")
    assert counts(world.problem) == (1, 0)
    assert "You say: I support it" in press(world, "contributor", "support")
    assert counts(world.problem) == (0, 1)
    press(world, "contributor", "unendorse")
    assert "Taken back." in press(world, "contributor", "unendorse")
    assert counts(world.problem) == (0, 0) and not Endorsement.objects.exists()


def test_the_public_sees_numbers_and_members_see_who(world: World) -> None:
    press(world, "contributor", "affected")
    press(world, "reviewer", "support")
    address = f"{world.problem.get_absolute_url()}people/"
    for reader in ("anonymous", "outsider"):
        text = client_of(world, reader).get(address).content.decode()
        assert "রুমা দাস" not in text and "Members of the guild see who" in text
        assert "<dd><bdi>1</bdi></dd>" in text
    assert "রুমা দাস" in client_of(world, "maintainer").get(address).content.decode()


def test_an_outsider_is_told_to_join_and_an_old_member_can_still_take_it_back(world: World) -> None:
    answer = client_of(world, "outsider").post(world.problem.get_absolute_url(), {"do": "affected"})
    assert answer.status_code == 403 and b"Only members of River Watch" in answer.content
    join_guild(guild=world.guild, by=world.newcomer, now=world.now)
    endorse_problem(problem=world.problem, by=world.newcomer, kind="support", now=world.now)
    leave_guild(guild=world.guild, by=world.newcomer, now=world.now)
    withdraw_endorsement(problem=world.problem, by=world.newcomer, now=world.now)
    assert counts(world.problem) == (0, 0)


def test_a_claimed_identity_is_the_same_person(world: World) -> None:
    author = make_author("Asha", "asha@work.example")
    Endorsement.objects.create(problem=world.problem, subject=author.subject, kind="support", created_at=world.now)
    verify_email(world.contributor, "asha@work.example")
    claim_identity(identity=author, by=world.contributor, now=world.now)
    endorse_problem(problem=world.problem, by=world.contributor, kind="affected", now=world.now)
    assert counts(world.problem) == (1, 0) and Endorsement.objects.count() == 1


def test_merging_counts_nobody_twice_and_telling_apart_restores(world: World) -> None:
    problem = tell(world, "The same")
    for person, kind in ((world.contributor, "affected"), (world.reviewer, "support")):
        endorse_problem(problem=problem, by=person, kind=kind, now=world.now)
    for person, kind in ((world.contributor, "support"), (world.maintainer, "support")):
        endorse_problem(problem=world.problem, by=person, kind=kind, now=world.now)
    mark_duplicate_problem(problem=problem, original=world.problem, by=world.maintainer, now=world.now)
    assert counts(world.problem) == (1, 2), "whoever said “affected” anywhere is affected, and counts once"
    text = Client().get(f"{world.problem.get_absolute_url()}people/").content.decode()
    assert "was said twice by one person" in text and "The same" in text
    restore_duplicate_problem(problem=problem, by=world.maintainer, now=world.now)
    assert counts(world.problem) == (0, 2) and counts(problem) == (1, 1)


def test_a_word_changed_while_merged_changes_wherever_it_was_said(world: World) -> None:
    problem = tell(world, "The same")
    endorse_problem(problem=problem, by=world.contributor, kind="support", now=world.now)
    mark_duplicate_problem(problem=problem, original=world.problem, by=world.maintainer, now=world.now)
    endorse_problem(problem=world.problem, by=world.contributor, kind="affected", now=world.now)
    assert counts(world.problem) == (1, 0) and Endorsement.objects.count() == 1
    with pytest.raises(ProblemDeaf, match="Floods reach"):
        endorse_problem(problem=problem, by=world.reviewer, kind="support", now=world.now)
    withdraw_endorsement(problem=world.problem, by=world.contributor, now=world.now)
    assert not Endorsement.objects.exists()


def test_what_is_not_open_to_everybody_is_not_endorsed(world: World) -> None:
    problem = tell(world)
    decide_problem(problem=problem, to="rejected", by=world.maintainer, now=world.now, reason="Not ours.")
    with pytest.raises(ProblemDeaf):
        endorse_problem(problem=problem, by=world.contributor, kind="support", now=world.now)


def test_the_list_is_sorted_by_it(world: World) -> None:
    hurts, liked = tell(world, "It hurts many"), tell(world, "Many support it")
    endorse_problem(problem=hurts, by=world.contributor, kind="affected", now=world.now)
    for person in (world.contributor, world.reviewer):
        endorse_problem(problem=liked, by=person, kind="support", now=world.now)

    def order(query: str) -> list[str]:
        text = Client().get(f"/problems/{query}").content.decode()
        return sorted((hurts.title, liked.title), key=text.index)

    assert order("?order=affected") == [hurts.title, liked.title]
    assert order("?order=support") == [liked.title, hurts.title]


def test_an_erased_person_is_counted_no_more(world: World) -> None:
    endorse_problem(problem=world.problem, by=world.contributor, kind="affected", now=world.now)
    erase_person(subject_id=world.contributor.pk, by=None, now=world.now)
    assert counts(world.problem) == (0, 0) and not Endorsement.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_ten_presses_of_one_person_and_ten_people_at_once_count_rightly(world: World) -> None:
    ended = at_once(
        lambda number: endorse_problem(
            problem=world.problem, by=world.contributor, kind=("affected", "support")[number % 2], now=world.now
        )
    )
    assert ended == {"done": 10} and sum(counts(world.problem)) == 1 and Endorsement.objects.count() == 1
    crowd: list[Subject] = [make_person(f"p{number}") for number in range(10)]
    for person in crowd:
        join_guild(guild=world.guild, by=person, now=world.now)
    ended = at_once(
        lambda number: endorse_problem(problem=world.problem, by=crowd[number], kind="affected", now=world.now)
    )
    assert ended == {"done": 10} and sum(counts(world.problem)) == 11


@pytest.mark.django_db(transaction=True)
def test_endorsing_while_it_is_merged_loses_nobody(world: World) -> None:
    problem = tell(world, "The same")
    people = [world.contributor, world.reviewer, world.maintainer, world.steward]

    def act(number: int) -> None:
        if number == 0:
            mark_duplicate_problem(problem=problem, original=world.problem, by=world.steward, now=world.now)
        else:
            endorse_problem(problem=problem, by=people[number - 1], kind="support", now=world.now)

    ended = at_once(act, hands=4)
    assert set(ended) <= {"done", "ProblemDeaf"}
    assert counts(world.problem) == (0, Endorsement.objects.count()), ended
