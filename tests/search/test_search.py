"""The page of the search: what is found, what never is, and that it costs the same whatever is looked for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import SearchDocument, SearchWord
from core.search.keep import tidy_search
from guildhub.search import Results, find_things
from projects.models import Problem
from projects.services import decide_problem, draft_problem, submit_problem
from tests.factories import MONDAY, World

pytestmark = pytest.mark.django_db


def tell(world: World, title: str, statement: str = "It happens.", language: str = "en") -> Problem:
    words = {"title": title, "statement": statement, "language": language}
    where = {"affected_people": "farmers", "place": "Majuli"}
    told = draft_problem(guild=world.guild, by=world.contributor, now=MONDAY, **words, **where)
    return submit_problem(problem=told, by=world.contributor, now=MONDAY)


def titles(found: Results) -> list[str]:
    return [result.title for result in found.results]


@pytest.mark.parametrize(
    ("language", "title", "asked"),
    [
        ("en", "The ferry stops when the river is low", "fery river"),
        ("en", "The ferry stops when the river is low", "ferry rievr"),
        ("hi", "स्कूल का रास्ता कीचड़ से भर जाता है", "रास्त कीचड"),
        ("bn", "বন্যার আগে খবর পৌঁছায় না", "বন্যা খবড়"),
        ("ur", "گاؤں میں پینے کا پانی نہیں", "پاني گاوں"),
        ("vi", "Trường học không có nước sạch", "truong nuoc"),
        ("ne", "बाटो पहिरोले थुनिन्छ", "पहिरोले बटो"),
    ],
)
def test_a_problem_is_found_by_words_with_a_wrong_letter(world: World, language: str, title: str, asked: str) -> None:
    tell(world, "Nobody repairs the lamp at the market")
    tell(world, title, language=language)
    assert titles(find_things(asked))[:1] == [title]


def test_the_words_that_were_found_are_marked(world: World) -> None:
    tell(world, "The ferry stops", "x " * 200 + "when the river is low, nobody crosses " + "y " * 200)
    (result,) = find_things("fery rivers crosses").results
    assert [part.text for part in result.heading if part.is_mark] == ["ferry"]
    assert [part.text for part in result.excerpt if part.is_mark] == ["river", "crosses"]
    assert sum(len(part.text) for part in result.excerpt) < 250


def test_what_has_all_words_goes_before_what_has_some(world: World) -> None:
    tell(world, "Goats eat the young trees")
    tell(world, "Goats have no shade", "Trees were cut.")
    tell(world, "Wells run dry")
    found = find_things("goats trees")
    assert titles(found) == ["Goats eat the young trees", "Goats have no shade"]
    assert found.is_exact
    some = find_things("goats wells")
    assert set(titles(some)) == {"Goats eat the young trees", "Goats have no shade", "Wells run dry"}
    assert not some.is_exact


def test_drafts_rejected_and_withdrawn_problems_are_not_found(world: World) -> None:
    draft_problem(guild=world.guild, by=world.contributor, now=MONDAY, title="Quokkas draft", statement="It happens.")
    told = tell(world, "Quokkas told")
    assert titles(find_things("quokkas")) == ["Quokkas told"]
    decide_problem(problem=told, to="rejected", by=world.maintainer, now=MONDAY, reason="Not here.")
    assert titles(find_things("quokkas")) == []
    assert not SearchWord.objects.filter(word="quokkas").exists()
    assert not SearchDocument.objects.filter(object_id=told.pk).exists()


def test_every_search_costs_the_same_number_of_statements(world: World) -> None:
    for number in range(30):
        tell(world, f"The ferry number{number} stops")
    counts = set()
    for asked in ("ferry", "fery stops river nothing else matters", "nothing", "ferry " * 60, "पानी"):
        with CaptureQueriesContext(connection) as queries:
            find_things(asked)
        counts.add(len(queries))
    assert counts == {3}


@pytest.mark.parametrize(
    "asked", ["", "  ", "'", "\\", "!&|():*<->", "\x00", "🌊", "؟", "\u200d", "a" * 5000, "''' & ''"]
)
def test_nothing_that_is_typed_breaks_it(client: Client, asked: str) -> None:
    page = client.get("/search/", {"q": asked, "kind": "nonsense", "page": "-3"})
    assert page.status_code == 200


def test_the_page_works_by_its_address_alone(client: Client, world: World) -> None:
    tell(world, "The <b>ferry</b> stops")
    page = client.get("/search/", {"q": "fery"})
    assert "The &lt;b&gt;<mark>ferry</mark>&lt;/b&gt; stops" in page.content.decode()
    assert "Nothing found" in client.get("/search/", {"q": "zzzzzz"}).content.decode()
    assert "What are you looking for" in client.get("/search/").content.decode()


def test_a_program_finds_the_same_page_by_page(client: Client, world: World) -> None:
    for number in range(5):
        tell(world, f"The ferry stops at pier {number}")
    address, seen = "/api/v1/search?q=fery&kind=problem&limit=2", []
    while address:
        answer = client.get(address).json()
        seen += [item["title"] for item in answer["items"]]
        address = answer["next"]
    assert seen == titles(find_things("fery", kind="problem"))
    assert len(seen) == len(set(seen)) == 5
    (item,) = client.get("/api/v1/search?q=fery&limit=1").json()["items"]
    assert [piece["text"] for piece in item["title_pieces"] if piece["is_found"]] == ["ferry"]
    assert "".join(piece["text"] for piece in item["title_pieces"]) == item["title"]
    assert (item["guild"], item["place"], item["kind"]) == (world.guild.slug, "Majuli", "problem")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", 400),
        ("?q=", 400),
        ("?q=a&kind=guild", 400),
        (f"?q={'a' * 201}", 400),
        ("?q='%5C", 200),
        ("?q=%F0%9F%8C%8A", 200),
    ],
)
def test_a_program_hears_what_was_wrong_with_its_question(client: Client, asked: str, status: int) -> None:
    answer = client.get(f"/api/v1/search{asked}")
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"items": [], "next": None}


def test_words_that_two_transactions_left_behind_are_put_right(world: World) -> None:
    """Forgotten where no document has them, brought where one has, once each; a second time there is nothing to do."""
    tell(world, "Quokkas stop the ferry")
    kept = SearchWord.objects.get(word="ferry")
    SearchWord.objects.create(word="ferry", near=["ferry"])
    SearchWord.objects.create(word="numbats", near=["numbats"])
    SearchWord.objects.filter(word="quokkas").delete()
    assert tidy_search() == (2, 1)
    assert SearchWord.objects.get(word="ferry") == kept
    assert not SearchWord.objects.filter(word="numbats").exists()
    assert titles(find_things("quokas")) == ["Quokkas stop the ferry"]
    assert tidy_search() == (0, 0)
