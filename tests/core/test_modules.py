"""The small scripts in a real browser: the review queue by keyboard, a progress bar. Hours: tests/journeys/test_offline.py.

No server: every request of the page is answered here, and what is asserted is what a server would get.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, sync_playwright

JS = Path(settings.BASE_DIR) / "static" / "js"
SITE = "http://guild.test"

ITEM = """
<li data-item id="item{n}">
  <label><input type="checkbox" data-tick form="bulk" name="chosen" value="{n}">tick</label>
  <a data-open href="/piece/{n}">open</a>
  <form method="post" action="/review/{n}">
    <input type="radio" data-rating name="rubric" value="2">
    <input type="radio" data-rating name="rubric" value="4">
    <button data-key="a" name="verdict" value="approve">Approve</button>
    <details><summary>Return</summary><textarea name="why"></textarea>
      <button data-key="r" name="verdict" value="return">Return</button></details>
  </form>
</li>"""
QUEUE = (
    '<form id="bulk" method="post" action="/bulk"></form>'
    '<div data-keys hidden><input type="checkbox" data-keys-switch></div>'
    f"<ol data-queue>{ITEM.format(n=1)}{ITEM.format(n=2)}{ITEM.format(n=3)}</ol>"
    '<div data-bulk="bulk"><span data-bulk-count></span><button form="bulk">Approve ticked</button></div>'
)
PROGRESS = (
    '<div data-progress="/progress"><progress></progress><p data-progress-text></p>'
    '<p data-progress-manual><a href="/">See now</a></p></div>'
)


class Site:
    """A page with one module on it, and the list of what it sent."""

    def __init__(self, page: Page, body: str, module: str) -> None:
        self.page, self.body, self.module = page, body, module
        self.sent: list[tuple[str, dict[str, list[str]]]] = []
        self.answers: list[dict[str, object]] = []
        page.route("**/*", self.answer)

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/js/"):
            route.fulfill(content_type="text/javascript", body=(JS / path.removeprefix("/js/")).read_text("utf-8"))
        elif path == "/progress":
            route.fulfill(content_type="application/json", body=json.dumps(self.answers.pop(0)))
        elif path == "/":
            script = f'<script type="module" src="/js/{self.module}"></script>'
            route.fulfill(content_type="text/html", body=f"<!doctype html><body>{self.body}{script}")
        else:
            self.sent.append((path, parse_qs(route.request.post_data or "")))
            route.fulfill(status=204)  # the browser stays on the page, as if the answer had been lost

    def wait_for_sent(self, count: int) -> None:
        """Let the browser go on until it has sent `count` requests; then the assertion speaks."""
        for _ in range(200):
            if len(self.sent) >= count:
                return
            self.page.wait_for_timeout(10)

    def open(self) -> Page:
        self.page.goto(SITE + "/")
        return self.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def current(page: Page) -> str | None:
    return page.locator("[data-item][aria-current]").get_attribute("id")


class TestReview:
    """js/review.js over the markup it names."""

    @pytest.fixture
    def site(self, page: Page) -> Site:
        site = Site(page, QUEUE, "review.js")
        site.open()
        return site

    def test_j_and_k_walk_the_queue_and_stop_at_its_ends(self, site: Site) -> None:
        seen = []
        for key in "jjjjkkk":
            site.page.keyboard.press(key)
            seen.append(current(site.page))
        assert seen == ["item1", "item2", "item3", "item3", "item2", "item1", "item1"]

    def test_a_rating_and_a_send_the_current_items_form(self, site: Site) -> None:
        for key in ("j", "j", "4", "a"):
            site.page.keyboard.press(key)
        site.wait_for_sent(1)
        assert site.sent == [("/review/2", {"rubric": ["4"], "verdict": ["approve"]})]

    def test_r_asks_for_the_reason_first_and_letters_in_it_are_only_letters(self, site: Site) -> None:
        for key in ("j", "r"):
            site.page.keyboard.press(key)
        assert site.sent == []
        site.page.keyboard.type("a jar")
        site.page.keyboard.press("Escape")
        site.page.keyboard.press("r")
        site.wait_for_sent(1)
        assert site.sent == [("/review/1", {"why": ["a jar"], "verdict": ["return"]})]

    def test_ticks_are_counted_and_sent_together(self, site: Site) -> None:
        button = site.page.get_by_role("button", name="Approve ticked")
        assert button.is_disabled()
        for key in ("j", "x", "j", "j", "x"):
            site.page.keyboard.press(key)
        assert site.page.locator("[data-bulk-count]").inner_text() == "2"
        button.click()
        site.wait_for_sent(1)
        assert site.sent == [("/bulk", {"chosen": ["1", "3"]})]

    def test_enter_opens_the_work(self, site: Site) -> None:
        site.page.keyboard.press("j")
        site.page.keyboard.press("Enter")
        site.wait_for_sent(1)
        assert site.sent == [("/piece/1", {})]

    def test_the_keys_can_be_switched_off_and_stay_off(self, site: Site) -> None:
        site.page.locator("[data-keys-switch]").uncheck()
        site.open()
        site.page.keyboard.press("j")
        assert site.page.locator("[data-item][aria-current]").count() == 0
        assert not site.page.locator("[data-keys-switch]").is_checked()


class TestProgress:
    """js/progress.js: asks until the job is finished, then goes on."""

    def test_it_moves_the_bar_says_where_it_is_and_goes_on(self, page: Page) -> None:
        site = Site(page, PROGRESS, "progress.js")
        site.answers = [
            {"done": 400, "total": 3279, "message": "Reading commits", "finished": False},
            {"done": 3279, "total": 3279, "message": "Done", "finished": True, "next": "/preview/"},
        ]
        page.clock.install()
        site.open()
        page.clock.run_for(2100)
        page.get_by_text("Reading commits").wait_for()
        assert page.locator("progress").evaluate("bar => bar.value / bar.max") == pytest.approx(400 / 3279)
        assert page.locator("[data-progress-manual]").is_hidden()
        page.clock.run_for(2100)
        site.wait_for_sent(1)
        assert [path for path, _fields in site.sent] == ["/preview/"]
