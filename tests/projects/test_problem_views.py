"""The pages of problems: who reads what, filters, telling one, handing it in, deciding."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from core.models import StateChange
from projects.models import Problem
from projects.services import decide_problem, draft_problem, submit_problem
from tests.factories import World
from tests.pages import client_of
from tests.projects.conftest import NAMES

pytestmark = pytest.mark.django_db

WORDS = {
    "title": "Wells carry arsenic",
    "statement": "Nobody knows which.",
    "language": "en",
    "affected_people": "families",
    "place": "Jorhat",
}


@pytest.fixture
def told(world: World) -> Callable[..., Problem]:
    """Tell a problem and, unless it is to stay a draft, hand it in."""

    def tell(*, draft: bool = False, **words: object) -> Problem:
        now = timezone.now()
        values: dict[str, object] = {**WORDS, **words}
        made = draft_problem(guild=world.guild, by=world.contributor, now=now, **values)  # type: ignore[arg-type]
        return made if draft else submit_problem(problem=made, by=world.contributor, now=now)

    return tell


def listed(query: str = "") -> str:
    return Client().get(f"/problems/{query}").content.decode()


def read(client: Client, problem: Problem) -> str:
    return client.get(problem.get_absolute_url()).content.decode()


def press(client: Client, problem: Problem, do: str, **values: object) -> str:
    """Press a button on a problem's page and read what comes of it."""
    answer = client.post(problem.get_absolute_url(), {"do": do, **values}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_narrows_by_words_place_language_guild_and_state(world: World, told: Callable[..., Problem]) -> None:
    told(title="Wells carry arsenic", language="as", place="Jorhat")
    flood = world.problem.title
    assert (
        "Wells carry arsenic" in listed()
        and flood in listed()
        and "2 problems" in listed().replace("<bdi>2</bdi>", "2")
    )
    for query in ("?text=ARSENIC", "?place=jor", "?language=as", "?state=submitted"):
        assert "Wells carry arsenic" in listed(query) and flood not in listed(query), query
    assert flood in listed(f"?guild={world.guild.slug}&text=warning+village")
    assert "Nothing fits" in listed("?text=arsenic&place=majuli")


@pytest.mark.parametrize(
    "query", ["?state=draft", "?state=rubbish", "?guild=none", "?page=minus", "?page=99999999999", "?text=%00"]
)
def test_a_filter_that_means_nothing_shows_the_list(world: World, query: str) -> None:
    assert world.problem.title in listed(query)


def test_the_list_is_cut_into_pages_that_keep_the_filter(world: World, told: Callable[..., Problem]) -> None:
    for number in range(25):
        told(title=f"Well {number}")
    first = Client().get("/problems/?place=Jorhat").content.decode()
    assert "page=2" in first and "place=Jorhat" in first and "Well 24" in first and "Well 0<" not in first
    second = Client().get("/problems/?place=Jorhat&page=2").content.decode()
    assert "Well 0<" in second and "Well 24" not in second and "page=1" in second


def test_a_draft_is_its_authors_alone(world: World, told: Callable[..., Problem]) -> None:
    draft = told(draft=True)
    assert (
        draft.title not in listed()
        and draft.title in client_of(world, "contributor").get("/problems/").content.decode()
    )
    for reader in ("anonymous", "outsider", "maintainer", "steward", "hub_steward"):
        client = client_of(world, reader)
        assert client.get(draft.get_absolute_url()).status_code == 404
        assert client.post(draft.get_absolute_url(), {"do": "hand_in"}).status_code == 404
        assert draft.title not in client.get("/problems/").content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_telling_one_keeps_a_draft_and_pressing_twice_keeps_one(world: World) -> None:
    client = client_of(world, "contributor")
    words = {**WORDS, "guild": world.guild.pk}
    addresses = {client.post("/problems/new/", words)["Location"] for _twice in range(2)}
    assert len(addresses) == 1
    other = client.post("/problems/new/", {**words, "statement": "Something else."})["Location"]
    assert other not in addresses
    assert Problem.objects.filter(state="draft").count() == 2


def test_a_form_with_an_error_keeps_what_was_typed(world: World) -> None:
    answer = client_of(world, "contributor").post(
        "/problems/new/", {**WORDS, "guild": world.guild.pk, "title": "", "latitude": "200", "longitude": "3"}
    )
    text = answer.content.decode()
    assert "Something needs mending" in text and "Nobody knows which." in text
    assert not Problem.objects.filter(state="draft").exists()


def test_half_a_position_is_refused_in_words(world: World) -> None:
    draft = draft_problem(guild=world.guild, by=world.contributor, now=timezone.now(), title="Wells")
    address = f"{draft.get_absolute_url()}steps/where/"
    answer = client_of(world, "contributor").post(address, {"place": "Jorhat", "latitude": "26.9"})
    assert b"A position has a latitude and a longitude." in answer.content


def test_who_belongs_to_no_guild_is_shown_the_guilds(world: World) -> None:
    assert b"Join a guild first" in client_of(world, "newcomer").get("/problems/new/").content
    client_of(world, "newcomer").post("/problems/new/", {**WORDS, "guild": world.guild.pk})
    assert not Problem.objects.filter(state="draft").exists()


def test_a_problem_named_new_does_not_take_the_forms_address(world: World, told: Callable[..., Problem]) -> None:
    assert told(draft=True, title="New").slug != "new"


def test_handing_in_says_what_is_missing_and_then_shows_it_to_everybody(
    world: World, told: Callable[..., Problem]
) -> None:
    client = client_of(world, "contributor")
    draft = told(draft=True, place="", affected_people="")
    assert "please add: who is affected, place." in press(client, draft, "hand_in")
    client.post(f"{draft.get_absolute_url()}edit/", {**WORDS, "place": "Jorhat", "affected_people": "families"})
    assert "Handed in." in press(client, draft, "hand_in")
    assert Client().get(draft.get_absolute_url()).status_code == 200


def test_pressing_hand_in_twice_is_harmless(world: World, told: Callable[..., Problem]) -> None:
    draft = told(draft=True)
    client = client_of(world, "contributor")
    press(client, draft, "hand_in")
    assert "handed in already" in press(client, draft, "hand_in")
    assert StateChange.objects.filter(object_id=draft.pk, to_state="submitted").count() == 1


def test_a_maintainer_accepts_and_twice_is_once(world: World, told: Callable[..., Problem]) -> None:
    problem = told()
    client = client_of(world, "maintainer")
    assert "Accept this problem" in read(client, problem)
    assert "Accepted. A project may answer it now." in press(client, problem, "accept")
    assert "already. Nothing was changed." in press(client, problem, "accept")
    assert "Accept this problem" not in read(client, problem)


@pytest.mark.parametrize("do", ["accept", "decide", "duplicate"])
@pytest.mark.parametrize("reader", ["outsider", "contributor", "reviewer"])
def test_nobody_else_decides(world: World, told: Callable[..., Problem], reader: str, do: str) -> None:
    problem = told()
    client = client_of(world, reader)
    values = {"step-to": "rejected", "step-reason": "no", "duplicate-original": world.problem.pk}
    answer = client.post(problem.get_absolute_url(), {"do": do, **values})
    assert answer.status_code == 403
    assert b"Only maintainers of River Watch can do this." in answer.content
    assert "For maintainers" not in read(client, problem)
    problem.refresh_from_db()
    assert problem.state == "submitted"


def test_not_taking_one_needs_a_reason_that_the_author_reads(world: World, told: Callable[..., Problem]) -> None:
    problem = told()
    maintainer = client_of(world, "maintainer")
    unsaid = press(maintainer, problem, "decide", **{"step-to": "rejected", "step-reason": ""})
    assert "This field is required" in unsaid
    press(maintainer, problem, "decide", **{"step-to": "rejected", "step-reason": "Ask the well guild."})
    assert "Ask the well guild." in read(client_of(world, "contributor"), problem)
    assert client_of(world, "outsider").get(problem.get_absolute_url()).status_code == 404
    assert problem.title not in listed()


def test_a_reason_that_can_not_be_used_is_not_lost(world: World, told: Callable[..., Problem]) -> None:
    problem = told()
    maintainer = client_of(world, "maintainer")
    decide_problem(problem=problem, to="parked", by=world.steward, now=timezone.now(), reason="Later.")
    text = press(maintainer, problem, "decide", **{"step-to": "rejected", "step-reason": "A long and careful reason."})
    assert "A long and careful reason." in text


def test_reasons_are_for_members_and_the_bare_step_for_everybody(world: World, told: Callable[..., Problem]) -> None:
    problem = told()
    decide_problem(
        problem=problem, to="parked", by=world.maintainer, now=timezone.now(), reason="We need a Mising speaker."
    )
    for reader in ("anonymous", "outsider"):
        text = read(client_of(world, reader), problem)
        assert "Parked for now" in text and "Mising" not in text
        assert not [name for name in NAMES.values() if name in text] and "a contributor" in text
    text = read(client_of(world, "reviewer"), problem)
    assert "We need a Mising speaker." in text and NAMES["maintainer"] in text


def test_giving_it_back_makes_it_the_authors_draft_again(world: World, told: Callable[..., Problem]) -> None:
    problem = told()
    answer = client_of(world, "maintainer").post(
        problem.get_absolute_url(), {"do": "decide", "step-to": "draft", "step-reason": "Which wells?"}
    )
    assert answer["Location"] == "/problems/"
    text = read(client_of(world, "contributor"), problem)
    assert "Which wells?" in text and "Hand it in" in text


def test_a_duplicate_leads_to_the_other(world: World, told: Callable[..., Problem]) -> None:
    problem = told()
    press(client_of(world, "maintainer"), problem, "duplicate", **{"duplicate-original": world.problem.pk})
    assert world.problem.get_absolute_url() in read(Client(), problem)


def test_editing_is_the_authors_while_a_draft_and_the_maintainers_after(
    world: World, told: Callable[..., Problem]
) -> None:
    draft = told(draft=True)
    author, maintainer = client_of(world, "contributor"), client_of(world, "maintainer")
    address = f"{draft.get_absolute_url()}edit/"
    assert author.post(address, {**WORDS, "title": "Better title"}).status_code == 302
    press(author, draft, "hand_in")
    assert author.post(address, {**WORDS, "title": "Too late"}).status_code == 403
    assert maintainer.post(address, {**WORDS, "title": "Mended title"}).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Mended title"


def test_what_people_wrote_can_not_become_markup(world: World, told: Callable[..., Problem]) -> None:
    evil = '<img src=x onerror=alert(1)>"'
    problem = told(
        title=evil, statement=f"{evil} [x](javascript:alert(1))", evidence=evil, affected_people=evil, place=evil
    )
    for text in (
        read(Client(), problem),
        listed(),
        listed(f"?text={evil}"),
        read(client_of(world, "maintainer"), problem),
    ):
        assert "<img" not in text and 'href="javascript' not in text
    assert escape(evil) in read(Client(), problem)


def test_words_are_marked_with_their_language(world: World, told: Callable[..., Problem]) -> None:
    assert '<h1 lang="bn" dir="auto">ধান ক্ষেতে পোকা</h1>' in read(Client(), told(title="ধান ক্ষেতে পোকা", language="bn"))
