"""Signing in, logging, the answer, points and inbox in Urdu and in Hindi: words of the language, numbers before their units."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page, expect

from accounts.services import save_profile
from contributions.models import Contribution
from contributions.services import approve_contribution
from core.deliveries import consumers_with_due_events, deliver_until_empty
from tests.accounts.door.people import mailed_code
from tests.browsers import chromium
from tests.factories import World, make_world, verify_email

pytestmark = pytest.mark.django_db(transaction=True)

#: Words of a page that are its language's own: not what people wrote, nor names, codes, addresses and moments.
_WORDS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const around = node.parentElement;
    if (around.closest("bdi, body [lang], [dir=auto], code, option, script, style, .amount")) continue;
    if (!around.checkVisibility()) continue;
    found.push(node.data.trim());
  }
  return found.filter(Boolean);
}"""
#: The left edges of two parts of the first text that holds both.
_EDGES = """([first, second]) => {
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const at = node.data.indexOf(first), then = node.data.indexOf(second, at + first.length);
    if (at < 0 || then < 0 || !node.parentElement.checkVisibility()) continue;
    return [[at, first.length], [then, second.length]].map(([start, length]) => {
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, start + length);
      return range.getBoundingClientRect().left;
    });
  }
  return null;
}"""
#: Latin words that a page in another script may say: units and names that stay what they are.
_NAMES = {"REP", "PTS", "guildhub", "API", "CSV", "h", "min", "Village", "ID", "Gitea"}
_SCRIPT = {"ur": re.compile(r"[\u0600-\u06ff]"), "hi": re.compile(r"[\u0900-\u097f]")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def world(transactional_db: None) -> World:
    world = make_world(timezone.now())
    verify_email(world.contributor)
    save_profile(subject=world.contributor, display_name="Asha", handle="asha")
    return world


def say(text: str, language: str) -> str:
    """A text of guildhub in that language; it is a fault when there is none."""
    with translation.override(language):
        said = translation.gettext(text)
    assert said != text, f"{text!r} is not translated into {language}"
    return said


class Reader:
    """Somebody whose browser asks for one language."""

    def __init__(self, browser: Browser, address: str, language: str) -> None:
        self.address, self.language = address, language
        self.context = browser.new_context(viewport={"width": 360, "height": 740}, locale=language)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)

    def go(self, path: str) -> None:
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.ok, path
        self.check()

    def check(self) -> None:
        """The page is in the language, from the right where it should be, and nothing of it is left in English."""
        html = self.page.locator("html")
        expect(html).to_have_attribute("lang", self.language)
        expect(html).to_have_attribute("dir", "rtl" if self.language == "ur" else "ltr")
        words: list[str] = self.page.evaluate(_WORDS)
        assert any(_SCRIPT[self.language].search(text) for text in words)
        latin = {word for text in words for word in re.findall(r"[A-Za-z]{2,}", text)} - _NAMES
        assert latin == set(), f"left in English on {self.page.url}: {latin}"

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=say(text, self.language), exact=True).first.click()

    def edges(self, first: str, second: str) -> list[float]:
        """Where these two begin on the page, from its left."""
        found: list[float] | None = self.page.evaluate(_EDGES, [first, second])
        assert found is not None, f"{first!r} before {second!r} is nowhere on {self.page.url}"
        return found

    def is_read_first(self, number: str, unit: str) -> bool:
        """Whether the number stands before its unit as this language is read."""
        at, then = self.edges(number, unit)
        return at > then if self.language == "ur" else at < then


@pytest.mark.parametrize("language", ["ur", "hi"])
def test_the_core_flow_in_their_language(browser: Browser, live_server: object, world: World, language: str) -> None:
    reader = Reader(browser, str(live_server), language)
    hour, minute = (say(text, language).rpartition("s ")[2] for text in ("%(hours)s h", "%(minutes)s min"))

    mail.outbox.clear()
    reader.go("/accounts/login/")
    reader.page.get_by_label(say("E-mail address", language)).fill(world.contributor.user.email)
    reader.press("Send me a code")
    reader.page.wait_for_url(re.compile("/confirm/"))
    reader.check()
    assert _SCRIPT[language].search(str(mail.outbox[0].body)), "the mail is in the language, too"
    reader.page.get_by_label(say("Code", language)).first.fill(mailed_code())
    reader.page.locator("main form button").first.click()
    reader.page.wait_for_url(re.compile("/home/"))
    reader.check()

    reader.go("/log/")
    reader.page.locator("[name=task]").select_option(str(world.open_work.pk))
    reader.page.locator("[name=length][value='other']").check()
    reader.page.locator("[name=minutes]").fill("90")
    reader.page.locator("details.field summary").click()
    reader.page.locator("[name=note]").fill("Walked along the dyke and counted.")
    reader.press("Log it")
    expect(reader.page.locator("[data-rows] li")).to_contain_text(say("sent", language))
    reader.page.locator("[data-rows] a").first.click()
    reader.page.wait_for_url(re.compile("/contributions/"))
    reader.check()
    entry = Contribution.objects.get()
    assert reader.is_read_first("1", hour) and reader.is_read_first("30", minute)

    approve_contribution(contribution=entry, by=world.reviewer, rubric=4, minutes=90, now=timezone.now())
    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())
    reader.go(entry.get_absolute_url())
    expect(reader.page.get_by_role("main")).to_contain_text(say("approved", language))
    reader.go("/me/points/")
    earned = reader.page.locator("main .amount", has_text="+").first.inner_text()
    sign, digits = earned[0], earned[1:3]
    assert digits.isdigit() and reader.edges(sign, digits) == sorted(reader.edges(sign, digits)), "+12 is never 12+"
    reader.go("/inbox/")
    assert reader.is_read_first("1", hour)
    reader.go("/me/hours/")
    reader.context.close()
