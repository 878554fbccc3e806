"""A form sent after the sign-in ended: what was typed comes back, and is sent as soon as somebody is signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Subject
from contributions.models import Contribution
from core.ids import uuid7
from tests.factories import World, make_world
from tests.html_forms import Form, form_with
from tests.pages import client_of

pytestmark = pytest.mark.django_db

WORDS = "Talked to the village <b>about</b> the flood\nand the dam"


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=1))


def an_hour(world: World) -> dict[str, str]:
    return {
        "client_id": str(uuid7()),
        "length": "60",
        "day": timezone.localdate().isoformat(),
        "task": str(world.open_work.pk),
        "note": WORDS,
        "link": "",
        "do": "log",
    }


def signed_in(person: Subject) -> Client:
    """A browser that checks the form's token, as real ones are checked."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(person.user)
    return client


def send(client: Client, form: Form) -> object:
    return client.post(form.action, form.values, HTTP_ORIGIN="http://testserver")


def test_an_hour_logged_after_the_sign_in_ended_is_on_the_page_and_sent_after_signing_in(world: World) -> None:
    client = Client()
    typed = an_hour(world)
    answer = client.post("/log/", typed)
    assert answer.status_code == 401 and "no-store" in answer["Cache-Control"]
    page = answer.content.decode()
    assert "Nothing you typed is lost" in page and "<b>about</b>" not in page
    form = form_with(page, field="note")
    assert form.action == "/log/" and {k: form.values[k] for k in typed} == typed
    assert f"{reverse('account_login')}?next=/log/" in page
    client.force_login(world.contributor.user)
    client.post(form.action, form.values)
    client.post(form.action, form.values)
    assert Contribution.objects.get().note == WORDS, "sent twice it counts once"


def test_the_seal_of_before_the_sign_in_costs_one_more_press(world: World) -> None:
    client = signed_in(world.contributor)
    old = form_with(client.get("/log/").content, field="note")
    old.values |= {k: v for k, v in an_hour(world).items() if k != "do"}
    old.action = "/log/"
    client.cookies.clear()
    client.get("/accounts/login/")
    client.force_login(world.contributor.user)
    first = send(client, old)
    assert first.status_code == 403  # type: ignore[attr-defined]
    page = first.content.decode()  # type: ignore[attr-defined]
    assert "Your sign-in changed" in page and not Contribution.objects.exists()
    again = send(client, form_with(page, field="note"))
    assert again.status_code == 302 and Contribution.objects.get().note == WORDS  # type: ignore[attr-defined]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_of_another_site_gets_no_fresh_seal(world: World, origin: str) -> None:
    client = signed_in(world.contributor)
    client.get("/log/")
    headers = {"HTTP_ORIGIN": origin} if origin else {}
    answer = client.post("/log/", an_hour(world), **headers)  # type: ignore[arg-type]
    assert answer.status_code == 403 and b"Please send it again" in answer.content
    assert b"Talked to" not in answer.content and b"csrfmiddlewaretoken" not in answer.content.split(b"<main")[1]


@pytest.mark.parametrize("path", ["/problems/new/", "/review/phrases/", "/guilds/new/"])
def test_any_long_form_comes_back(path: str) -> None:
    answer = Client().post(path, {"words": WORDS, "title": "A title of mine"})
    assert answer.status_code == 401
    assert form_with(answer.content, field="words").values["words"] == WORDS


def test_a_verdict_with_words_comes_back(world: World) -> None:
    work = client_of(world, "contributor").post("/log/", an_hour(world))["Location"]
    answer = Client().post(work, {"do": "return", "reason": WORDS, "next": "/review/"})
    form = form_with(answer.content, field="reason")
    assert (form.action, form.values["do"], form.values["reason"]) == (work, "return", WORDS)


def test_a_button_alone_leads_to_signing_in(world: World) -> None:
    answer = Client().post(world.task.get_absolute_url(), {"do": "claim", "next": "/home/"})
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
