"""Refusals become words: on the form, in a message, as a 403 or 409 page, and never "something broke"."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from core.errors import DomainError, PermissionRefused, TransitionRefused
from core.http import Action, perform
from guildhub.urls import urlpatterns as real_urls
from tests.factories import make_person

pytestmark = pytest.mark.django_db


class WordForm(forms.Form):
    word = forms.CharField()


class Thing:
    """Something with a page and a list of what was done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def get_absolute_url(self) -> str:
        return "/thing/"


def _refuse(error: Exception) -> Action:
    def verb(request: HttpRequest, thing: Any, values: dict[str, Any]) -> str:
        raise error

    return Action(verb)


def _note(request: HttpRequest, thing: Thing, values: dict[str, Any]) -> str:
    thing.done.append(values.get("word", "done"))
    return "Noted."


def _no_nonsense(request: HttpRequest, thing: Thing, values: dict[str, Any]) -> str:
    raise DomainError(f"Not “{values['word']}”.")


def _nobody(request: HttpRequest, thing: Thing) -> None:
    raise PermissionRefused("Nobody may.")


ACTIONS = {
    "note": Action(_note),
    "say": Action(_note, form=lambda thing, data: WordForm(data)),
    "mean": Action(_no_nonsense, form=lambda thing, data: WordForm(data)),
    "hidden": Action(_note, form=lambda thing, data: WordForm(data), check=_nobody),
    "forbidden": _refuse(PermissionRefused("Only stewards may.")),
    "refused": _refuse(DomainError("The well is dry.")),
    "again": _refuse(TransitionRefused("It is open already.")),
}


def broken(request: HttpRequest) -> HttpResponse:
    raise DomainError("The <b>well</b> is dry.")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionRefused("Only stewards may.")


urlpatterns = [*real_urls, path("broken/", broken), path("forbidden/", forbidden)]


def show(request: HttpRequest, thing: Thing, typed: dict[str, forms.BaseForm]) -> HttpResponse:
    return HttpResponse("".join(f"{name}: {form.as_p()}" for name, form in typed.items()))


def press(do: str, **values: str) -> tuple[HttpResponse, Thing, list[tuple[str, str]]]:
    """The answer, the thing, and the messages left for the next page."""
    request = RequestFactory().post("/thing/", {"do": do, **values})
    client = Client()
    request.session = client.session
    request.user = make_person("somebody").user
    from django.contrib.messages.storage.fallback import FallbackStorage

    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    thing = Thing()
    answer = perform(request, thing, ACTIONS, show)
    return answer, thing, [(message.level_tag, str(message)) for message in get_messages(request)]


def test_a_button_does_its_one_thing_and_leads_back() -> None:
    answer, thing, said = press("note")
    assert answer["Location"] == "/thing/" and thing.done == ["done"]
    assert said == [("success", "Noted.")]


def test_a_refusal_is_a_message_and_a_button_pressed_twice_no_alarm() -> None:
    assert press("refused")[2] == [("error", "The well is dry.")]
    assert press("again")[2] == [("info", "It is open already.")]


def test_a_form_that_was_refused_is_shown_as_it_was_typed() -> None:
    answer, thing, said = press("mean", word="nonsense")
    text = answer.content.decode()
    assert "Not “nonsense”." in text and 'value="nonsense"' in text
    assert said == [] and thing.done == []
    assert "This field is required" in press("say")[0].content.decode()


def test_a_right_is_asked_for_before_a_form_is_shown() -> None:
    with pytest.raises(PermissionRefused, match="Nobody may"):
        press("hidden")
    with pytest.raises(PermissionRefused, match="Only stewards may"):
        press("forbidden")


def test_a_button_nobody_knows_does_nothing() -> None:
    answer, thing, _said = press("burn")
    assert answer.status_code == 400 and thing.done == []


@pytest.mark.urls(__name__)
def test_what_no_view_caught_is_a_page_with_the_sentence() -> None:
    client = Client()
    client.force_login(make_person("somebody").user)
    refused = client.get("/broken/")
    assert refused.status_code == 409 and "The &lt;b&gt;well&lt;/b&gt; is dry." in refused.content.decode()
    missing = client.get("/forbidden/")
    assert missing.status_code == 403 and "Only stewards may." in missing.content.decode()
