"""A person's settings: what they tell, what they claim, taking it along, and being forgotten."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Profile, Subject, SubjectLink, User
from accounts.services import save_profile
from contributions.services import EntryInput, approve_contribution, log_hours
from core.ids import uuid7
from guilds.models import Guild
from guilds.services import join_guild
from reputation.queries import balances
from tests.factories import World, make_author, make_world, verify_email
from tests.html_forms import form_with
from tests.pages import client_of

pytestmark = pytest.mark.django_db
SETTINGS = "/settings/"


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=1))


def save(client: Client, **changes: object) -> str:
    form = form_with(client.get(SETTINGS).content, field="display_name")
    return client.post(SETTINGS, {**form.values, **changes, "do": "save"}, follow=True).content.decode()


def test_what_is_saved_is_what_the_next_page_shows(world: World) -> None:
    client = client_of(world, "contributor")
    page = save(client, display_name="নন্দিনী", handle="nandini", timezone="Asia/Kolkata")
    assert "Saved." in page and "<bdi>নন্দিনী</bdi>" in page
    profile = Profile.objects.get(subject=world.contributor)
    assert (profile.handle, profile.timezone, profile.is_name_public) == ("nandini", "Asia/Kolkata", False)
    save(client, handle="")
    profile.refresh_from_db()
    assert (profile.handle, profile.timezone) == (None, "Asia/Kolkata")


def test_two_people_without_a_handle_and_not_two_with_the_same(world: World) -> None:
    assert "Saved." in save(client_of(world, "contributor"), handle="")
    assert "Saved." in save(client_of(world, "reviewer"), handle="")
    save(client_of(world, "contributor"), handle="river")
    assert "Somebody has this handle." in save(client_of(world, "reviewer"), handle="river")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"handle": "Two Words"}, "Small letters, digits and hyphens"),
        ({"display_name": "x" * 81}, "at most 80 characters"),
        ({"timezone": "Mars/Olympus"}, "not one of the available choices"),
        ({"language": "tlh"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field(world: World, changes: dict[str, str], words: str) -> None:
    before = Profile.objects.filter(subject=world.contributor).values().get()
    assert words in save(client_of(world, "contributor"), **changes)
    assert Profile.objects.filter(subject=world.contributor).values().get() == before


def test_the_language_chosen_here_wins_over_the_one_picked_before(world: World) -> None:
    client = client_of(world, "contributor")
    client.cookies["django_language"] = "en"
    save(client, display_name="Nandini")
    assert client.cookies["django_language"].value == ""


def test_who_told_nothing_yet_begins_with_the_zone_of_the_guild_they_join(world: World) -> None:
    Guild.objects.filter(pk=world.guild.pk).update(timezone="Asia/Kolkata")
    world.guild.refresh_from_db()
    save_profile(subject=world.outsider, timezone="Europe/Oslo")
    for person in (world.newcomer, world.outsider):
        join_guild(guild=world.guild, by=person, now=timezone.now())
    zones = dict(Profile.objects.values_list("subject_id", "timezone"))
    assert (zones[world.newcomer.pk], zones[world.outsider.pk]) == ("Asia/Kolkata", "Europe/Oslo")


def test_a_zone_that_the_machine_forgot_breaks_no_page(world: World) -> None:
    save_profile(subject=world.contributor, timezone="Mars/Olympus")
    assert client_of(world, "contributor").get("/home/").status_code == 200


def test_a_proved_address_claims_its_author_and_their_reputation(world: World) -> None:
    verify_email(world.contributor, "old@example.org")
    author = make_author("Nandini in 2022", "old@example.org")
    client = client_of(world, "contributor")
    page = client.get(SETTINGS).content.decode()
    assert "Nandini in 2022" in page
    form = form_with(page, field="identity", button="claim")
    page = client.post(SETTINGS, {**form.values, "do": "claim"}, follow=True).content.decode()
    assert "That history is yours now" in page and "1</bdi> imported author is you" in page
    assert SubjectLink.objects.get().alias == author.subject
    again = client.post(SETTINGS, {**form.values, "do": "claim"}, follow=True).content.decode()
    assert "Somebody has claimed these commits already." in again


def test_only_a_proved_address_of_ones_own_and_of_nobody_else_claims(world: World) -> None:
    world.contributor.user.emailaddress_set.create(email="unproved@example.org", verified=False)
    unproved = make_author("Unproved", "unproved@example.org")
    verify_email(world.contributor, "team@example.org")
    make_author("One of the team", "team@example.org")
    shared = make_author("Another of the team", "team@example.org")
    strangers = make_author("A stranger", "stranger@example.org")
    client = client_of(world, "contributor")
    page = client.get(SETTINGS).content.decode()
    for identity in (unproved, shared, strangers):
        assert identity.name not in page
        answer = client.post(SETTINGS, {"do": "claim", "identity": identity.pk}, follow=True).content.decode()
        assert "None of your verified e-mail addresses belongs to this author alone." in answer
    assert not SubjectLink.objects.exists()
    assert "not in any history here" in client.post(SETTINGS, {"do": "claim", "identity": "x"}).content.decode()


def test_the_download_is_about_the_reader_and_nobody_else(world: World) -> None:
    save_profile(subject=world.contributor, display_name="নন্দিনী")
    save_profile(subject=world.reviewer, display_name="Tariq")
    entries = [EntryInput(world.now.date(), 30)]
    log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, entries=entries, now=world.now, note="My note"
    )
    answer = client_of(world, "contributor").get("/settings/export/")
    assert answer["Content-Disposition"].startswith("attachment;") and "no-store" in answer["Cache-Control"]
    found = json.loads(answer.content)
    assert found["accounts.Profile"][0]["display_name"] == "নন্দিনী"
    assert found["contributions.Contribution"][0]["note"] == "My note"
    assert "Tariq" not in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "yes", "erase me"])
def test_erasing_asks_for_the_word(world: World, typed: str) -> None:
    page = client_of(world, "contributor").post(SETTINGS, {"do": "erase", "sure": typed}).content.decode()
    assert "Erase me" in page and User.objects.filter(subject=world.contributor).exists()


def test_erasing_forgets_the_person_signs_them_out_and_changes_no_sum(world: World) -> None:
    save_profile(subject=world.contributor, display_name="Nandini")
    entries = [EntryInput(world.now.date(), 60)]
    work = log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, entries=entries, now=world.now, note="My note"
    ).contribution
    approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=60, now=world.now)
    client, elsewhere = client_of(world, "contributor"), client_of(world, "contributor")
    answer = client.post(SETTINGS, {"do": "erase", "sure": " Erase "}, follow=True)
    assert answer.redirect_chain[-1][0] == "/" and "You are erased" in answer.content.decode()
    for browser in (client, elsewhere):
        assert browser.get("/home/").status_code == 302
    assert not User.objects.filter(subject=world.contributor).exists()
    assert Subject.objects.get(pk=world.contributor.pk).erased_at is not None
    assert balances([world.contributor.pk], world.guild.pk).rep == 12
    page = client_of(world, "reviewer").get(work.get_absolute_url()).content.decode()
    assert "Nandini" not in page and "My note" not in page and "1\xa0h" in page
