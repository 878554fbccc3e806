"""Two people, or one person twice, in the same moment: one outcome, and words instead of an error page."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Profile
from accounts.queries import PersonErased
from accounts.services import erase_person, save_profile
from contributions.models import Contribution
from contributions.services import EntryInput, log_hours, return_contribution
from core.ids import uuid7
from projects.models import Problem
from projects.services import draft_problem, edit_problem, submit_problem
from tests.factories import World, make_person, make_world
from tests.hostile.races import at_once, posting

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_who_choose_one_handle_at_once_both_get_an_answer() -> None:
    for number in range(4):
        people = [make_person("one"), make_person("other")]
        typed = {"do": "save", "display_name": "", "handle": f"majuli-{number}", "timezone": "UTC", "language": ""}
        answers = at_once(*(posting(person, "/settings/", typed) for person in people))
        assert sorted(answers) == [200, 302], "one has it, the other is told and can choose again"
        assert Profile.objects.filter(handle=f"majuli-{number}").count() == 1


def _handed_in(world: World, title: str) -> Problem:
    now = timezone.now()
    told = draft_problem(
        guild=world.guild,
        by=world.contributor,
        now=now,
        title=title,
        statement="Water comes at night.",
        affected_people="families",
        place="Majuli",
    )
    return submit_problem(problem=told, by=world.contributor, now=now)


def test_two_problems_never_repeat_each_other() -> None:
    world = make_world(timezone.now())
    for number in range(4):
        one, other = _handed_in(world, f"One {number}"), _handed_in(world, f"Other {number}")
        at_once(
            posting(world.maintainer, one.get_absolute_url(), {"do": "duplicate", "duplicate-original": str(other.pk)}),
            posting(world.steward, other.get_absolute_url(), {"do": "duplicate", "duplicate-original": str(one.pk)}),
        )
        states = set(Problem.objects.filter(pk__in=[one.pk, other.pk]).values_list("state", flat=True))
        assert states == {"submitted", "duplicate"}


def _words_left(subject_id: UUID) -> int:
    return (
        Contribution.objects.filter(subject_id=subject_id, note="Met Rina").count()
        + Problem.objects.filter(author_id=subject_id, title="Rina").count()
        + Profile.objects.filter(subject_id=subject_id).count()
    )


def test_what_an_erased_person_sends_at_the_last_moment_leaves_no_words() -> None:
    world = make_world(timezone.now())
    for number in range(3):
        person = make_person(f"leaver-{number}")
        posting(person, world.guild.get_absolute_url(), {"do": "join"})()
        hours = {
            "client_id": str(uuid7()),
            "task": str(world.open_work.pk),
            "length": "30",
            "day": timezone.localdate().isoformat(),
            "note": "Met Rina",
        }
        profile = {"do": "save", "display_name": "Rina", "handle": "", "timezone": "UTC", "language": ""}
        answers = at_once(
            posting(person, "/settings/", {"do": "erase", "sure": "erase"}),
            posting(person, "/log/", hours),
            posting(person, "/settings/", profile),
            posting(person, "/problems/new/", {"guild": str(world.guild.pk), "title": "Rina", "language": "en"}),
        )
        assert all(isinstance(status, int) and status < 500 for status in answers), answers
        assert _words_left(person.pk) == 0


def test_services_keep_no_words_of_somebody_erased() -> None:
    world = make_world()
    draft = draft_problem(guild=world.guild, by=world.contributor, now=world.now, title="Mine")
    work = log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=world.open_work,
        entries=[EntryInput(world.now.date(), 30)],
        now=world.now,
    ).contribution
    erase_person(subject_id=world.reviewer.pk, by=None, now=world.now)
    with pytest.raises(PersonErased):
        return_contribution(contribution=work, by=world.reviewer, reason="As Rina said.", now=world.now)
    erase_person(subject_id=world.contributor.pk, by=None, now=world.now)
    with pytest.raises(PersonErased):
        edit_problem(problem=draft, by=world.contributor, now=world.now, title="Rina")
    with pytest.raises(PersonErased):
        save_profile(subject=world.contributor, display_name="Rina")
