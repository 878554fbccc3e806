"""Every page in a real browser: readable for all, no wider than its window, no complaint, and within its budget of bytes.

The browser's requests are answered by Django's test client inside the test's own transaction, so that one world serves
all pages and no server has to be started.
"""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, Route

from core.static_files import bare_script, bare_style
from tests.browsers import chromium
from tests.factories import World
from tests.journeys.everybody import is_too_wide, lost_when_larger, open_everything, small_targets, violations
from tests.pages import PAGES, READERS, client_of
from tests.pages import Page as Listed

pytestmark = pytest.mark.django_db
HOST = "http://localhost"

#: Budgets in bytes as they travel, compressed (see the interface's design).
COLD, HTML, CSS, JS = 50_000, 14_000, 8_000, 20_000
REQUESTS = 8


#: What the gallery breaks because it shows a piece several times on one page, and long code in boxes of its own.
IN_THE_GALLERY = {"landmark-unique", "scrollable-region-focusable"}


@dataclass(frozen=True)
class Corner:
    """One way of looking at a page."""

    theme: str
    language: str
    width: int

    def __str__(self) -> str:
        return f"{self.theme} {'right-to-left' if self.language == 'ur' else 'left-to-right'} {self.width}"


ALL_CORNERS = [
    Corner(theme, lang, width) for theme in ("light", "dark") for lang in ("en", "ur") for width in (360, 1280)
]
OPPOSITE = [Corner("light", "en", 360), Corner("dark", "ur", 1280)]


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """One tab for all pages; opening a new one for each would take longer than looking at it."""
    with chromium() as browser:
        yield browser.new_page()


@dataclass
class Visit:
    """A page that was opened: what it weighed, and what the browser had to say about it."""

    bytes: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    complaints: list[str] = field(default_factory=list)


def visit(page: Page, client: Client, path: str, corner: Corner) -> Visit:
    """Open a page cold, as one reader, in one corner."""
    client.defaults["SERVER_NAME"] = "localhost"
    client.cookies["theme"] = corner.theme
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = corner.language
    page.set_viewport_size({"width": corner.width, "height": 780})
    page.emulate_media(color_scheme=corner.theme)
    made = Visit()
    # Playwright answers in a context of its own, in which Django would open a connection of its own.
    here = copy_context()

    def answer(route: Route) -> None:
        made.requests += 1
        where = urlsplit(route.request.url)
        if where.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            found = finders.find(where.path.split("/", 2)[2])
            body = Path(str(found)).read_bytes()
            if where.path.endswith((".css", ".js")):
                # As it travels: without its comments.
                body = (bare_style if where.path.endswith(".css") else bare_script)(body.decode()).encode()
            status, headers = 200, {"content-type": mimetypes.guess_type(str(found))[0] or "text/plain"}
        else:
            got = here.run(client.get, where.path + (f"?{where.query}" if where.query else ""))
            status, headers, body = got.status_code, dict(got.headers.items()), got.content
        kind = route.request.resource_type
        made.bytes[kind] = made.bytes.get(kind, 0) + len(gzip.compress(body))
        route.fulfill(status=status, headers=headers, body=body)

    def complain(message: ConsoleMessage) -> None:
        if message.type == "error":
            made.complaints.append(message.text)

    page.unroute_all()
    page.route("**/*", answer)
    page.on("console", complain)
    page.goto(HOST + path, wait_until="load")
    page.remove_listener("console", complain)
    return made


def readers_of(listed: Listed, corner: Corner) -> str | None:
    """Who opens the page in this corner: strangers where they may, in the light; whoever may do most, in the dark."""
    may = [reader for reader in READERS if listed.answers[reader] == 200]
    if not may:
        return None
    return may[0] if corner.theme == "light" else may[-1]


def look(tab: Page, listed: Listed, world: World, corner: Corner) -> None:
    reader = readers_of(listed, corner)
    if reader is None:
        pytest.skip("nobody sees this page here")
    client = client_of(world, reader)
    path = listed.path(world)
    if "html" not in client.get(path).headers["Content-Type"]:
        pytest.skip("a page for machines")
    made = visit(tab, client, path, corner)
    assert not is_too_wide(tab), "wider than its window"
    open_everything(tab)
    assert violations(tab) == []
    assert not is_too_wide(tab), "wider than its window once all is open"
    if corner.width == 360:
        assert small_targets(tab) == []
    assert made.complaints == []
    within_budget(made)


def within_budget(made: Visit) -> None:
    """Bytes as they travel when nothing is in the browser's cache."""
    assert made.bytes.get("document", 0) <= HTML, "HTML"
    assert made.bytes.get("stylesheet", 0) <= CSS, "CSS"
    assert made.bytes.get("script", 0) <= JS, "JavaScript"
    assert sum(made.bytes.values()) <= COLD, made.bytes
    assert made.requests <= REQUESTS
    assert not made.bytes.get("font") and not made.bytes.get("image", 0) > 4000


@pytest.mark.parametrize("listed", PAGES, ids=lambda listed: listed.name)
@pytest.mark.parametrize("corner", OPPOSITE, ids=str)
def test_a_page_is_for_everybody(tab: Page, standing_world: World, listed: Listed, corner: Corner) -> None:
    look(tab, listed, standing_world, corner)


@pytest.mark.slow
@pytest.mark.parametrize("listed", PAGES, ids=lambda listed: listed.name)
@pytest.mark.parametrize("corner", [c for c in ALL_CORNERS if c not in OPPOSITE], ids=str)
def test_a_page_is_for_everybody_in_every_corner(
    tab: Page, standing_world: World, listed: Listed, corner: Corner
) -> None:
    look(tab, listed, standing_world, corner)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("listed", PAGES, ids=lambda listed: listed.name)
def test_a_page_loses_nothing_when_it_is_larger(
    tab: Page, standing_world: World, listed: Listed, language: str
) -> None:
    """Twice as large on a phone, and with the distances between letters, words and lines that readers set."""
    corner = Corner("dark", language, 360)
    reader = readers_of(listed, corner)
    if reader is None:
        pytest.skip("nobody sees this page here")
    client = client_of(standing_world, reader)
    if "html" not in client.get(listed.path(standing_world)).headers["Content-Type"]:
        pytest.skip("a page for machines")
    visit(tab, client, listed.path(standing_world), corner)
    open_everything(tab)
    assert lost_when_larger(tab) == []


@pytest.mark.parametrize("corner", OPPOSITE, ids=str)
def test_the_gallery_is_for_everybody(tab: Page, standing_world: World, corner: Corner, settings: object) -> None:
    settings.DEMO, settings.EMBEDDED = True, False  # type: ignore[attr-defined]
    visit(tab, client_of(standing_world, "steward"), "/components", corner)
    open_everything(tab)
    found = violations(tab)
    assert [told for told in found if told.split(":")[0] not in IN_THE_GALLERY] == []
    assert not is_too_wide(tab), "wider than its window"


@pytest.mark.parametrize("corner", OPPOSITE, ids=str)
@pytest.mark.parametrize("address", ["/nowhere/", "/tasks/none/", "/ops/", "/moderation/"])
def test_a_refusal_is_for_everybody(tab: Page, standing_world: World, corner: Corner, address: str) -> None:
    """An address of nothing, and a page of somebody else."""
    visit(tab, client_of(standing_world, "contributor"), address, corner)
    assert tab.locator("h1").count() == 1
    assert violations(tab) == []
    assert not is_too_wide(tab), "wider than its window"
    assert corner.width != 360 or small_targets(tab) == []
