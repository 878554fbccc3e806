"""Local voices: consent, who reads them, nobody to be found by them, withdrawn for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.services import erase_person
from core.errors import PermissionRefused
from core.models import Event
from projects.models import Voice
from projects.services import decide_problem, mark_duplicate_problem, restore_duplicate_problem, withdraw_voice
from projects.services.endorsements import ProblemDeaf
from projects.services.voices import ConsentUnclear, VoiceTellsTooMuch
from tests.factories import World
from tests.pages import client_of
from tests.projects.telling import say, tell

pytestmark = pytest.mark.django_db

FORM = {
    "words": "জৰ জৰ পানী, কোনেও নক'লে।",
    "language": "as",
    "translation": "Water everywhere, nobody told us.",
    "translation_language": "en",
    "role": "a fisher",
    "place": "Majuli",
    "consent": "spoken",
    "consented_on": "2026-03-01",
}


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_member_writes_one_down_and_it_stands_with_its_language(world: World) -> None:
    client = client_of(world, "contributor")
    address = f"{world.problem.get_absolute_url()}voices/new/"
    sent = {client.post(address, {**FORM, "is_public": "on"})["Location"] for _twice in range(2)}
    assert len(sent) == 1, "sent twice it is one"
    voice = Voice.objects.get()
    assert (voice.language, voice.role, voice.is_public) == ("as", "a fisher", True)
    text = read(Client(), world.problem.get_absolute_url())
    assert '<blockquote lang="as" dir="auto">' in text and "Water everywhere" in text and "they said yes" in text
    assert "রুমা দাস" not in text, "who wrote it down is for members"
    assert "রুমা দাস" in read(client, f"{world.problem.get_absolute_url()}voices/")


def test_what_was_given_to_the_guild_alone_is_only_counted_for_others(world: World) -> None:
    say(world, words="Only among us.")
    for reader in ("anonymous", "outsider"):
        for page in ("", "voices/"):
            text = read(client_of(world, reader), world.problem.get_absolute_url() + page)
            assert "Only among us." not in text
        assert "was given to the guild alone" in read(client_of(world, reader), world.problem.get_absolute_url())
    assert "Only among us." in read(client_of(world, "reviewer"), world.problem.get_absolute_url())


@pytest.mark.parametrize("field", ["words", "translation", "role", "place"])
@pytest.mark.parametrize(
    "text", ["Ring +91 98640 12345", "৯৮৬৪০ ১২৩৪৫", "write to asha@example.org", "(0361) 254-1234-56"]
)
def test_nobody_can_be_found_by_what_they_said(world: World, field: str, text: str) -> None:
    client = client_of(world, "contributor")
    answer = client.post(f"{world.problem.get_absolute_url()}voices/new/", {**FORM, field: text})
    assert answer.status_code == 200 and "looks like a telephone number" in answer.content.decode()
    changed: dict[str, Any] = {field: text}
    with pytest.raises(VoiceTellsTooMuch):
        say(world, **changed)
    assert not Voice.objects.exists()


@pytest.mark.parametrize("text", ["In 1988, 1998 and 2004 it came.", "It cost 25000 rupees, 30 sacks.", "১৯৮৮ চনত"])
def test_years_and_prices_are_no_telephone_numbers(world: World, text: str) -> None:
    assert say(world, words=text).words == text


def test_consent_says_how_and_on_a_day_that_has_come(world: World) -> None:
    for changed in ({"consent": "perhaps"}, {"consented_on": (world.now + timedelta(days=3)).date()}):
        with pytest.raises(ConsentUnclear):
            say(world, **changed)
    answer = client_of(world, "contributor").post(
        f"{world.problem.get_absolute_url()}voices/new/", {**FORM, "consented_on": "2999-01-01"}
    )
    assert "come yet" in answer.content.decode() and not Voice.objects.exists()
    answer = client_of(world, "contributor").post(
        f"{world.problem.get_absolute_url()}voices/new/", {**FORM, "consent": ""}
    )
    assert answer.status_code == 200 and not Voice.objects.exists()


def test_withdrawing_deletes_the_words_and_keeps_the_mark_and_twice_is_once(world: World) -> None:
    voice = say(world, words="A sentence to forget.", translation="The same.", place="Selek", is_public=True)
    client, address = client_of(world, "contributor"), f"{world.problem.get_absolute_url()}voices/"
    for _twice in range(2):
        answer = client.post(address, {"do": "withdraw", "voice": str(voice.pk)}, follow=True)
        assert "deleted for good" in answer.content.decode()
    voice.refresh_from_db()
    assert (voice.words, voice.translation, voice.role, voice.place) == ("", "", "", "")
    assert "A voice was withdrawn" in read(Client(), address)
    assert "A sentence to forget." not in read(Client(), address)
    assert Event.objects.filter(kind="voice.withdrawn").count() == 1


def test_others_do_not_withdraw_it_and_maintainers_do(world: World) -> None:
    voice = say(world)
    address = f"{world.problem.get_absolute_url()}voices/"
    for reader in ("outsider", "reviewer"):
        refused = client_of(world, reader).post(address, {"do": "withdraw", "voice": str(voice.pk)})
        assert refused.status_code == 403
        assert "Withdraw this voice" not in read(client_of(world, reader), address)
    withdraw_voice(voice=voice, by=world.maintainer, now=world.now)


def test_a_voice_of_another_problem_is_not_reached_through_this_one(world: World) -> None:
    other = tell(world, "Another")
    voice = say(world, other)
    answer = client_of(world, "maintainer").post(
        f"{world.problem.get_absolute_url()}voices/", {"do": "withdraw", "voice": str(voice.pk)}
    )
    assert answer.status_code == 404
    voice.refresh_from_db()
    assert voice.withdrawn_at is None


def test_who_is_no_member_writes_none_and_is_told_why(world: World) -> None:
    answer = client_of(world, "outsider").post(f"{world.problem.get_absolute_url()}voices/new/", FORM)
    assert answer.status_code == 403 and b"Only members of River Watch" in answer.content
    with pytest.raises(PermissionRefused):
        say(world, by=world.outsider)


def test_where_nobody_may_speak_the_page_says_so(world: World) -> None:
    problem = tell(world)
    decide_problem(problem=problem, to="rejected", by=world.maintainer, now=world.now, reason="Not ours.")
    with pytest.raises(ProblemDeaf):
        say(world, problem)
    assert "takes no voices" in read(client_of(world, "contributor"), f"{problem.get_absolute_url()}voices/new/")


def test_a_duplicates_voices_speak_on_the_original_until_they_are_told_apart(world: World) -> None:
    problem = tell(world, "The same")
    say(world, problem, words="Said on the duplicate.", is_public=True)
    mark_duplicate_problem(problem=problem, original=world.problem, by=world.maintainer, now=world.now)
    assert "Said on the duplicate." in read(Client(), world.problem.get_absolute_url())
    with pytest.raises(ProblemDeaf, match="Floods reach"):
        say(world, problem, words="Another.")
    restore_duplicate_problem(problem=problem, by=world.maintainer, now=world.now)
    assert "Said on the duplicate." not in read(Client(), world.problem.get_absolute_url())
    assert "Said on the duplicate." in read(Client(), problem.get_absolute_url())


def test_words_go_with_the_member_who_wrote_them_down(world: World) -> None:
    voice = say(world, words="Through somebody who left.")
    erase_person(subject_id=world.contributor.pk, by=None, now=world.now)
    voice.refresh_from_db()
    assert voice.words == "" and voice.withdrawn_at is not None


def test_what_people_said_can_not_become_markup(world: World) -> None:
    evil = "<script>alert(1)</script>\u202e\u200b"
    say(world, words=evil, translation=evil, role=evil[:60], place=evil, is_public=True)
    for page in ("", "voices/"):
        assert "<script>alert" not in read(Client(), world.problem.get_absolute_url() + page)
