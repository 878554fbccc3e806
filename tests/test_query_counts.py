"""How many SQL statements each page takes; `query_counts.json` keeps the numbers, and more than them fails.

After a change that is worth its statements, write the file anew (by one process, hence -n0):

    GUILDHUB_WRITE_QUERY_COUNTS=1 .venv/bin/pytest -n0 tests/test_query_counts.py
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import World
from tests.pages import PAGES, Page, client_of

COUNTS = Path(__file__).with_name("query_counts.json")
READERS = ("anonymous", "contributor", "maintainer", "steward")
ANYWHERE = 10
#: Pages that many visitors open, and how many statements a visitor's may take.
HOT = {"front": 3, "projects:problems": 3, "projects:project": 3}
#: Pages that members open all day; one of the statements is the frame's: who it is, their rights, and what waits for them.
HOT_FOR_MEMBERS = {
    "front": 3,
    "contributions:log": 2,
    "contributions:hours": 3,
    "home": 2,
    "contributions:points": 2,
    "projects:problems": 3,
    "projects:project": 3,
}
#: Everything about a person in one file takes a statement for each model that knows something about them.
READS_EVERYTHING = {"accounts:export"}
WRITES = bool(os.environ.get("GUILDHUB_WRITE_QUERY_COUNTS"))

pytestmark = pytest.mark.django_db


def measure(page: Page, world: World) -> dict[str, int]:
    """Statements by reader, of those who see the page. Reading must not write."""
    path = page.path(world)
    counts = {}
    for reader in READERS:
        if page.answers[reader] != 200:
            continue
        client = client_of(world, reader)
        client.get(path)  # the first visit fills caches of the process
        with CaptureQueriesContext(connection) as statements:
            assert client.get(path).status_code == 200
        written = [s["sql"] for s in statements if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", s["sql"], re.IGNORECASE)]
        assert written == [], f"opening {path} wrote"
        counts[reader] = len(statements)
    return counts


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_takes_no_more_statements_than_it_did(page: Page, standing_world: World) -> None:
    counts = measure(page, standing_world)
    if WRITES:
        kept = json.loads(COUNTS.read_text(encoding="utf-8")) if COUNTS.exists() else {}
        kept[page.name] = counts
        COUNTS.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    kept = json.loads(COUNTS.read_text(encoding="utf-8"))
    for reader, count in counts.items():
        assert count <= kept[page.name][reader], f"{page.name} for {reader}"
        if page.name not in READS_EVERYTHING:
            assert count <= HOT_FOR_MEMBERS.get(page.name, ANYWHERE), f"{page.name} for {reader}"
    if page.name in HOT and "anonymous" in counts:
        assert counts["anonymous"] <= HOT[page.name]


def test_only_pages_that_exist_are_counted() -> None:
    kept = json.loads(COUNTS.read_text(encoding="utf-8"))
    assert set(kept) == {page.name for page in PAGES}
