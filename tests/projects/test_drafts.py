"""Work begun without an account: kept on the phone alone, offered to whoever signs in, sent once by their own press.

The pages are the real ones and so is the script; no server stands behind them, so that what is asserted is what one would get.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR
from threading import Event, Thread
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from projects.services import claim_task
from tests.browsers import chromium
from tests.factories import World, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db
JS = Path(settings.BASE_DIR) / "static" / "js"
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Site(ThreadingHTTPServer):
    """What a phone talks to: one page as it was rendered, the script, and `/log/`, which answers as the test says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.path, self.html = "", ""
        self.sent: list[dict[str, list[str]]] = []
        self.answers: list[Answer] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith(".js"):
            # Other scripts of the frame have nothing to do here.
            is_ours = re.search(r"/(drafts|drafts-list)(\.\w+)?\.js$", path)
            self.tell((JS / f"{is_ours[1]}.js").read_bytes() if is_ours else b"", "text/javascript")
        else:
            self.tell((self.server.html if path == self.server.path else f"<main>{path}</main>").encode(), "text/html")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = self.server.answers.pop(0) if self.server.answers else stored
        self.server.sent.append(parse_qs(body, keep_blank_values=True))
        answer(self)

    def tell(self, body: bytes, kind: str = "text/html", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


Answer = Callable[[Handler], None]


def stored(handler: Handler) -> None:
    """The server kept the work and leads to it."""
    handler.send_response(302)
    handler.send_header("Location", "/contributions/1/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def lost(handler: Handler) -> None:
    """Stored perhaps, but nobody hears of it."""
    handler.close_connection = True
    handler.connection.shutdown(SHUT_RDWR)


def page_saying(words: str) -> Answer:
    return lambda handler: handler.tell(f"<main>{words}</main>".encode())


class Phone:
    """One phone: its pages as somebody gets them, and what it sent."""

    def __init__(self, browser: Browser, site: Site, world: World) -> None:
        self.site, self.world = site, world
        site.path, site.sent, site.answers = world.task.get_absolute_url(), [], []
        self.clients: dict[str, Client] = {}
        self.reader = "anonymous"
        self.context: BrowserContext = browser.new_context(viewport={"width": 360, "height": 740})
        self.page = self.window()

    @property
    def path(self) -> str:
        return self.site.path

    @property
    def sent(self) -> list[dict[str, list[str]]]:
        return self.site.sent

    def window(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(8_000)
        return page

    def render(self) -> str:
        """The page as that reader gets it, made here because the site's threads stand outside the test's transaction."""
        if self.reader not in self.clients:
            self.clients[self.reader] = client_of(self.world, self.reader)
        return self.clients[self.reader].get(self.path).content.decode()

    def open(self, reader: str = "", page: Page | None = None) -> Page:
        self.reader = reader or self.reader
        page = page or self.page
        self.site.html = self.render()
        page.goto(self.site.address + self.path)
        return page

    def write(self, page: Page | None = None, note: str = "Labelled ten", minutes: str = "20") -> None:
        page = page or self.page
        page.locator("#d-note").fill(note)
        page.locator("#d-minutes").fill(minutes)
        page.locator("#d-minutes").blur()

    def draft(self) -> dict[str, object] | None:
        text = self.page.evaluate("(task) => localStorage.getItem('guildhub.draft.' + task)", str(self.world.task.pk))
        return json.loads(text) if text else None

    def says(self, words: str, page: Page | None = None) -> None:
        expect((page or self.page).locator("[data-draft-status]")).to_contain_text(words)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as made:
        Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Phone]:
    made = Phone(browser, site, make_world(timezone.now()))
    made.open()
    yield made
    made.context.close()


def test_what_is_written_stays_on_the_phone_through_reloading_and_closing(phone: Phone) -> None:
    phone.write()
    phone.says("Kept on this phone.")
    phone.page.close()
    phone.page = phone.window()
    phone.open()
    assert phone.page.locator("#d-note").input_value() == "Labelled ten"
    assert phone.page.locator("#d-minutes").input_value() == "20"
    assert phone.sent == [], "nothing left the phone"
    held = phone.draft() or {}
    assert "id" not in held, "an entry has no id before somebody sends it"
    assert set(held) == {"minutes", "note", "link", "other_day", "v", "task", "title", "at"}


@pytest.mark.parametrize(
    ("button", "path"), [("Make an account", "/accounts/signup/"), ("Sign in", "/accounts/login/")]
)
def test_both_ways_in_lead_back_to_the_draft(phone: Phone, button: str, path: str) -> None:
    phone.write()
    phone.page.get_by_role("button", name=f"{button} to keep it").click()
    phone.page.wait_for_url(f"**{path}**")
    assert phone.page.url == f"{phone.site.address}{path}?next={phone.path}%23draft"
    assert phone.sent == [] and phone.draft()


def test_a_member_is_offered_it_and_one_press_sends_it_once(phone: Phone) -> None:
    phone.write()
    phone.open("contributor")
    expect(phone.page.get_by_role("heading", name="Begun on this phone")).to_be_visible()
    phone.page.get_by_role("button", name="Log these hours").dblclick()
    phone.page.wait_for_url("**/contributions/1/")
    (sent,) = phone.sent
    assert (sent["note"], sent["minutes"], sent["length"], sent["day"]) == (
        ["Labelled ten"],
        ["20"],
        ["other"],
        ["other"],
    )
    assert sent["task"] == [str(phone.world.task.pk)] and UUID4.fullmatch(sent["client_id"][0])
    assert phone.draft() is None, "kept by somebody, so it is on the phone no more"


def test_without_a_draft_a_member_sees_no_offer(phone: Phone) -> None:
    phone.open("contributor")
    expect(phone.page.locator("#draft")).to_be_hidden()


def test_a_lost_answer_keeps_the_draft_and_asks_again_under_the_same_id(phone: Phone) -> None:
    phone.write()
    phone.site.answers = [lost]
    phone.open("contributor")
    phone.page.get_by_role("button", name="Log these hours").click()
    phone.says("Not sent: no answer")
    assert phone.draft()
    phone.open("contributor")  # reloaded, perhaps days later
    phone.page.get_by_role("button", name="Log these hours").click()
    phone.page.wait_for_url("**/contributions/1/")
    first, second = phone.sent
    assert first["client_id"] == second["client_id"]
    assert {**first, "csrfmiddlewaretoken": []} == {**second, "csrfmiddlewaretoken": []}


def test_two_windows_that_send_make_one_entry(phone: Phone) -> None:
    phone.write()
    go_on = Event()
    wait: Answer = lambda handler: go_on.wait(10) and stored(handler)  # noqa: E731
    phone.site.answers = [wait, wait]
    one, other = phone.open("contributor"), phone.open("contributor", phone.window())
    for page in (one, other):
        page.get_by_role("button", name="Log these hours").click()
    for _ in range(100):
        if len(phone.sent) == 2:
            break
        one.wait_for_timeout(20)
    assert phone.sent[0]["client_id"] == phone.sent[1]["client_id"], "the server counts one id once"
    go_on.set()
    for page in (one, other):  # a window that is closed on its way somewhere may keep the whole browser waiting
        expect(page).not_to_have_url(phone.site.address + phone.path)


def test_what_the_server_does_not_take_is_shown_by_its_own_page_and_stays_here(phone: Phone) -> None:
    phone.write()
    phone.site.answers = [page_saying("Choose the day"), page_saying("Choose the day")]
    phone.open("contributor")
    phone.page.get_by_role("button", name="Log these hours").click()
    expect(phone.page.get_by_text("Choose the day")).to_be_visible()
    assert phone.sent[0]["client_id"] == phone.sent[1]["client_id"]
    phone.open("contributor")
    assert phone.draft()


def test_thrown_away_it_can_be_brought_back_until_one_leaves(phone: Phone) -> None:
    phone.write()
    phone.page.get_by_role("button", name="Throw it away").click()
    phone.says("Thrown away.")
    assert phone.draft() is None and phone.page.locator("#d-note").input_value() == ""
    phone.page.get_by_role("button", name="Bring it back").click()
    assert (phone.draft() or {})["note"] == "Labelled ten"
    assert phone.page.locator("#d-note").input_value() == "Labelled ten"
    phone.page.get_by_role("button", name="Throw it away").click()
    phone.open("contributor")
    expect(phone.page.locator("#draft")).to_be_hidden()


def test_after_a_month_it_is_gone(phone: Phone) -> None:
    phone.write()
    phone.says("Kept")
    task = str(phone.world.task.pk)
    phone.page.evaluate(
        """(key) => { const draft = JSON.parse(localStorage.getItem(key)); draft.at -= 31 * 86400000;
        localStorage.setItem(key, JSON.stringify(draft)); }""",
        f"guildhub.draft.{task}",
    )
    phone.open()
    assert phone.page.locator("#d-note").input_value() == ""
    assert phone.draft() is None


FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
FORBIDDEN = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
)


@pytest.mark.parametrize("trouble", [FULL, FORBIDDEN], ids=["full", "forbidden"])
def test_a_phone_without_room_says_so_and_the_words_come_along(phone: Phone, trouble: str) -> None:
    phone.context.add_init_script(trouble)
    phone.open()
    phone.write()
    phone.says("This phone has no room")
    phone.site.answers = [page_saying("Not sent yet")]
    phone.page.get_by_role("button", name="Sign in to keep it").click()
    expect(phone.page.get_by_text("Not sent yet")).to_be_visible()
    assert phone.sent[0]["note"] == ["Labelled ten"]


def test_a_full_phone_keeps_what_it_had(phone: Phone) -> None:
    phone.write()
    phone.says("Kept")
    phone.page.evaluate(f"void ({FULL})")
    phone.page.locator("#d-note").fill("Labelled eleven")
    phone.says("no room")
    assert (phone.draft() or {})["note"] == "Labelled ten"
    assert phone.page.locator("#d-note").input_value() == "Labelled eleven"


def test_another_window_shows_the_same_draft_and_overwrites_nothing_typed(phone: Phone) -> None:
    other = phone.open(page=phone.window())
    phone.write()
    expect(other.locator("#d-note")).to_have_value("Labelled ten")
    phone.page.get_by_role("button", name="Throw it away").click()
    phone.says("another window", other)


@pytest.mark.parametrize("garbage", ["null", "{", '{"v": 2}', '{"v": 1}', "[1]", '"x"'])
def test_what_else_stands_under_its_name_breaks_nothing(phone: Phone, garbage: str) -> None:
    phone.page.evaluate(
        "([key, text]) => localStorage.setItem(key, text)", [f"guildhub.draft.{phone.world.task.pk}", garbage]
    )
    phone.open()
    phone.write()
    phone.says("Kept")


def test_words_are_words_whatever_they_hold(phone: Phone) -> None:
    evil = '"><img src=x onerror=alert(1)> ‮<script>alert(1)</script>'
    phone.write(note=evil)
    phone.open("contributor")
    assert phone.page.locator("#d-note").input_value() == evil
    assert phone.page.locator("img[src=x]").count() == 0


def test_a_task_that_was_taken_meanwhile_still_offers_the_words(phone: Phone) -> None:
    phone.write()
    claim_task(task=phone.world.task, by=phone.world.reviewer, now=phone.world.now)
    phone.open()
    assert phone.page.locator("#d-note").input_value() == "Labelled ten"
    phone.open("contributor")
    expect(phone.page.get_by_role("button", name="Log these hours")).to_be_visible()


@pytest.mark.parametrize("path", ["/home/", "/log/"])
def test_home_and_the_page_for_hours_list_what_was_begun_here(phone: Phone, path: str) -> None:
    """Of somebody who can't log anything yet; whoever can is kept from nothing by a byte more."""
    phone.write()
    phone.says("Kept")
    old = {"v": 1, "task": "0" * 8, "at": 0, "title": "Long ago"}
    for name, text in (("nonsense", "{"), (f"{'0' * 8}-0000-0000-0000-{'0' * 12}", json.dumps(old))):
        phone.page.evaluate("([key, text]) => localStorage.setItem(key, text)", [f"guildhub.draft.{name}", text])
    phone.site.html = client_of(phone.world, "newcomer").get(path).content.decode()
    there, phone.site.path = phone.path, path
    phone.page.goto(phone.site.address + path)
    expect(phone.page.get_by_role("heading", name="Begun on this phone without an account")).to_be_visible()
    (link,) = phone.page.locator("[data-drafts] a").all()
    assert link.inner_text() == phone.world.task.title
    assert link.get_attribute("href") == f"{there}#draft"
    kept = phone.page.evaluate("Object.keys(localStorage).sort()")
    assert kept == sorted([f"guildhub.draft.{phone.world.task.pk}", "guildhub.draft.nonsense"])


# Without a script ------------------------------------------------------------------------------------------------------


def test_the_form_is_whole_without_a_script(phone: Phone) -> None:
    """The next page keeps the words (core/kept.py), and sent after signing in they are an hour."""
    visitor = Client()
    page = visitor.get(phone.path).content.decode()
    form = page.split('id="draft"')[1].split("</form>")[0]
    values = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    answer = visitor.post(
        "/log/", {**values, "note": "Labelled ten photos", "minutes": "20", "link": "", "to": "signin"}
    )
    assert answer.status_code == 401 and "Labelled ten photos" in answer.content.decode()
    member = client_of(phone.world, "contributor")
    for _ in range(2):
        kept = member.post(
            "/log/", {**values, "note": "Labelled ten photos", "minutes": "20", "link": "", "to": "signin"}
        )
        assert kept.status_code == 302 and "/contributions/" in kept["Location"]
    assert phone.world.contributor.contributions.count() == 1


def test_joining_on_the_way_stays_on_the_task(phone: Phone) -> None:
    newcomer = client_of(phone.world, "newcomer")
    assert 'value="join"' in newcomer.get(phone.path).content.decode()
    assert newcomer.post(phone.path, {"do": "join"})["Location"] == phone.path
    page = newcomer.get(phone.path).content.decode()
    assert 'value="claim"' in page and 'value="join"' not in page
    assert newcomer.post(phone.path, {"do": "join"}).status_code == 302, "twice is once"
