"""Addresses with a tail that no link of ours has: every page answers as it would without, or says what it is, never breaks."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import World
from tests.pages import PAGES, READERS, Page, client_of

pytestmark = pytest.mark.django_db

#: What any page here reads from its address, and a few names that others read from theirs.
NAMES = (
    "after", "as", "before", "cursor", "filter", "format", "guild", "id", "language", "limit", "minutes", "next",
    "offset", "order", "page", "place", "q", "role", "skill", "sort", "state", "step", "tab", "task", "text",
)  # fmt: skip
VALUES = (
    "\x00",
    "-1",
    "99999999999999999999999999",
    "٣",
    "\u202eabc\u200b",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "<script>alert(1)</script>",
    "2026-13-99.00000000-0000-0000-0000-000000000000",
    "9999-12-31.ffffffff-ffff-ffff-ffff-ffffffffffff",
    "0001-01-01T00:00:00+23:59.00000000-0000-0000-0000-000000000000",
    "//evil.example/",
    "x" * 3000,
)
#: What a number or a key of another guild might let slip out.
LEAKS = ("Traceback", "psycopg2", "SELECT ", "DataError", "site-packages")


def tails() -> list[str]:
    """Each value under each name once, many names to an address; then broken escapes, repeats and emptiness."""
    turned = [
        urlencode([(name, VALUES[(number + turn) % len(VALUES)]) for number, name in enumerate(NAMES)])
        for turn in range(len(VALUES))
    ]
    return [
        *turned,
        "page=1&page=2&page=-3&after=&after=x",
        "page=%00&after=%FF%FE&text=%C3%28",
        "&&&===&page",
        "page[]=1&page[$gt]=",
        "&".join(f"a{number}=1" for number in range(1500)),
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_tail_of_an_address_breaks_a_page_or_opens_it(page: Page, standing_world: World) -> None:
    path = page.path(standing_world)
    seers = [reader for reader in READERS if page.answers[reader] == 200]
    # Whoever sees the page tries everything; that it stays shut is soon seen.
    tried = {
        reader: tails()[:2] for reader in READERS if page.answers[reader] != 200 and reader in ("anonymous", "outsider")
    }
    for reader, tries in {**tried, **{seer: tails() for seer in seers[-1:]}}.items():
        client: Client = client_of(standing_world, reader)
        for tail in tries:
            with transaction.atomic():
                answer = client.get(path + ("&" if "?" in path else "?") + tail)
            status = answer.status_code
            assert status < 500, f"{reader} at {path}?{tail[:200]}"
            if page.answers[reader] != 200:
                assert status in (page.answers[reader], 400, 404, 413), f"opened for {reader} by ?{tail[:200]}"
            if "html" in answer.headers.get("Content-Type", ""):
                words = answer.content.decode()
                assert "<script>alert(1)" not in words
                assert not [leak for leak in LEAKS if leak in words]
