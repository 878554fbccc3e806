"""A person's page: nothing before they say so, each part for itself, and every number with where it comes from."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Profile, Subject, Tombstone, User
from accounts.services import HandleKept, erase_person, save_profile
from contributions.services import EntryInput, approve_contribution, log_hours
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.ids import uuid7
from guilds.services import join_guild
from moderation.models import Report
from reputation.queries import balances
from tests.factories import World, make_person, make_world
from tests.html_forms import form_with
from tests.pages import client_of

pytestmark = pytest.mark.django_db
SECTIONS = ["about", "guilds", "hours", "projects", "reputation"]


@pytest.fixture
def world() -> World:
    """The contributor "asha" with two approved hours and 24 REP in River Watch."""
    world = make_world(timezone.now() - timedelta(days=2))
    save_profile(subject=world.contributor, display_name="আশা", handle="asha", about="I draw **maps**.")
    for _number in range(2):
        work = log_hours(
            by=world.contributor,
            client_id=uuid7(),
            task=world.open_work,
            entries=[EntryInput(world.now.date(), 60)],
            note="My secret note",
            link="https://example.org/secret",
            now=world.now,
        ).contribution
        approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=60, now=world.now)
    return world


def text_of(client: Client, address: str = "/u/asha/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = answer.content.decode().split('<main id="main" tabindex="-1">')[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"</?(bdi|strong)[^>]*>", "", page)))


def test_somebody_who_opened_nothing_is_like_nobody(world: World) -> None:
    """Same status, same words, same headers, the same number of statements: a stranger can't tell the two apart."""
    for reader in ("anonymous", "outsider"):
        there = client_of(world, reader).get("/u/asha/")
        nowhere = client_of(world, reader).get("/u/nobody-at-all/")
        assert there.status_code == nowhere.status_code == 404
        for answer in (there, nowhere):
            answer.headers.pop("X-Request-ID", None)
        assert dict(there.headers) == dict(nowhere.headers)
        assert _without_tokens(there.content) == _without_tokens(nowhere.content)


def _without_tokens(page: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", page)


def test_a_stranger_costs_as_many_statements_as_nobody(world: World, django_assert_num_queries: object) -> None:
    for handle in ("asha", "nobody-at-all"):
        with django_assert_num_queries(1):  # type: ignore[operator]
            Client().get(f"/u/{handle}/")


@pytest.mark.parametrize("section", SECTIONS)
def test_each_part_is_opened_for_itself(world: World, section: str) -> None:
    words = {
        "about": "I draw maps",
        "guilds": "Guilds River Watch since",
        "hours": "2 h checked",
        "projects": "Projects worked on Flood map",
        "reputation": "River Watch 24 REP",
    }
    save_profile(subject=world.contributor, public_sections=[section])
    page = text_of(Client()).replace("\xa0", " ")
    for name, shown in words.items():
        assert (shown in page) == (name == section), name
    assert "আশা" not in page and "asha" in page, "the name is opened for itself, too"
    if section == "about":
        assert "Hours" not in page


def test_the_name_alone_shows_the_name_alone(world: World) -> None:
    save_profile(subject=world.contributor, is_name_public=True)
    page = text_of(Client())
    assert "আশা" in page and "Hours" not in page and "River Watch" not in page


def test_notes_links_and_reviewers_are_shown_nowhere(world: World) -> None:
    save_profile(subject=world.reviewer, display_name="Tariq")
    save_profile(subject=world.contributor, public_sections=SECTIONS, is_name_public=True)
    for address in ("/u/asha/", "/u/asha/?as=members", "/u/asha/work/"):
        page = Client().get(address).content.decode()
        assert "secret" not in page and "Tariq" not in page
        assert str(world.contributor.pk) not in page


def test_every_number_opens_to_where_it_comes_from(world: World) -> None:
    save_profile(subject=world.contributor, public_sections=SECTIONS)
    page = text_of(Client()).replace("\xa0", " ")
    assert "2 h checked Approved by other people, in 2 pieces of work." in page
    assert "in all code {} 2 h".format("2 h") in page
    rep = balances([world.contributor.pk], world.guild.pk).rep
    assert f"{rep} REP contribution approved, 2 times +{rep} REP" in page
    work = text_of(Client(), "/u/asha/work/").replace("\xa0", " ")
    assert work.count("1 h checked") == 2 and "Flood map" in work
    year, week, _day = world.now.date().isocalendar()
    assert f"{year}-W{week:02d}" in work
    assert world.now.date().isoformat() not in Client().get("/u/asha/work/").content.decode(), "a week, and no day"


def test_members_of_a_shared_guild_see_what_they_may_see_anyway(world: World) -> None:
    other = make_world(world.now)
    join_guild(guild=other.guild, by=world.contributor, now=world.now)
    page = text_of(client_of(world, "reviewer")).replace("\xa0", " ")
    assert "Only members of a guild you share see this page." in page
    assert "আশা" in page and "2 h checked" in page and "Flood map" in page
    assert "REP" not in page and "I draw" not in page, "not theirs to see before it is opened"
    assert page.count("River Watch") == 1, "the other guild is not theirs"
    assert "No approved hours yet" in text_of(client_of(other, "reviewer"))
    assert "1 h checked" in text_of(client_of(world, "reviewer"), "/u/asha/work/").replace("\xa0", " ")
    assert Client().get("/u/asha/work/").status_code == 404


def test_the_person_sees_what_others_see(world: World) -> None:
    mine = client_of(world, "contributor")
    page = text_of(mine)
    assert "Only you can open this page." in page and "River Watch" not in page
    save_profile(subject=world.contributor, public_sections=["projects"])
    page = text_of(mine)
    assert "This is what others see" in page and "Flood map" in page and "আশা" not in page
    strangers = text_of(Client())
    assert page.endswith(strangers.replace(" Report", "")), "word for word"
    assert "আশা" in text_of(mine, "/u/asha/?as=members")
    assert "আশা" not in text_of(Client(), "/u/asha/?as=members"), "asking does not make a member"


def test_links_of_somebody_whose_work_nobody_approved_yet_lead_nowhere(world: World) -> None:
    links = {"about": "See [me](https://example.org/spam).", "links": ["https://example.org/spam"]}
    for person, handle in ((world.newcomer, "rina"), (world.contributor, "asha")):
        save_profile(subject=person, handle=handle, public_sections=["about"], **links)
    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())
    assert 'href="https://example.org/spam"' not in Client().get("/u/rina/").content.decode()
    assert Client().get("/u/asha/").content.decode().count('href="https://example.org/spam"') == 2


def test_a_page_is_reported_under_its_handle_and_never_tells_the_random_id(world: World) -> None:
    save_profile(subject=world.contributor, public_sections=["about"])
    assert 'href="/u/asha/report/"' in Client().get("/u/asha/").content.decode()
    assert 'href="/u/asha/report/"' not in client_of(world, "contributor").get("/u/asha/").content.decode()
    reader = client_of(world, "outsider")
    assert "আশা" not in reader.get("/u/asha/report/").content.decode(), "the name was not opened"
    form = form_with(reader.get("/u/asha/report/").content, field="words")
    answer = reader.post(
        "/u/asha/report/", {**form.values, "do": "report", "concern": "spam", "words": "It sells shoes."}
    )
    assert answer.status_code == 302 and str(world.contributor.pk) not in answer["Location"]
    assert Report.objects.get().case.kind == "profile"
    assert client_of(world, "outsider").get("/u/nobody-at-all/report/").status_code == 404


def test_search_engines_are_kept_out_until_they_are_let_in(world: World) -> None:
    save_profile(subject=world.contributor, public_sections=["hours"])
    page = Client().get("/u/asha/").content.decode()
    assert '<meta name="robots" content="noindex">' in page and "og:" not in page
    save_profile(subject=world.contributor, may_be_indexed=True)
    page = Client().get("/u/asha/").content.decode()
    assert "noindex" not in page and '<meta property="og:title" content="asha">' in page
    assert "noindex" in Client().get("/u/asha/work/").content.decode()


def test_somebody_who_may_not_sign_in_any_more_has_no_page(world: World) -> None:
    save_profile(subject=world.contributor, is_name_public=True)
    User.objects.filter(subject=world.contributor).update(is_active=False)
    assert Client().get("/u/asha/").status_code == 404


def test_the_form_opens_exactly_what_was_ticked(world: World) -> None:
    client = client_of(world, "contributor")
    form = form_with(client.get("/settings/").content, field="page-about")
    assert "page-public_sections" not in form.values and "page-is_name_public" not in form.values, "all off"
    typed = {
        **form.values,
        "do": "page",
        "page-public_sections": ["about", "projects"],
        "page-links": "https://example.org/me\n\n https://example.net \nhttps://example.org/me",
    }
    assert "Saved. Your page" in client.post("/settings/", typed, follow=True).content.decode()
    profile = Profile.objects.get(subject=world.contributor)
    assert profile.public_sections == ["about", "projects"]
    assert profile.links == ["https://example.org/me", "https://example.net"]
    assert (profile.about, profile.handle, profile.is_name_public) == ("I draw **maps**.", "asha", False)
    assert "https://example.net" in text_of(Client())


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"page-links": "javascript:alert(1)"}, "is no address of the web"),
        ({"page-links": "\n".join(f"https://example.org/{n}" for n in range(6))}, "At most five links"),
        ({"page-public_sections": ["everything"]}, "not one of the available choices"),
        ({"page-about": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_what_the_page_cannot_hold_is_said_and_nothing_is_lost(
    world: World, typed: dict[str, object], words: str
) -> None:
    client = client_of(world, "contributor")
    page = client.post("/settings/", {"page-about": "Kept words", **typed, "do": "page"}).content.decode()
    assert words in page
    assert Profile.objects.get(subject=world.contributor).about == "I draw **maps**."
    if "page-about" not in typed:
        assert "Kept words" in page, "what was typed is still there"


def test_a_page_without_an_address_is_not_opened(world: World) -> None:
    client = client_of(world, "maintainer")
    page = client.post("/settings/", {"do": "page", "page-public_sections": ["hours"]}).content.decode()
    assert "Choose a handle above" in page


def test_the_old_address_stops_and_rests_before_somebody_else_has_it(world: World) -> None:
    save_profile(subject=world.contributor, is_name_public=True)
    save_profile(subject=world.contributor, handle="asha-b", now=world.now)
    assert Client().get("/u/asha/").status_code == 404
    assert Client().get("/u/asha-b/").status_code == 200
    with pytest.raises(HandleKept):
        save_profile(subject=world.reviewer, handle="asha", now=world.now + timedelta(days=89))
    save_profile(subject=world.contributor, handle="asha", now=world.later(days=1))
    save_profile(subject=world.contributor, handle=None, now=world.now)
    save_profile(subject=world.reviewer, handle="asha", now=world.now + timedelta(days=91))
    assert Profile.objects.get(handle="asha").subject == world.reviewer


def test_the_handle_of_an_erased_person_is_nobodys_again(world: World) -> None:
    save_profile(subject=world.contributor, handle="asha-b", now=world.now)
    erase_person(subject_id=world.contributor.pk, by=None, now=world.now)
    for handle in ("asha", "asha-b"):
        assert Client().get(f"/u/{handle}/").status_code == 404
        with pytest.raises(HandleKept):
            save_profile(subject=world.reviewer, handle=handle, now=world.now + timedelta(days=9999))


@pytest.mark.parametrize("handle", ["admin", "adm1n", "a-d-m-i-n", "guildhub", "gui1dhub", "me", "api", "steward"])
def test_no_handle_passes_for_the_house(world: World, handle: str) -> None:
    client = client_of(world, "reviewer")
    form = form_with(client.get("/settings/").content, field="handle")
    page = client.post("/settings/", {**form.values, "handle": handle, "do": "save"}).content.decode()
    assert "would pass for the house itself" in page
    with pytest.raises(HandleKept):
        save_profile(subject=world.reviewer, handle=handle)


@pytest.mark.parametrize("handle", ["аsha", "asha\u200b", "ASHA", "аѕһа", "as ha", "-asha", "a", "a/b", "ａｓｈａ"])
def test_letters_that_only_look_like_others_are_no_handle(world: World, handle: str) -> None:
    client = client_of(world, "reviewer")
    form = form_with(client.get("/settings/").content, field="handle")
    page = client.post("/settings/", {**form.values, "handle": handle, "do": "save"}).content.decode()
    assert "Small letters, digits and hyphens" in page
    assert not Profile.objects.filter(subject=world.reviewer, handle__isnull=False).exists()


def test_the_database_holds_a_page_to_its_parts(world: World) -> None:
    rows = Profile.objects.filter(subject=world.contributor)
    for change in ({"public_sections": ["everything"]}, {"links": [f"https://example.org/{n}" for n in range(6)]}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    person = make_person("x")
    good = {"kind": "handle", "digest": "0" * 64, "subject": person, "until": world.now}
    for change in ({"kind": "name"}, {"digest": "asha"}, {"kind": "author"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Tombstone.objects.create(**{**good, **change})
    Tombstone.objects.create(**good)


def test_a_page_of_a_hundred_pieces_is_read_in_pages(world: World) -> None:
    start = world.now
    person: Subject = world.contributor
    for number in range(50):
        work = log_hours(
            by=person,
            client_id=uuid7(),
            task=world.open_work,
            entries=[EntryInput((start - timedelta(days=number // 10)).date(), 5)],
            note="n",
            now=start,
        ).contribution
        approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=5, now=start)
    save_profile(subject=person, public_sections=["hours"])
    first, second = (text_of(Client(), f"/u/asha/work/?page={n}") for n in (1, 2))
    assert first.count("checked") + second.count("checked") == 52
    assert "Older" in first and "Older" not in second and "Newer" in second
