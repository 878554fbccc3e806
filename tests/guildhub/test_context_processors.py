"""The frame of every page: who sees which links, and what it costs."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.backends import PersonBackend
from accounts.models import Subject
from guildhub import context_processors
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_page_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The links are this test's matter, not which pages are built already."""
    monkeypatch.setattr(context_processors, "is_routed", lambda path: True)
    for kept in ("_frame_for_anyone", "_frame_for_member", "_foot_links"):
        getattr(context_processors, kept).cache_clear()


@pytest.fixture
def world() -> World:
    return make_world()


def request_of(subject: Subject | None) -> HttpRequest:
    request = RequestFactory().get("/")
    user = subject and PersonBackend().get_user(subject.user.pk)
    request.user = user or AnonymousUser()
    return request


def labels(subject: Subject | None) -> list[str]:
    return [link.label for link in context_processors.frame(request_of(subject))["links"]]


def test_review_is_offered_to_those_who_may(world: World) -> None:
    assert "Review" in labels(world.reviewer)
    assert "Review" in labels(world.maintainer)
    assert "Review" not in labels(world.contributor)
    assert "Review" not in labels(world.outsider)


def test_ops_is_offered_to_hub_stewards_only(world: World) -> None:
    assert "Ops" in labels(world.hub_steward)
    assert "Ops" in labels(world.steward), "a steward's own queues wait there, too"
    assert "Ops" not in labels(world.maintainer)


def test_somebody_not_signed_in_is_asked_in_and_sees_nothing_personal(world: World) -> None:
    frame = context_processors.frame(request_of(None))
    assert str(frame["action"].label) == "Sign in"
    assert "Inbox" not in labels(None)
    assert not frame["display_name"]


def test_the_frame_costs_no_statement_beside_the_persons_own(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    member, visitor = request_of(world.reviewer), request_of(None)
    with django_assert_num_queries(0):
        shell = context_processors.shell(member)["shell"]
        context_processors.frame(visitor)
    with django_assert_num_queries(0):
        assert shell["links"]


def test_a_theme_comes_from_its_cookie_and_only_if_it_is_one(world: World) -> None:
    request = request_of(None)
    request.COOKIES["theme"] = "dark"
    assert context_processors.frame(request)["theme"] == "dark"
    request.COOKIES["theme"] = '"><script>'
    assert context_processors.frame(request)["theme"] == ""


def test_the_frame_says_where_the_reader_is() -> None:
    def here(path: str) -> tuple[tuple[str, str], tuple[str, str]]:
        request = RequestFactory().get(path)
        request.user = AnonymousUser()
        return context_processors.frame(request)["here"]

    assert here("/problems/") == (("/problems/", "page"), ("", ""))
    assert here("/problems/majuli/") == (("/problems/", "true"), ("", ""))
    assert here("/") == (("", ""), ("", ""))
