"""Everything people write is registered, and what a moderator hid holds no words, whoever writes to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.ids import uuid7
from core.written import (
    HIDDEN,
    TextHidden,
    check_not_hidden,
    give_words_back,
    holds_links,
    lock_written,
    take_words,
    unregistered,
    with_links,
    written_as,
    written_kinds,
)
from projects.models import Problem, Project, Task
from tests.factories import World, make_world


def test_every_text_field_is_registered_or_said_to_need_no_button() -> None:
    ours = [config for config in apps.get_app_configs() if "site-packages" not in config.path]
    assert unregistered(model for config in ours for model in config.get_models()) == []


def test_every_kind_knows_its_fields() -> None:
    for kind in written_kinds().values():
        for name in (*kind.fields, *filter(None, (kind.address, kind.author))):
            kind.model._meta.get_field(name)


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


def test_hidden_words_leave_the_row_and_come_back(world: World) -> None:
    before = Problem.objects.values().get(pk=world.problem.pk)
    row = lock_written("problem", world.problem.pk)
    taken = take_words(row, concern="spam", now=timezone.now())
    hidden = Problem.objects.get(pk=row.pk)
    assert (hidden.title, hidden.statement, hidden.slug) == (HIDDEN, HIDDEN, f"hidden-{row.pk}")
    assert hidden not in Problem.objects.public()
    give_words_back(lock_written("problem", row.pk), taken)
    assert Problem.objects.values().get(pk=row.pk) == before


def test_the_copies_of_a_title_follow_it(world: World) -> None:
    before = world.open_work.title
    row = lock_written("project", world.project.pk)
    taken = take_words(row, concern="abuse", now=timezone.now())
    assert Task.objects.get(pk=world.open_work.pk).title == HIDDEN
    give_words_back(lock_written("project", row.pk), taken)
    assert Task.objects.get(pk=world.open_work.pk).title == before


def test_an_address_that_somebody_took_meanwhile_is_not_taken_back(world: World) -> None:
    row = lock_written("project", world.project.pk)
    taken = take_words(row, concern="abuse", now=timezone.now())
    other = Project.objects.get(pk=row.pk)
    other.pk, other.slug, other.hidden_at, other.hidden_for = None, taken["slug"], None, ""
    other.id = uuid7()
    other.save(force_insert=True)
    give_words_back(lock_written("project", row.pk), taken)
    back = Project.objects.get(pk=row.pk)
    assert (back.title, back.slug) == (taken["title"], f"hidden-{row.pk}")


def test_hidden_words_cannot_be_changed(world: World) -> None:
    row = lock_written("problem", world.problem.pk)
    take_words(row, concern="spam", now=timezone.now())
    check_not_hidden(row, {"title": HIDDEN, "language": "bn"})
    with pytest.raises(TextHidden):
        check_not_hidden(row, {"title": "The same again"})
    with pytest.raises(TextHidden):
        check_not_hidden(row)


def hideable_rows(world: World) -> dict[str, Any]:
    return {kind.kind: kind.model._default_manager.first() for kind in written_kinds().values()}


def test_the_database_refuses_words_in_a_hidden_row(world: World) -> None:
    for kind, row in hideable_rows(world).items():
        if row is None:
            continue
        rows = written_as(row).model._default_manager.filter(pk=row.pk)
        take_words(row, concern="other", now=timezone.now())
        for name in written_as(row).fields:
            words = ["x"] if isinstance(written_as(row).placeholder(row, name), list) else "https://example.org"
            with pytest.raises(IntegrityError, match="hidden_shows_no_words"), transaction.atomic():
                rows.update(**{name: words})
        for broken in ({"hidden_at": None}, {"hidden_for": ""}, {"hidden_for": "boredom"}):
            with pytest.raises(IntegrityError, match="hidden_says_why"), transaction.atomic():
                rows.update(**broken)
        assert kind


def test_links_are_held_unless_something_says_that_they_are_free(world: World) -> None:
    problem = with_links(Problem.objects.all()).get(pk=world.problem.pk)
    assert holds_links(problem)
    world.contributor.__class__.objects.filter(pk=problem.author_id).update(links_free_at=timezone.now())
    assert not holds_links(with_links(Problem.objects.all()).get(pk=problem.pk))
    assert not holds_links(Problem.objects.select_related("author").get(pk=problem.pk))
    assert holds_links(Problem.objects.get(pk=problem.pk)), "who forgot to read it shows no link"
