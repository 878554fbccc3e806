"""A voice whose person takes back their consent: no table says a word of it, whatever a moderator did with it before."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Event
from guilds.models import GuildExport
from guilds.services import make_export, order_export
from moderation.models import Case
from moderation.services import appeal_case, dismiss_case, hide_writing, report_writing, show_writing
from projects.models import Voice
from projects.services import withdraw_voice
from tests.api.callers import call, token_for
from tests.factories import World, make_world
from tests.hostile.races import at_once
from tests.projects.telling import say
from tests.test_personal_data import tables_with

MARK = "zqx7"
SAID = {
    "words": f"The {MARK} came at night.",
    "translation": f"{MARK}",
    "role": f"fisher {MARK}",
    "place": f"near {MARK}",
}


@pytest.fixture
def world(db: Any) -> World:
    return make_world(timezone.now())


def reported(world: World, voice: Voice) -> Case:
    return report_writing(
        kind="voice",
        object_id=voice.pk,
        by=world.reviewer,
        concern="personal",
        words=f"{MARK} is a name.",
        now=world.now,
    ).case


def hidden(world: World, voice: Voice) -> Case:
    reason = f"It names {MARK}."
    return hide_writing(case=reported(world, voice), by=world.steward, concern="personal", reason=reason, now=world.now)


def appealed(world: World, voice: Voice) -> Case:
    return appeal_case(case=hidden(world, voice), by=world.contributor, words=f"{MARK} agreed.", now=world.now)


def left(world: World, voice: Voice) -> Case:
    return dismiss_case(case=reported(world, voice), by=world.steward, reason=f"{MARK} is a fish.", now=world.now)


def shown_again(world: World, voice: Voice) -> Case:
    return show_writing(case=hidden(world, voice), by=world.steward, reason=f"{MARK} is a fish.", now=world.now)


@pytest.mark.parametrize("before", [None, reported, hidden, appealed, left, shown_again])
def test_no_table_says_a_word_of_it_afterwards(
    world: World, before: Callable[[World, Voice], Case] | None, client: Client
) -> None:
    voice = say(world, **SAID)
    case = before(world, voice) if before else None
    assert "projects_voice" in tables_with(MARK) or case
    withdraw_voice(voice=voice, by=world.contributor, now=world.now)
    assert tables_with(MARK) == []
    if case:
        state = case.state
        case = Case.objects.get(pk=case.pk)
        assert case.state == state, "what was decided stays"
        client.force_login(world.steward.user)
        assert "no words any more" in client.get(case.get_absolute_url()).content.decode()


def test_shown_again_after_it_was_taken_back_it_has_no_words(world: World) -> None:
    voice = say(world, **SAID)
    case = hidden(world, voice)
    withdraw_voice(voice=voice, by=world.contributor, now=world.now)
    show_writing(case=case, by=world.steward, reason="Nothing is left of it.", now=world.now)
    assert tables_with(MARK) == []
    assert Voice.objects.get(pk=voice.pk).withdrawn_at


def test_answers_of_the_api_and_files_of_the_guild_forget_it_too(world: World) -> None:
    token = token_for(world.contributor)
    body = {**SAID, "consent": "spoken", "consented_on": str(world.now.date()), "is_public": True}
    said = call("post", f"/problems/{world.problem.slug}/voices", token=token, body=body, key="said-once")
    assert said.status_code == 201 and MARK in said.content.decode()
    case = reported(world, Voice.objects.get())
    reading = {"concern": "personal", "reason": "A name."}
    assert call("post", f"/cases/{case.pk}/hide", token=token_for(world.steward), body=reading).status_code == 200
    show_writing(case=case, by=world.steward, reason="A fish.", now=world.now)
    export = order_export(guild=world.guild, has_names=False, by=world.contributor, now=world.now)
    make_export(export_id=export.pk, now=world.now)
    data = GuildExport.objects.get().data
    assert data and MARK in zipfile.ZipFile(io.BytesIO(data)).read("voices.jsonl").decode()

    assert call("post", f"/voices/{said.json()['id']}/withdraw", token=token).status_code == 200
    assert tables_with(MARK) == []
    assert GuildExport.objects.get().data is None
    again = call("post", f"/problems/{world.problem.slug}/voices", token=token, body=body, key="said-once")
    assert (again.status_code, again.json()["code"]) == (409, "answer_forgotten"), "sent again it is not said again"
    anew = order_export(guild=world.guild, has_names=False, by=world.contributor, now=world.now)
    make_export(export_id=anew.pk, now=world.now)
    data = GuildExport.objects.get(pk=anew.pk).data
    assert data and MARK not in zipfile.ZipFile(io.BytesIO(data)).read("voices.jsonl").decode()


@pytest.mark.django_db(transaction=True)
def test_hidden_and_taken_back_at_once_leaves_no_word() -> None:
    for _ in range(4):
        world = make_world(timezone.now())
        voice = say(world, **SAID)
        case = reported(world, voice)
        why = {"concern": "personal", "reason": "A name.", "now": world.now}
        at_once(
            lambda w=world, c=case, why=why: hide_writing(case=c, by=w.steward, **why),
            lambda w=world, v=voice: withdraw_voice(voice=v, by=w.contributor, now=w.now),
        )
        assert tables_with(MARK) == []
        assert Voice.objects.get(pk=voice.pk).withdrawn_at and Event.objects.filter(kind="voice.withdrawn").exists()
