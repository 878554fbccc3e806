"""Every byte of a cold visit, in Chromium, from the real server with production's compression: the budget of the interface.

make budgets        prints the table
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import chromium
from tests.budgets.line import Line, line_to
from tests.budgets.pages import MORE, NINE, Budgeted
from tests.budgets.phones import phone, wait_for_silence
from tests.budgets.site import Settled, serving

pytestmark = pytest.mark.django_db

HARD = 50_000
KINDS = {"Document": 14_000, "Stylesheet": 8_000, "Script": 20_000}
REQUESTS = 8
WARM_LOG = 4_000


@dataclass
class Visit:
    """What one visit moved over the line."""

    bytes: int = 0
    requests: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> set[str]:
        """Whom the browser spoke to."""
        return {urlsplit(address).hostname or "" for address in self.addresses if not address.startswith("data:")}


@pytest.fixture(scope="module")
def lines() -> Iterator[list[str]]:
    """What is printed at the end (`make budgets` shows it)."""
    table = [
        f"{'':28}{'all':>8}{'HTML':>8}{'CSS':>8}{'JS':>8}{'other':>8}{'requests':>10}   bytes as they travel, cold"
    ]
    yield table
    print("\n" + "\n".join(table))


@pytest.fixture(scope="module")
def line(settled: Settled, static: Path) -> Iterator[Line]:
    with serving(static) as port, line_to(port) as standing:
        yield standing


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def visit(page: Page, line: Line, path: str) -> Visit:
    """Open a page and wait until the line is silent."""
    made, kinds = Visit(), {}
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")

    def answered(event: dict) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict) -> None:
        kind = kinds.get(event["requestId"], "Other")
        made.by_kind[kind] = made.by_kind.get(kind, 0) + int(event["encodedDataLength"])

    page.on("console", lambda message: made.complaints.append(message.text))
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    devtools.on("Network.requestWillBeSent", lambda event: made.addresses.append(event["request"]["url"]))
    devtools.on("Network.responseReceived", answered)
    devtools.on("Network.loadingFinished", finished)
    line.forget()
    answer = page.goto(_base(line) + path, wait_until="load")
    assert answer is not None and answer.status == 200 and urlsplit(page.url).path == path, f"{path} became {page.url}"
    wait_for_silence(page, line)
    devtools.detach()
    made.bytes, made.requests = line.bytes_down, line.requests
    return made


def test_a_cold_visit_is_within_its_budget(
    browser: Browser, line: Line, settled: Settled, lines: list[str], subtests: pytest.Subtests
) -> None:
    for listed in (*NINE, *MORE):
        context = phone(browser, _base(line), settled, listed.reader)
        made = visit(context.new_page(), line, listed.path(settled.world))
        context.close()
        lines.append(row(listed.name, made))
        with subtests.test(listed.name):
            check(listed, made)


def check(listed: Budgeted, made: Visit) -> None:
    assert made.bytes <= min(listed.cold, HARD), made
    for kind, most in KINDS.items():
        assert made.by_kind.get(kind, 0) <= most, made
    assert 0 < made.requests <= REQUESTS, made.addresses
    assert made.hosts == {"localhost"}
    assert "Font" not in made.by_kind
    assert made.complaints == [], "something is in the browser's console"


def test_the_log_page_is_warm_the_second_time(browser: Browser, line: Line, settled: Settled, lines: list[str]) -> None:
    context = phone(browser, _base(line), settled, "contributor")
    page = context.new_page()
    visit(page, line, "/log/")
    made = visit(page, line, "/log/")
    context.close()
    lines.append(row("/log/, warm", made))
    assert made.bytes <= WARM_LOG, made


def row(name: str, made: Visit) -> str:
    """One line of the table."""
    of_kind = [made.by_kind.get(kind, 0) for kind in KINDS]
    other = made.bytes - sum(of_kind)
    return f"{name:28}{made.bytes:>8,}" + "".join(f"{n:>8,}" for n in (*of_kind, other)) + f"{made.requests:>10}"


def _base(line: Line) -> str:
    return f"http://localhost:{line.port}"
