"""Two people change the same words, over the API and on the pages: nobody overwrites what they have not read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from guilds.models import Guild
from projects.models import Problem, Project, Task
from tests.api.callers import call, token_for
from tests.factories import World, make_world
from tests.hostile.races import at_once

#: What is changed, by whom, and in which two fields.
THINGS: dict[str, tuple[str, type[Any], str, str, str]] = {
    "problem": ("/problems/{w.problem.slug}", Problem, "maintainer", "title", "statement"),
    "project": ("/projects/{w.project.slug}", Project, "maintainer", "title", "summary"),
    "task": ("/tasks/{w.task.pk}", Task, "maintainer", "title", "description"),
    "guild": ("/guilds/{w.guild.slug}", Guild, "steward", "name", "summary"),
}


@pytest.fixture
def world(db: Any) -> World:
    return make_world(timezone.now())


@pytest.mark.parametrize("thing", THINGS)
def test_a_change_of_what_was_not_read_is_refused_and_says_what_stands(world: World, thing: str) -> None:
    address, model, editor, first, second = THINGS[thing]
    path, token = address.format(w=world), token_for(getattr(world, editor))
    row = getattr(world, thing)
    read = call("get", path, token=token).json()
    assert call("patch", path, token=token, body={first: "By one", "seen": read["version"]}).status_code == 200

    refused = call("patch", path, token=token, body={first: "By another", second: "x", "seen": read["version"]})
    told = refused.json()
    assert (refused.status_code, told["code"]) == (409, "changed_meanwhile")
    assert {"field": first, "code": "changed_meanwhile", "message": "It reads now: “By one”."} in told["errors"]
    assert getattr(model.objects.get(pk=row.pk), first) == "By one"

    again = call("patch", path, token=token, body={first: "By one", "seen": read["version"]})
    assert again.status_code == 200, "the same words sent again overwrite nothing"
    assert again.json()["version"] != read["version"]
    mended = call("patch", path, token=token, body={first: "By both", "seen": again.json()["version"]})
    assert mended.status_code == 200 and mended.json()[first] == "By both"
    assert call("patch", path, token=token, body={first: "Unasked"}).status_code == 200, "`seen` may be left out"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("thing", THINGS)
def test_ten_at_once_who_read_the_same_are_one_change(thing: str) -> None:
    world = make_world(timezone.now())
    address, model, editor, first, _second = THINGS[thing]
    path, token = address.format(w=world), token_for(getattr(world, editor))
    seen = call("get", path, token=token).json()["version"]
    answers = at_once(
        *(
            lambda n=n: call("patch", path, token=token, body={first: f"By {n}", "seen": seen}).status_code
            for n in range(8)
        )
    )
    assert sorted(answers) == [200] + [409] * 7
    assert getattr(model.objects.get(pk=getattr(world, thing).pk), first).startswith("By ")


@pytest.mark.parametrize("thing", THINGS)
def test_the_page_shows_both_and_saves_when_told_to(world: World, thing: str, client: Client) -> None:
    _address, model, editor, first, _second = THINGS[thing]
    row = getattr(world, thing)
    page = f"{row.get_absolute_url()}edit/"
    client.force_login(getattr(world, editor).user)
    form = client.get(page).context["form"]
    opened = client.get(page).context["seen"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")} | {
        "seen": opened
    }
    model.objects.filter(pk=row.pk).update(**{first: "Changed by somebody"})

    answer = client.post(page, typed | {first: "Typed here"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Changed by somebody" in text and "Typed here" in text and "It was changed meanwhile" in text
    assert getattr(model.objects.get(pk=row.pk), first) == "Changed by somebody"
    saved = client.post(page, typed | {first: "Typed here", "seen": answer.context["seen"]})
    assert saved.status_code == 302
    assert getattr(model.objects.get(pk=row.pk), first) == "Typed here"
