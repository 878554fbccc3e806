"""What the database itself refuses of voices, endorsements, templates, notes and leases, asked past every service."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from projects.models import Endorsement, ProgressNote, Task, TaskTemplate, Voice
from projects.services import claim_task
from tests.factories import World
from tests.projects.telling import say

pytestmark = pytest.mark.django_db


def refused(row: models.Model, constraint: str) -> None:
    """The database names the constraint, and nothing is kept."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


def voice(world: World, **changed: Any) -> Voice:
    values: dict[str, Any] = {
        "problem": world.problem, "author": world.contributor, "created_at": world.now, "words": "w", "role": "r",
        "consent": "spoken", "consented_on": date(2026, 3, 1), **changed,
    }  # fmt: skip
    return Voice(**values)


@pytest.mark.parametrize("consent", ["", "perhaps", "SPOKEN"])
def test_a_voice_without_a_known_consent(world: World, consent: str) -> None:
    refused(voice(world, consent=consent), "voice_consent_known")


@pytest.mark.parametrize("changed", [{"words": ""}, {"role": ""}])
def test_a_voice_that_says_nothing_or_is_nobodys(world: World, changed: dict[str, str]) -> None:
    refused(voice(world, **changed), "voice_has_words_until_withdrawn")


@pytest.mark.parametrize("field", ["words", "translation", "role", "place"])
def test_a_withdrawn_voice_that_keeps_a_word(world: World, field: str) -> None:
    rows = Voice.objects.filter(pk=say(world).pk)
    empty = {"words": "", "translation": "", "role": "", "place": ""}
    with pytest.raises(IntegrityError, match="voice_has_words_until_withdrawn"), transaction.atomic():
        rows.update(**{**empty, field: "kept"}, withdrawn_at=world.now, withdrawn_by=world.contributor)
    with pytest.raises(IntegrityError, match="voice_withdrawn_by_somebody"), transaction.atomic():
        rows.update(**empty, withdrawn_at=world.now)


def test_one_person_endorsing_twice_and_a_kind_nobody_knows(world: World) -> None:
    def row(kind: str) -> Endorsement:
        return Endorsement(problem=world.problem, subject=world.contributor, kind=kind, created_at=world.now)

    row("support").save(force_insert=True)
    refused(row("affected"), "endorsement_once_per_person")
    Endorsement.objects.all().delete()
    refused(row("against"), "endorsement_kind_known")


def test_templates_of_one_title_or_of_no_size(world: World) -> None:
    def row(**changed: Any) -> TaskTemplate:
        values: dict[str, Any] = {
            "guild": world.guild, "author": world.maintainer, "created_at": world.now, "title": "T", "role": "code",
            "difficulty": "S", "estimate_minutes": 30, **changed,
        }  # fmt: skip
        return TaskTemplate(**values)

    row().save(force_insert=True)
    refused(row(), "task_template_title_once")
    refused(row(title="U", estimate_minutes=14), "task_template_fits_an_evening")
    refused(row(title="U", estimate_minutes=121), "task_template_fits_an_evening")
    refused(row(title="U", difficulty="XL"), "task_template_difficulty_known")


def test_notes_that_say_nothing_or_too_much(world: World) -> None:
    def row(**changed: Any) -> ProgressNote:
        return ProgressNote(task=world.task, author=world.contributor, created_at=world.now, **changed)

    refused(row(), "progress_says_something")
    refused(row(percent=101), "progress_percent_of_a_whole")


@pytest.mark.parametrize("mark", ["lease_extended_at", "lease_reminded_at"])
def test_marks_of_a_lease_on_a_task_nobody_has(world: World, mark: str) -> None:
    with pytest.raises(IntegrityError, match="task_lease_marks_belong_to_a_claim"), transaction.atomic():
        Task.objects.filter(pk=world.task.pk).update(**{mark: world.now})
    claim_task(task=world.task, by=world.contributor, now=world.now)
    assert Task.objects.filter(pk=world.task.pk).update(**{mark: world.now}) == 1
