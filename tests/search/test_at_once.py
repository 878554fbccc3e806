"""Two transactions with the same words at once: nobody waits for a word, and what they leave behind is put right."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction

from core.models import SearchWord
from core.search.keep import tidy_search
from guildhub.search import find_things
from projects.models import Problem
from tests.factories import World
from tests.search.test_search import tell, titles

pytestmark = pytest.mark.django_db(transaction=True)


def beside(problem: Problem, **changes: str) -> list[Exception]:
    """Change a problem on a connection of its own, which waits for no lock longer than a moment; what went wrong."""
    wrong: list[Exception] = []

    def change() -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                Problem.objects.filter(pk=problem.pk).update(**changes)
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=change)
    thread.start()
    thread.join(60)
    return wrong


def test_nobody_waits_for_a_word_and_none_is_left(world: World) -> None:
    one, other = tell(world, "Quokkas here"), tell(world, "Quokkas there")
    with transaction.atomic():
        Problem.objects.filter(pk=one.pk).update(state="rejected")
        assert beside(other, state="rejected") == []
    assert not find_things("quokkas").results
    tidy_search()
    assert not SearchWord.objects.filter(word__in=["quokkas", "here", "there"]).exists()


def test_a_word_that_two_bring_at_once_is_found_and_stands_once(world: World) -> None:
    one, other = tell(world, "Wells run dry"), tell(world, "Wells run low")
    with transaction.atomic():
        Problem.objects.filter(pk=one.pk).update(title="Quokkas run dry")
        assert beside(other, title="Quokkas run low") == []
    assert sorted(titles(find_things("quokas"))) == ["Quokkas run dry", "Quokkas run low"]
    tidy_search()
    assert SearchWord.objects.filter(word="quokkas").count() == 1
    assert sorted(titles(find_things("quokas"))) == ["Quokkas run dry", "Quokkas run low"]
