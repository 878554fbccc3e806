"""Telling a problem in steps: plain pages that keep what was typed, saved sooner by a script, never overwritten in silence."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from projects.models import Problem
from projects.services import (
    accept_problem,
    decide_problem,
    discard_problem,
    edit_problem,
    propose_project,
    submit_problem,
)
from projects.services.problems import ProblemHasOthersWork
from tests.contributions.test_at_once import at_once
from tests.factories import World
from tests.html_forms import forms_of
from tests.pages import client_of
from tests.projects.telling import say, tell

pytestmark = pytest.mark.django_db

WHAT = {"title": "Wells", "statement": "It tastes of iron.", "affected_people": "families", "language": "en"}
JSON = {"Accept": "application/json"}


def step(problem: Problem, key: str) -> str:
    return f"{problem.get_absolute_url()}steps/{key}/"


def seen(client: Client, address: str) -> str:
    """The mark that a page's form carries."""
    form = next(form for form in forms_of(client.get(address).content.decode()) if "seen" in form.values)
    return form.values["seen"]


def autosave(client: Client, address: str, **values: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(address, values, headers=JSON)
    return answer.status_code, json.loads(answer.content)


def test_step_by_step_without_a_script(world: World) -> None:
    client = client_of(world, "contributor")
    first = client.post("/problems/new/", {**WHAT, "guild": world.guild.pk, "do": "next"})
    draft = Problem.objects.get(title="Wells")
    assert first["Location"] == step(draft, "where") and draft.state == "draft"
    assert "Step 2 of 4" in client.get(step(draft, "where")).content.decode()
    assert client.post(step(draft, "where"), {"place": "Jorhat", "do": "next"})["Location"] == step(draft, "known")
    back = client.post(step(draft, "known"), {"evidence": "I saw it.", "do": "back"})
    assert back["Location"] == step(draft, "where")
    assert client.post(step(draft, "where"), {"place": "Jorhat", "do": "next"}).status_code == 302
    text = client.get(step(draft, "check")).content.decode()
    assert "It tastes of iron." in text and "I saw it." in text and "please add" not in text
    handed = client.post(step(draft, "check"), {"do": "hand_in"}, follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.state == "submitted" and "A maintainer of the guild reads it" in handed


def test_each_step_says_what_is_wrong_with_it_and_keeps_what_was_typed(world: World) -> None:
    draft = tell(world, state="draft")
    client = client_of(world, "contributor")
    answer = client.post(step(draft, "where"), {"place": "Selek", "latitude": "999", "longitude": "1", "do": "next"})
    text = answer.content.decode()
    assert answer.status_code == 200 and "Something needs mending" in text and 'value="Selek"' in text
    answer = client.post(step(draft, "what"), {**WHAT, "statement": "x" * 8001, "do": "next"})
    assert "at most 8000" in answer.content.decode() and "x" * 8001 in answer.content.decode()
    draft.refresh_from_db()
    assert draft.place == "Jorhat"


def test_the_last_step_says_what_is_missing_and_hands_nothing_in(world: World) -> None:
    draft = tell(world, state="draft")
    edit_problem(problem=draft, by=world.contributor, now=world.now, place="")
    client = client_of(world, "contributor")
    assert "please add" in client.get(step(draft, "check")).content.decode()
    assert "please add: place" in client.post(step(draft, "check"), {"do": "hand_in"}, follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize("reader", ["anonymous", "outsider", "reviewer", "maintainer", "hub_steward"])
def test_nobody_else_reads_or_writes_a_draft(world: World, reader: str) -> None:
    draft = tell(world, state="draft")
    client = client_of(world, reader)
    for key in ("what", "where", "known", "check"):
        assert client.get(step(draft, key)).status_code in (302, 404)
        assert client.post(step(draft, key), {**WHAT, "place": "Elsewhere"}, headers=JSON).status_code in (401, 404)
    assert client.post(draft.get_absolute_url(), {"do": "discard"}).status_code in (302, 401, 404)
    draft.refresh_from_db()
    assert (draft.place, draft.state) == ("Jorhat", "draft")


def test_a_script_saves_to_the_same_address_and_learns_the_new_mark(world: World) -> None:
    client = client_of(world, "contributor")
    status, told = autosave(client, "/problems/new/", **WHAT, guild=world.guild.pk)
    draft = Problem.objects.get(title="Wells")
    assert (status, told["url"]) == (200, step(draft, "what"))
    status, more = autosave(client, told["url"], **{**WHAT, "statement": "More."}, seen=told["seen"])
    assert status == 200 and more["seen"] == seen(client, step(draft, "what")) != told["seen"]
    again = autosave(client, told["url"], **{**WHAT, "statement": "More."}, seen=told["seen"])
    assert again == (status, more), "the same words after a lost answer are no conflict"


def test_a_first_save_sent_twice_makes_one_draft(world: World) -> None:
    client = client_of(world, "contributor")
    answers = [autosave(client, "/problems/new/", **WHAT, guild=world.guild.pk) for _twice in range(2)]
    assert answers[0] == answers[1] and Problem.objects.filter(state="draft").count() == 1


def test_the_older_window_is_told_and_overwrites_nothing(world: World) -> None:
    draft = tell(world, state="draft")
    client = client_of(world, "contributor")
    old = seen(client, step(draft, "what"))
    client.post(step(draft, "what"), {**WHAT, "statement": "Written in the newer window.", "seen": old})
    mine = {**WHAT, "statement": "Typed in the older one.", "seen": old}
    status, told = autosave(client, step(draft, "what"), **mine)
    assert status == 409 and ["What happens, and to whom?", "Written in the newer window."] in told["stored"]
    answer = client.post(step(draft, "what"), {**mine, "do": "next"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Written in the newer window." in text and "Typed in the older one." in text
    draft.refresh_from_db()
    assert draft.statement == "Written in the newer window."
    # Both were shown; pressing the button once more is the answer.
    fresh = next(form.values["seen"] for form in forms_of(text) if "seen" in form.values)
    assert client.post(step(draft, "what"), {**mine, "seen": fresh, "do": "next"}).status_code == 302
    draft.refresh_from_db()
    assert draft.statement == "Typed in the older one."


def test_two_windows_on_two_steps_do_not_disturb_each_other(world: World) -> None:
    draft = tell(world, state="draft")
    client = client_of(world, "contributor")
    marks = {key: seen(client, step(draft, key)) for key in ("where", "known")}
    assert autosave(client, step(draft, "known"), evidence="Seen.", seen=marks["known"])[0] == 200
    assert autosave(client, step(draft, "where"), place="Selek", seen=marks["where"])[0] == 200


def test_the_whole_form_of_maintainers_keeps_both_texts_too(world: World) -> None:
    problem = tell(world)
    client, address = client_of(world, "maintainer"), f"{problem.get_absolute_url()}edit/"
    old = seen(client, address)
    whole = {**WHAT, "place": "Jorhat"}
    assert client.post(address, {**whole, "title": "One", "seen": old}).status_code == 302
    answer = client.post(address, {**whole, "title": "Two", "seen": old})
    assert answer.status_code == 409 and b"One" in answer.content and b"Two" in answer.content


def test_a_save_that_arrives_after_the_handing_in_changes_nothing_and_says_so(world: World) -> None:
    draft = tell(world, state="draft")
    client = client_of(world, "contributor")
    mark = seen(client, step(draft, "where"))
    submit_problem(problem=draft, by=world.contributor, now=timezone.now())
    status, told = autosave(client, step(draft, "where"), place="Too late", seen=mark)
    assert status == 403 and "handed in meanwhile" in told["message"]
    assert client.get(step(draft, "where"))["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert draft.place == "Jorhat"


def test_errors_come_as_words_to_the_script(world: World) -> None:
    draft = tell(world, state="draft")
    client = client_of(world, "contributor")
    status, told = autosave(client, step(draft, "what"), **{**WHAT, "title": ""})
    assert status == 422 and told["message"].startswith("Title:")
    status, told = autosave(client, step(draft, "where"), place="x" * 161)
    assert status == 422 and "160" in told["message"]


def test_ten_megabytes_are_refused_and_nothing_is_changed(world: World) -> None:
    draft = tell(world, state="draft")
    answer = client_of(world, "contributor").post(
        step(draft, "what"), {**WHAT, "statement": "x" * 10_000_000}, headers=JSON
    )
    assert answer.status_code in (400, 413)
    draft.refresh_from_db()
    assert draft.statement == "Nobody knows which."


def test_drafts_are_found_again_and_deleted_by_their_author(world: World) -> None:
    draft = tell(world, "A draft to find", state="draft")
    client = client_of(world, "contributor")
    assert "A draft to find" in client.get("/problems/").content.decode()
    assert "Yes, delete this draft" in client.get(draft.get_absolute_url()).content.decode()
    answer = client.post(draft.get_absolute_url(), {"do": "discard"}, follow=True)
    assert "The draft is deleted." in answer.content.decode()
    assert not Problem.objects.filter(pk=draft.pk).exists()
    discard_problem(problem=draft, by=world.contributor, now=world.now)


def test_what_others_built_on_is_not_deleted(world: World) -> None:
    problem = tell(world)
    say(world, problem, by=world.reviewer)
    decide_problem(problem=problem, to="draft", by=world.maintainer, now=world.now, reason="Which wells?")
    answer = client_of(world, "contributor").post(problem.get_absolute_url(), {"do": "discard"}, follow=True)
    assert "Others have added to this problem" in answer.content.decode()
    problem = accept_problem(
        problem=submit_problem(problem=problem, by=world.contributor, now=world.now), by=world.maintainer, now=world.now
    )
    propose_project(problem=problem, by=world.reviewer, now=world.now, title="Radio", summary="A voice.")
    for to in ("parked", "submitted", "draft"):
        decide_problem(problem=problem, to=to, by=world.maintainer, now=world.now + timedelta(hours=1), reason="Again.")
    with pytest.raises(ProblemHasOthersWork):
        discard_problem(problem=problem, by=world.contributor, now=world.now)


def test_what_the_author_added_alone_goes_with_the_draft(world: World) -> None:
    problem = tell(world)
    say(world, problem)
    decide_problem(problem=problem, to="draft", by=world.maintainer, now=world.now, reason="Which wells?")
    discard_problem(problem=problem, by=world.contributor, now=world.now)
    assert not Problem.objects.filter(pk=problem.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_ten_windows_saving_at_once_leave_the_words_of_one(world: World) -> None:
    draft = tell(world, state="draft")
    client = client_of(world, "contributor")
    mark = seen(client, step(draft, "known"))

    def act(number: int) -> None:
        edit_problem(problem=draft, by=world.contributor, now=world.now, seen=mark, evidence=f"Window {number}")

    assert at_once(act) == {"done": 1, "ChangedMeanwhile": 9}


@pytest.mark.django_db(transaction=True)
def test_saving_while_it_is_handed_in_and_deleted_ends_in_one_of_them(world: World) -> None:
    draft = tell(world, state="draft")

    def act(number: int) -> None:
        if number == 0:
            submit_problem(problem=draft, by=world.contributor, now=world.now)
        elif number == 1:
            discard_problem(problem=draft, by=world.contributor, now=world.now)
        else:
            edit_problem(problem=draft, by=world.contributor, now=world.now, evidence=f"Window {number}")

    ended = at_once(act, hands=5)
    assert not [word for word in ended if ":" in word], ended
