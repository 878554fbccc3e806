"""The three questions and the tasks: without an account nothing is kept, with one everything is, for its person alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from threading import Barrier, Thread

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.services import erase_person, export_person
from core.events import Event
from matching.models import Availability
from matching.services import save_availability
from projects.models import Task
from tests.factories import World, make_task, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = make_world(timezone.now())
    for number in range(2):
        make_task(
            world, world.maintainer, world.now, title=f"Words {number}", role="translation", estimate_minutes=20,
            is_starter=True,
        )  # fmt: skip
    return world


def main(answer: object) -> str:
    page = answer.content.decode().split("<main")[1].split("</main>")[0]  # type: ignore[attr-defined]
    text = unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text.replace("\u2068", "").replace("\u2069", ""))


# Without an account --------------------------------------------------------------------------------------------------


def test_a_visitor_walks_through_by_address_and_nothing_is_kept(world: World) -> None:
    visitor = Client()
    first = visitor.get("/welcome/").content.decode()
    assert 'action="/welcome/where/"' in first and 'method="get"' in first
    second = visitor.get("/welcome/where/?kind=translation").content.decode()
    assert '<input type="hidden" name="kind" value="translation">' in second
    third = visitor.get("/welcome/time/?kind=translation&place=Majuli&language=as").content.decode()
    assert '<input type="hidden" name="place" value="Majuli">' in third
    last = visitor.get("/welcome/tasks/?kind=translation&place=Majuli&language=as&minutes=60")
    text = main(last)
    assert "It fits: you said translation; 20 min of the 1 h you have a week; near Majuli; a good first task." in text
    assert text.count("It fits:") == 2
    assert not visitor.cookies.get("sessionid")
    assert not Session.objects.exists() and not Availability.objects.exists()


def test_whoever_skips_everything_gets_three_tasks_to_begin_with(world: World) -> None:
    make_task(world, world.maintainer, world.now, title="Words 9", is_starter=True)
    text = main(Client().get("/welcome/tasks/"))
    assert "Tasks to begin with" in text
    assert text.count("a good first task") == 3


def test_skipping_leaves_out_this_answer_and_keeps_the_others(world: World) -> None:
    page = unescape(Client().get("/welcome/where/?kind=code&place=Majuli&minutes=60").content.decode())
    assert 'href="/welcome/time/?kind=code&minutes=60"' in page
    assert 'href="/welcome/?kind=code&place=Majuli&minutes=60"' in page


def test_nothing_fits_says_what_would(world: World) -> None:
    Task.objects.filter(is_open_work=False).exclude(title__startswith="Words").update(state="expired")
    text = main(Client().get("/welcome/tasks/?kind=code&minutes=15"))
    assert "Nothing fits today" in text
    assert "2 tasks are open to everybody; the shortest takes 20 min" in text
    assert "Leaving out one answer would not help either." in text
    assert "with another kind of help" not in text, "nothing takes a quarter of an hour either"
    text = main(Client().get("/welcome/tasks/?kind=translation&minutes=15"))
    assert "2 tasks fit with more time: the shortest takes 20 min" in text
    Task.objects.filter(is_open_work=False).update(state="expired")
    assert "No task is open to everybody today" in main(Client().get("/welcome/tasks/"))


@pytest.mark.parametrize(
    "tail",
    ["?kind=none&kind=code'--", "?minutes=-5", "?minutes=99999999", "?minutes=١٥", "?language=xx&language=%00", "?place=%00%FF",
     f"?place={'x' * 5000}", "?kind[]=code&minutes[]=1"],
)  # fmt: skip
def test_a_broken_address_is_as_if_it_were_left_out(world: World, tail: str) -> None:
    for path in ("/welcome/", "/welcome/where/", "/welcome/time/", "/welcome/tasks/"):
        assert Client().get(path + tail).status_code == 200


def test_a_visitors_post_of_an_old_page_keeps_nothing_and_goes_on(world: World) -> None:
    """Signed out meanwhile: the answer is carried by the address, as for every visitor."""
    answer = Client().post("/welcome/?place=Majuli", {"kind": ["code", "field"]})
    assert answer.status_code == 302
    assert answer["Location"] == "/welcome/where/?kind=code&kind=field&place=Majuli"
    assert not Availability.objects.exists()


def test_the_front_page_leads_there(world: World) -> None:
    assert '<a class="button" href="/welcome/">' in Client().get("/").content.decode()


# With an account -----------------------------------------------------------------------------------------------------


def test_each_answer_of_a_member_is_kept_at_once(world: World) -> None:
    client = client_of(world, "newcomer")
    assert client.post("/welcome/", {"kind": ["translation"]})["Location"] == "/welcome/where/"
    assert client.post("/welcome/where/", {"place": " Majuli ", "language": ["as"]})["Location"] == "/welcome/time/"
    assert client.post("/welcome/time/", {"minutes": "60"})["Location"] == "/welcome/tasks/"
    kept = Availability.objects.get(subject=world.newcomer)
    assert (kept.kinds, kept.place, kept.languages, kept.minutes_a_week) == (["translation"], "Majuli", ["as"], 60)
    assert "20 min of the 1 h you have a week; near Majuli" in main(client.get("/welcome/tasks/"))
    assert not Event.objects.filter(object_id=world.newcomer.pk).exists(), "it is nobody's business"


def test_skipping_keeps_what_was_said_before_and_that_one_was_asked(world: World) -> None:
    client = client_of(world, "newcomer")
    assert "Answer three questions" in client.get("/home/").content.decode()
    client.post("/welcome/", {"do": "skip"})
    assert Availability.objects.get(subject=world.newcomer).kinds == []
    client.post("/welcome/", {"kind": ["code"]})
    client.post("/welcome/", {"do": "skip", "kind": ["data"]})
    assert Availability.objects.get(subject=world.newcomer).kinds == ["code"]
    home = client.get("/home/").content.decode()
    assert "Answer three questions" not in home and 'href="/welcome/tasks/"' in home


def test_an_answer_is_taken_back_by_saying_nothing(world: World) -> None:
    client = client_of(world, "newcomer")
    client.post("/welcome/time/", {"minutes": "60"})
    client.post("/welcome/time/", {})
    assert Availability.objects.get(subject=world.newcomer).minutes_a_week is None


def test_a_wrong_answer_comes_back_with_a_sentence(world: World) -> None:
    client = client_of(world, "newcomer")
    page = client.post("/welcome/", {"kind": ["flying"]})
    assert page.status_code == 200 and "errorlist" in page.content.decode()
    page = client.post("/welcome/where/", {"place": "x" * 200})
    assert "x" * 200 in page.content.decode()
    many = ["en", "am", "ar", "as", "bn", "brx", "es", "fil", "fr", "gu", "ha", "hi", "id"]
    assert "At most twelve" in client.post("/welcome/where/", {"language": many}).content.decode()
    assert not Availability.objects.exists()


def test_what_a_visitor_answered_is_kept_with_one_press_after_signing_up(world: World) -> None:
    client = client_of(world, "newcomer")
    address = "/welcome/tasks/?kind=translation&place=Majuli&language=as&minutes=60"
    assert "Keep them in my settings" in main(client.get(address))
    assert not Availability.objects.exists(), "reading writes nothing"
    assert client.post(address)["Location"] == "/welcome/tasks/"
    assert Availability.objects.get(subject=world.newcomer).answers.place == "Majuli"
    settings = main(client.get("/settings/"))
    assert "translation" in settings and "Majuli" in settings and "অসমীয়া" in settings and "1 h" in settings


def test_nobody_else_reads_it(world: World) -> None:
    save_availability(by=world.contributor, now=world.now, place="Nowhereville", kinds=["teaching"])
    for reader in ("anonymous", "newcomer", "steward", "hub_steward"):
        client = client_of(world, reader)
        paths = ["/welcome/", "/welcome/where/", "/welcome/tasks/", world.guild.get_absolute_url()]
        if reader == "hub_steward":
            paths += ["/admin/matching/availability/", f"/admin/matching/availability/{world.contributor.pk}/change/"]
        for path in paths:
            assert "Nowhereville" not in client.get(path).content.decode(), f"{reader} at {path}"


def test_it_is_exported_and_erased(world: World) -> None:
    save_availability(by=world.contributor, now=world.now, place="Nowhereville", minutes_a_week=45)
    (told,) = export_person(subject_id=world.contributor.pk)["matching.Availability"]
    assert told["place"] == "Nowhereville" and told["minutes_a_week"] == 45
    erase_person(subject_id=world.contributor.pk, by=None, now=world.now)
    assert not Availability.objects.exists()


def test_a_body_ten_times_too_big_is_refused_in_words(world: World) -> None:
    answer = client_of(world, "newcomer").post("/welcome/where/", {"place": "x" * 30_000_000})
    assert answer.status_code == 413 and b"<html" in answer.content
    assert not Availability.objects.exists()


def test_signing_up_leads_to_the_questions_and_signing_in_does_not(client: Client) -> None:
    def code() -> str:
        found = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
        assert found
        return found[1]

    client.post("/accounts/signup/", {"email": "new@example.org"})
    answer = client.post("/accounts/confirm-email/", {"code": code()})
    assert answer["Location"] == "/welcome/"
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "new@example.org"})
    answer = client.post("/accounts/login/code/confirm/", {"code": code()})
    assert answer["Location"] == "/home/"


# The database --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [{"kinds": ["flying"]}, {"languages": ["xx"]}, {"minutes_a_week": 14}, {"minutes_a_week": 2401},
     {"languages": ["en", "am", "ar", "as", "bn", "brx", "es", "fil", "fr", "gu", "ha", "hi", "id"]}],
)  # fmt: skip
def test_the_database_refuses_what_no_form_lets_through(world: World, fields: dict[str, object]) -> None:
    row = Availability.objects.create(subject=world.newcomer, answered_at=world.now)
    with pytest.raises(IntegrityError, match="availability_"), transaction.atomic():
        Availability.objects.filter(pk=row.pk).update(**fields)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_both_kept() -> None:
    """Two windows of a newcomer, each its first answer: neither fails, neither takes the other's away."""
    world = make_world(timezone.now())
    barrier, faults = Barrier(2), []

    def answer(fields: dict[str, object]) -> Callable[[], None]:
        def act() -> None:
            try:
                barrier.wait()
                save_availability(by=world.newcomer, now=world.now, **fields)
            except Exception as error:
                faults.append(error)
            finally:
                connection.close()

        return act

    threads = [Thread(target=answer(fields)) for fields in ({"kinds": ["code"]}, {"minutes_a_week": 60})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    kept = Availability.objects.get(subject=world.newcomer)
    assert (kept.kinds, kept.minutes_a_week) == (["code"], 60)
