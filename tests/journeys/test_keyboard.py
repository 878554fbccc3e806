"""By keyboard alone: from the landing page to an approved hour, with the focus in sight at every stop, and no way that ends.

Nothing here clicks or puts the focus anywhere: Tab, Shift+Tab, Enter, Space, arrows and letters are all there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Profile, Subject
from contributions.models import Contribution
from contributions.services import post_due_verdicts
from tests.browsers import chromium
from tests.factories import World, make_task, make_world, verify_email

pytestmark = pytest.mark.django_db(transaction=True)

#: More stops than any page here has.
FAR = 150

#: What has the focus: its words, and whether somebody who looks can tell. The ring may be drawn by the thing itself, by the
#: label around it (chips), or by a border and a ground of their own (an item of the queue). Nothing may lie above it.
_STOP = """() => {
  const stop = document.activeElement;
  if (!stop || stop === document.body || stop === document.documentElement) return null;
  const label = stop.labels?.[0];
  const shows = (part) => {
    const style = part && getComputedStyle(part);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const isDrawn = shows(stop) || shows(label);
  const isMarked = stop.matches("[data-item][aria-current]");
  const isMessage = stop.matches("main, [role=alert]") && stop.tabIndex === -1;
  let box = stop.getBoundingClientRect();
  if (label && box.width < 24) box = label.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 40), 1), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 24), 1), innerHeight - 1);
  const isInSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const above = document.elementFromPoint(x, y);
  const isFree = !above || stop.contains(above) || above.contains(stop) || Boolean(label?.contains(above));
  const words = (stop.getAttribute("aria-label") ?? "") || (label ? label.textContent : "") || stop.textContent || "";
  return {
    tag: stop.localName, type: stop.getAttribute("type") ?? "", name: stop.getAttribute("name") ?? "", id: stop.id,
    words: words.trim().replace(/\\s+/g, " "), value: stop.value ?? "",
    complaint: [
      !(isDrawn || isMarked || isMessage) && "no ring",
      !isInSight && "out of sight",
      !isFree && `below ${above.className || above.localName}`,
    ].filter(Boolean).join(", "),
  };
}"""


class Walker:
    """Somebody who has no mouse. Each stop is looked at before anything is pressed on it."""

    def __init__(self, browser: Browser, address: str, *, width: int = 360, **options: Any) -> None:
        self.address = address
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 740}, locale="en", reduced_motion="reduce", **options
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.keys = 0
        self.unseen: list[str] = []

    def key(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)
            self.keys += 1

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def stop(self) -> dict[str, str]:
        """Where the focus is; empty when it is nowhere. What can't be seen is remembered as a fault."""
        found: dict[str, str] = self.page.evaluate(_STOP) or {}
        if found.get("complaint"):
            self.unseen.append(
                f"{self.page.url.removeprefix(self.address)}: {found['complaint']}: {found['words'][:50]}"
            )
        return found

    def to(self, pattern: str, tag: str = "", back: bool = False) -> dict[str, str]:
        """Tab on until something with these words has the focus."""
        passed = []
        for _step in range(FAR):
            self.key("Shift+Tab" if back else "Tab")
            here = self.stop()
            passed.append(here.get("words", "")[:20])
            if here and re.search(pattern, here["words"], re.IGNORECASE) and tag in ("", here["tag"]):
                return here
        raise AssertionError(f"no way to “{pattern}” on {self.page.url}: {passed}")

    def follow(self, pattern: str, tag: str = "", at: str = "") -> None:
        """Go there and press Enter; `at` is the address that it leads to."""
        self.to(pattern, tag)
        self.key("Enter")
        if at:
            self.page.wait_for_url(re.compile(at))
            self.page.wait_for_load_state()

    def enter_by_code(self, email: str) -> None:
        mail.outbox.clear()
        self.to("e-mail", "input")
        self.type(email)
        self.key("Enter")
        field = self.page.get_by_label(re.compile("code", re.IGNORECASE)).first
        field.wait_for()
        code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(mail.outbox[0].body), re.MULTILINE)
        assert code, mail.outbox[0].body
        if self.stop().get("tag") != "input":
            self.to("code", "input")
        self.type(code[1])
        self.key("Enter")

    def every_stop(self) -> list[str]:
        """All stops of the page from its top to its end, and the same number of them back again: no trap."""
        self.page.evaluate("document.activeElement?.blur?.(), scrollTo(0, 0)")
        forth = self._walk("Tab")
        back = self._walk("Shift+Tab")
        assert len(back) == len(forth), (forth, back)
        return forth

    def _walk(self, key: str) -> list[str]:
        stops: list[str] = []
        for _step in range(FAR):
            self.key(key)
            here = self.stop()
            if not here:
                return stops
            stops.append(f"{here['tag']} {here['words'][:40]}")
        raise AssertionError(f"no end on {self.page.url}: {stops[-12:]}")

    def sees(self, words: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(re.compile(words), timeout=15_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def world() -> World:
    """An open guild with a task to begin with, and two people who have names."""
    world = make_world(timezone.now() - timedelta(days=1))
    for person, name in ((world.maintainer, "Maintainer"), (world.reviewer, "Reviewer")):
        Profile.objects.update_or_create(subject=person, defaults={"display_name": name})
    make_task(world, world.maintainer, world.now, title="Check ten place names", role="translation",
              estimate_minutes=20, is_starter=True)  # fmt: skip
    return world


def signed_in(walker: Walker, person: Subject) -> None:
    client = Client()
    client.force_login(person.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    walker.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": walker.address}])


def test_from_the_landing_page_to_an_approved_hour(browser: Browser, live_server: object, world: World) -> None:
    new = Walker(browser, str(live_server))
    new.page.goto(new.address + "/")
    assert new.to("", "a")["words"] == "Skip to the content"
    new.key("Enter")
    assert new.stop()["tag"] == "main"
    new.follow("Find something to do", at="/welcome/$")

    new.to("Translation")
    new.key("Space")
    new.follow("Go on", "button", at="/welcome/where/")
    new.to("Your place")
    new.type("Majuli")
    new.follow("Go on", "button", at="/welcome/time/")
    new.to(r"\d")
    new.key("ArrowDown")
    new.follow("Show me tasks", at="/welcome/tasks/")
    new.follow("Check ten place names", "a", at="/tasks/[0-9a-f-]+/$")
    # The menu opens and closes by keyboard, and gives the focus back to its button.
    new.to("^Menu$", "button")
    new.key("Enter")
    new.to("^Problems", "a")
    new.key("Escape")
    assert new.stop()["words"] == "Menu"
    # An account by a mailed code, which brings them back to the task; the words begun before come along.
    new.to("What did you do", "textarea")
    new.type("Checked ten names with my aunt.")
    new.follow("^Make an account to keep it", "button", at="/accounts/signup/")
    new.enter_by_code("new@example.org")
    new.page.wait_for_url(re.compile("/tasks/.*#draft"))
    new.follow("^Join", "button")
    new.sees("You belong to")
    new.follow("^Take this task", "button")
    new.sees("Log hours on it")
    new.follow("Log hours on it", "a", at="/log/")
    new.to("½ h|1 h", "input")
    new.key("ArrowRight", "ArrowLeft")
    new.to("^Add a note", "summary")
    new.key("Enter")
    new.to("", "textarea")
    new.type("Checked ten names with my aunt.")
    new.follow("^Log it", "button")
    new.sees("Sent. It waits for a review")
    assert new.stop(), "after the press the focus is somewhere"
    assert new.unseen == []
    work = Contribution.objects.get()
    assert work.state == "submitted"

    # The second person, on a laptop, by plain tabulator: neither j nor a.
    verify_email(world.reviewer)
    reviewer = Walker(browser, str(live_server), width=1280)
    reviewer.page.goto(reviewer.address + "/accounts/login/?next=/review/")
    reviewer.enter_by_code(world.reviewer.user.email)
    reviewer.page.wait_for_url(re.compile("/review/"))
    reviewer.to("^1: |^1:|^1", "input")
    reviewer.key("ArrowRight", "ArrowRight", "ArrowRight")
    assert reviewer.stop()["value"] in ("4", "3")
    reviewer.follow("^Approve", "button")
    reviewer.page.wait_for_load_state()
    expect(reviewer.page.get_by_role("heading", name="The queue is empty")).to_be_visible()
    assert reviewer.unseen == []
    assert post_due_verdicts(now=timezone.now() + timedelta(minutes=2)) == 1
    work.refresh_from_db()
    assert work.state == "approved"
    for walker in (new, reviewer):
        walker.context.close()
