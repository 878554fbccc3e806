"""Hours on a dead line, in a real browser before a real server: nothing is lost, and nothing counts twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Subject
from contributions.models import Contribution
from contributions.models.contribution import Need
from contributions.services import LoggedHours, log_hours
from guilds.services import join_guild
from projects.services import claim_task
from tests.browsers import chromium
from tests.factories import World, make_task, make_world
from tests.journeys.lines import Line, line_to

#: The machine of the tests may be busy; a limit only ends a hopeless wait.
expect.set_options(timeout=15_000)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def line(live_server: object) -> Iterator[Line]:
    with line_to(str(live_server)) as made:
        yield made


@pytest.fixture
def world() -> World:
    world = make_world(timezone.now() - timedelta(days=1))
    join_guild(guild=world.guild, by=world.newcomer, now=world.now)
    return world


class Phone:
    """One phone on one line; whoever is signed in on it may change."""

    def __init__(self, browser: Browser, line: Line, person: Subject) -> None:
        self.line = line
        self.context: BrowserContext = browser.new_context(locale="en", viewport={"width": 360, "height": 740})
        self.sign_in(person)
        self.page = self.new_page()
        self.open("/log/")
        self.until("navigator.serviceWorker.controller !== null")

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        return page

    def until(self, script: str) -> None:
        """Wait for a promise of truth. The pages' policy forbids Playwright's own way, which makes code from text."""
        for _ in range(300):
            if self.page.evaluate(script):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(script)

    def sign_in(self, person: Subject) -> None:
        client = Client()
        client.force_login(person.user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.line.address}])

    def open(self, path: str, page: Page | None = None) -> None:
        (page or self.page).goto(self.line.address + path)

    def cut(self) -> None:
        self.line.is_cut = True
        self.context.set_offline(True)

    def mend(self) -> None:
        self.line.is_cut = False
        self.context.set_offline(False)

    def log(self, note: str = "", length: str = "1 h", page: Page | None = None) -> None:
        page = page or self.page
        page.locator("form .chips label", has_text=length).first.click()
        if note:
            if not page.get_by_label("What did you do?").is_visible():
                page.locator("summary", has_text="Add a note").click()
            page.get_by_label("What did you do?").fill(note)
        page.get_by_role("button", name="Log it").click()

    def rows(self, state: str, count: int, page: Page | None = None) -> None:
        """The list shows so many entries in that state."""
        page = page or self.page
        found = page.locator("[data-rows] > li", has=page.get_by_text(state, exact=True))
        expect(found).to_have_count(count)

    def said(self, words: str) -> None:
        expect(self.page.locator("[data-said]").first).to_contain_text(words)

    def lost(self, count: int) -> None:
        """So many answers of the server never arrived; before that, the line may not change."""
        for _ in range(300):
            if self.line.lost >= count:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{self.line.lost} answers lost")

    def ready(self) -> None:
        """The button takes another tap."""
        expect(self.page.get_by_role("button", name="Log it")).not_to_have_attribute("aria-disabled", "true")

    def put(self, entries: list[dict[str, object]]) -> None:
        """Entries that were typed before, as the form would have kept them."""
        self.page.evaluate(
            """async (entries) => {
                const { newId, save } = await import("/static/js/outbox.js");
                const user = document.querySelector("[data-outbox]").dataset.user;
                let made_at = Date.now();
                for (const entry of entries)
                    await save({ client_id: newId(), user, title: "T", started: "", note: "", link: "", made_at: made_at++,
                        rev: 1, state: "waiting", ...entry });
            }""",
            entries,
        )

    def cached(self) -> list[str]:
        """Every text that the service worker or a page put aside."""
        found: list[str] = self.page.evaluate(
            """async () => {
                const kept = [];
                for (const name of await caches.keys()) {
                    const cache = await caches.open(name);
                    for (const request of await cache.keys()) kept.push(request.url + await (await cache.match(request)).text());
                }
                return kept;
            }"""
        )
        return found

    def kept(self) -> list[dict[str, object]]:
        """What IndexedDB holds."""
        found: list[dict[str, object]] = self.page.evaluate('async () => (await import("/static/js/outbox.js")).all()')
        return found


@pytest.fixture
def phone(browser: Browser, line: Line, world: World) -> Iterator[Phone]:
    made = Phone(browser, line, world.contributor)
    yield made
    made.context.close()


def stored() -> list[tuple[str, int]]:
    works = Contribution.objects.order_by("pk").prefetch_related("entries")
    return [(work.state, sum(entry.minutes for entry in work.entries.all())) for work in works]


def test_two_taps_then_it_is_sent_and_undone(phone: Phone) -> None:
    phone.page.get_by_role("button", name="Log it").click()
    phone.said("Sent. It waits for a review.")
    phone.rows("sent", 1)
    expect(phone.page.locator("[data-part=length]")).to_have_text("1 h")
    assert stored() == [("submitted", 60)]
    phone.page.get_by_role("button", name="Undo").click()
    phone.said("Taken back.")
    phone.rows("sent", 0)
    assert stored() == [("withdrawn", 60)]


def test_nothing_waits_is_never_said_of_hours_that_do(phone: Phone) -> None:
    """A slow phone may take seconds to open what it keeps; until then the list says nothing at all."""
    phone.cut()
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    phone.page.add_init_script(
        """const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...asked) {
            const slow = {}, real = open.apply(this, asked);
            real.onupgradeneeded = (event) => slow.onupgradeneeded?.(event);
            real.onsuccess = () => setTimeout(() => { slow.result = real.result; slow.onsuccess(); }, 1500);
            return slow;
        };
        globalThis.said = [];
        setInterval(() => {
            const outbox = document.querySelector("[data-outbox]");
            if (outbox && !outbox.hidden) said.push(outbox.querySelector("[data-count]").textContent);
        }, 20);"""
    )
    phone.page.reload()
    phone.rows("on this phone", 1)
    phone.until("said.length > 5")
    assert phone.page.evaluate("[...new Set(said)]") == ["Waiting on this phone: 1"]


def test_a_longer_hour_without_a_note_says_what_it_needs(phone: Phone) -> None:
    phone.log(length="2 h")
    phone.said("It needs one thing from you.")
    phone.rows("needs one thing from you", 1)
    expect(phone.page.get_by_text(str(Need.EVIDENCE.label))).to_be_visible()
    assert stored() == [("draft", 120)]


def test_saved_offline_reloaded_offline_and_sent_once_when_the_line_is_back(phone: Phone) -> None:
    phone.cut()
    phone.log("Counted the boats")
    phone.said("There is no connection now")
    phone.rows("on this phone", 1)
    phone.page.reload()
    phone.rows("on this phone", 1)
    expect(phone.page.get_by_label("Task")).to_contain_text("Open work")
    phone.log("Measured the bridge")
    phone.rows("on this phone", 2)
    phone.open("/problems/")
    expect(phone.page.get_by_role("heading", name="No connection")).to_be_visible()
    phone.rows("on this phone", 2)
    assert stored() == []
    phone.mend()
    phone.rows("sent", 2)
    phone.open("/me/hours/")
    expect(phone.page.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert stored() == [("submitted", 60)] * 2
    assert phone.line.count("POST /log/outbox/") == 1


def test_an_answer_lost_after_the_server_stored_it_leaves_one_row_and_a_change_is_shown_beside_it(phone: Phone) -> None:
    phone.line.loses = "POST /log/outbox/"
    phone.log("Counted the boats")
    phone.said("There is no connection now")
    assert stored() == [("submitted", 60)]
    phone.ready()
    # Before the phone hears that it is stored, its person changes it: two versions of one entry.
    phone.page.get_by_role("button", name="Change").click()
    phone.page.locator("form .chips label", has_text="½ h").click()
    phone.line.loses = ""
    phone.page.get_by_role("button", name="Log it").click()
    phone.rows("needs one thing from you", 1)
    row = phone.page.locator("[data-rows] > li")
    expect(row).to_contain_text("Another version of this entry was stored before.")
    expect(row).to_contain_text("Stored before: 1 h")
    expect(row).to_contain_text("30 min")
    assert stored() == [("submitted", 60)]
    row.get_by_role("button", name="Log this one as well").click()
    phone.rows("sent", 1)
    assert stored() == [("submitted", 60), ("submitted", 30)]


def test_the_same_answer_lost_twice_is_one_row(phone: Phone) -> None:
    phone.line.loses = "POST /log/outbox/"
    phone.log()
    phone.said("There is no connection now")
    phone.page.reload()
    phone.lost(2)
    phone.rows("on this phone", 1)
    phone.line.loses = ""
    phone.page.reload()
    phone.rows("sent", 1)
    assert stored() == [("submitted", 60)] and phone.line.count("POST /log/outbox/") >= 3


def test_on_a_shared_phone_nobody_sees_or_sends_what_another_wrote(phone: Phone, world: World) -> None:
    phone.line.stops = "POST /log/outbox/"  # it does not get out before they sign out
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    phone.open("/home/")
    phone.page.get_by_role("button", name="Menu").click()
    phone.page.locator("summary", has_text="You").click()
    phone.page.get_by_role("button", name="Sign out").click()
    phone.page.wait_for_url(phone.line.address + "/")
    phone.until("caches.has('guildhub-person').then((kept) => !kept)")
    phone.line.stops = ""
    phone.page.reload()  # keeps the page without a connection anew, for nobody
    phone.until("caches.match('/offline/').then(Boolean)")
    for theirs in (str(world.contributor.pk), "Counted the boats", world.open_work.title):
        assert not any(theirs in text for text in phone.cached())
    # Without a connection the form does not open for whoever comes now, and shows nothing of theirs.
    phone.cut()
    phone.open("/log/")
    expect(phone.page.get_by_text("Nobody has opened “Log hours” on this phone")).to_be_visible()
    expect(phone.page.get_by_text("Hours of somebody else wait on this phone")).to_be_visible()
    expect(phone.page.get_by_text("Counted the boats")).to_have_count(0)
    phone.mend()
    phone.sign_in(world.newcomer)
    phone.open("/log/")
    expect(phone.page.get_by_text("Hours of somebody else wait on this phone")).to_be_visible()
    phone.rows("on this phone", 0)
    phone.log("Mine")
    phone.rows("sent", 1)
    assert list(Contribution.objects.values_list("subject", "note")) == [(world.newcomer.pk, "Mine")]
    phone.sign_in(world.contributor)
    phone.open("/log/")
    phone.rows("sent", 1)
    assert Contribution.objects.get(subject=world.contributor).note == "Counted the boats"
    assert Contribution.objects.count() == 2


def test_a_page_out_of_the_browsers_memory_shows_nothing_of_who_signed_out(phone: Phone, world: World) -> None:
    phone.line.stops = "POST /log/outbox/"
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    phone.sign_in(world.newcomer)  # in another window
    phone.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    phone.rows("on this phone", 0)
    expect(phone.page.get_by_text("Hours of somebody else wait on this phone")).to_be_visible()
    # Without a connection the phone's own memory says who is here, and signing out took that away.
    phone.line.stops = "POST /log/outbox/"
    phone.log("Measured the bridge")
    phone.rows("on this phone", 1)
    phone.page.evaluate("caches.delete('guildhub-person')")
    phone.cut()
    phone.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(phone.page.get_by_text("Nobody has opened “Log hours” on this phone")).to_be_visible()
    expect(phone.page.get_by_text("Measured the bridge")).to_have_count(0)


def test_a_sign_in_that_ended_keeps_the_queue(phone: Phone, world: World) -> None:
    phone.context.clear_cookies()
    phone.log("Counted the boats")
    phone.said("Sign in, and it is sent.")
    phone.rows("on this phone", 1)
    phone.sign_in(world.contributor)
    phone.open("/home/")  # any page of theirs sends it
    for _ in range(300):
        if stored():
            break
        phone.page.wait_for_timeout(50)
    assert stored() == [("submitted", 60)]


def test_an_old_token_is_renewed_and_a_sign_in_that_ends_between_two_parcels_keeps_the_second(
    phone: Phone, world: World
) -> None:
    entry: dict[str, object] = {"task": str(world.open_work.pk), "minutes": 30}
    phone.cut()
    phone.put([{**entry, "day": timezone.localdate().isoformat()} for _ in range(30)])
    parcels: list[str] = []

    def spoil(asked: str, headers: dict[str, str]) -> None:
        if len(parcels) == 2:  # the first parcel arrived; from here on nobody is signed in
            headers["Cookie"] = headers["Cookie"].replace(settings.SESSION_COOKIE_NAME, "none")
        if asked == "POST /log/outbox/":
            parcels.append(asked)
            if len(parcels) == 1:
                headers["X-CSRFToken"] = "x" * 64

    phone.line.spoil = spoil
    phone.mend()
    phone.said("Sign in, and it is sent.")
    assert len(stored()) == 25
    phone.line.spoil = lambda asked, headers: None
    phone.page.reload()
    expect(phone.page.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert stored() == [("submitted", 30)] * 30 and len(parcels) == 3


def test_an_entry_the_server_fails_at_holds_up_no_other(
    phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_at_one(*, note: str, **rest: object) -> LoggedHours:
        if note == "Poison":
            raise RuntimeError("a fault of the server")
        return log_hours(note=note, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("contributions.services.outbox.log_hours", fail_at_one)
    entry: dict[str, object] = {"task": str(world.open_work.pk), "minutes": 30, "day": timezone.localdate().isoformat()}
    phone.cut()
    phone.put([{**entry, "note": "Poison" if n == 3 else f"Work {n}"} for n in range(12)])
    phone.mend()
    phone.rows("sent", 11)
    phone.rows("on this phone", 1)
    assert len(stored()) == 11
    # Mended, it is sent like any other.
    monkeypatch.undo()
    phone.page.reload()
    phone.rows("sent", 12)
    assert len(stored()) == 12


def test_a_server_that_fails_at_everything_is_not_asked_over_and_over(
    phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**rest: object) -> None:
        raise RuntimeError("a fault of the server")

    monkeypatch.setattr("contributions.services.outbox.log_hours", fail)
    entry: dict[str, object] = {"task": str(world.open_work.pk), "minutes": 30, "day": timezone.localdate().isoformat()}
    phone.cut()
    phone.put([entry] * 60)
    phone.mend()
    phone.said("There is no connection now")
    phone.rows("on this phone", 60)
    assert phone.line.count("POST /log/outbox/") <= 10 and stored() == []


def test_two_hundred_kept_entries_of_which_twenty_break_a_rule(phone: Phone, world: World) -> None:
    theirs = claim_task(task=make_task(world, world.maintainer, world.now), by=world.reviewer, now=world.now)
    today = timezone.localdate()
    entry = {"task": str(world.open_work.pk), "minutes": 30}
    good = [{**entry, "day": (today - timedelta(days=n % 30)).isoformat()} for n in range(179)]
    bad: list[dict[str, object]] = []
    for n in range(5):
        day = (today - timedelta(days=40 + n)).isoformat()
        bad.append({**entry, "day": (today + timedelta(days=2 + n)).isoformat()})
        bad.append({**entry, "day": day, "minutes": 200})
        bad.append({**entry, "day": day, "task": str(theirs.pk)})
    full = (today - timedelta(days=60)).isoformat()
    bad += [{**entry, "day": full, "minutes": 900, "note": "A long day"}]
    bad += [{**entry, "day": full, "minutes": 90, "note": "The same day"} for _ in range(5)]
    phone.cut()
    phone.put(good + bad)
    expect(phone.page.get_by_text("Waiting on this phone: 200")).to_be_visible()
    phone.mend()
    expect(phone.page.get_by_text("Nothing waits on this phone.")).to_be_visible(timeout=120_000)
    assert Contribution.objects.count() == 200
    needs = Counter(Contribution.objects.filter(state="draft").values_list("need", flat=True))
    assert needs == {Need.FUTURE: 5, Need.EVIDENCE: 5, Need.TASK_TAKEN: 5, Need.DAY_FULL: 5}
    assert Contribution.objects.filter(state="submitted").count() == 180
    phone.rows("needs one thing from you", 20)
    assert phone.line.count("POST /log/outbox/") == 8


def test_two_windows_send_each_entry_once(phone: Phone) -> None:
    phone.cut()
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    phone.ready()
    phone.log("Measured the bridge")
    phone.rows("on this phone", 2)
    other = phone.new_page()
    phone.open("/log/", other)
    phone.rows("on this phone", 2, other)
    phone.mend()
    phone.rows("sent", 2)
    phone.rows("sent", 2, other)
    assert stored() == [("submitted", 60)] * 2
    assert phone.line.count("POST /log/outbox/") == 1


def test_what_is_still_on_the_phone_can_be_changed_discarded_and_put_back(phone: Phone) -> None:
    phone.cut()
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    phone.ready()
    phone.page.get_by_role("button", name="Change").click()
    expect(phone.page.get_by_label("What did you do?")).to_have_value("Counted the boats")
    phone.log(length="½ h")
    phone.rows("on this phone", 1)
    phone.ready()
    phone.page.get_by_role("button", name="Discard").click()
    phone.rows("on this phone", 0)
    phone.page.get_by_role("button", name="Put it back").click()
    phone.rows("on this phone", 1)
    phone.mend()
    phone.rows("sent", 1)
    assert stored() == [("submitted", 30)]
    assert Contribution.objects.get().note == "Counted the boats"


@pytest.mark.slow
def test_a_clock_two_days_ahead_is_stored_as_a_draft_that_offers_the_right_day(phone: Phone) -> None:
    phone.page.clock.set_system_time(timezone.now() + timedelta(days=2))
    phone.cut()
    phone.page.reload()
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    phone.mend()
    phone.rows("needs one thing from you", 1)
    assert list(Contribution.objects.values_list("state", "need")) == [("draft", Need.FUTURE)]
    phone.page.locator("[data-rows] a").first.click()
    expect(phone.page.get_by_label("Day")).to_have_value(timezone.localdate().isoformat())
    phone.page.get_by_role("button", name="Save and hand in").click()
    expect(phone.page.get_by_text("It waits for a review.").first).to_be_visible()
    assert Contribution.objects.get().entries.get().worked_on == timezone.localdate()


@pytest.mark.slow
def test_a_clock_a_day_behind_keeps_the_day_it_showed(phone: Phone) -> None:
    phone.page.clock.set_system_time(timezone.now() - timedelta(days=1))
    phone.cut()
    phone.page.reload()
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    phone.mend()
    phone.rows("sent", 1)
    assert Contribution.objects.get().entries.get().worked_on == timezone.localdate() - timedelta(days=1)


@pytest.mark.slow
def test_a_full_phone_says_so_and_keeps_the_words_and_all_it_had(phone: Phone) -> None:
    phone.cut()
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    phone.ready()
    devtools = phone.context.new_cdp_session(phone.page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": phone.line.address, "quotaSize": 1})
    phone.page.wait_for_timeout(31_000)  # so long Chromium believes what it knew of the room
    words = "Measured the bridge " * 150
    phone.log(words)
    phone.said("This phone has no room to keep it")
    expect(phone.page.get_by_label("What did you do?")).to_have_value(words)
    assert [entry["note"] for entry in phone.kept()] == ["Counted the boats"]
    phone.ready()
    # With a connection it goes out all the same, without being kept first. What was sent, a full phone can only forget.
    phone.mend()
    expect(phone.page.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert stored() == [("submitted", 60)]
    phone.page.get_by_role("button", name="Log it").click()
    expect(phone.page.get_by_text("It waits for a review.").first).to_be_visible()
    assert stored() == [("submitted", 60)] * 2


@pytest.mark.slow
def test_a_new_service_worker_takes_over_with_a_full_queue(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.cut()
    for number in range(3):
        phone.log(f"Entry {number}")
        phone.rows("on this phone", number + 1)
        phone.ready()
    _release(
        monkeypatch, lambda text: text.replace('"version": "', '"version": "0').replace("const CACHE", "\nconst CACHE")
    )
    phone.line.loses = "POST /log/outbox/"
    phone.mend()
    before = phone.page.evaluate("caches.keys()")
    phone.page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    phone.until(f"caches.keys().then((names) => !names.includes('{_version_of(before)}'))")
    assert len(phone.kept()) == 3
    phone.line.loses = ""
    phone.page.reload()
    phone.rows("sent", 3)
    assert stored() == [("submitted", 60)] * 3


@pytest.mark.slow
def test_entries_kept_by_a_later_release_are_read_and_sent(phone: Phone) -> None:
    phone.cut()
    phone.log("Counted the boats")
    phone.rows("on this phone", 1)
    # A later version of the store, with a field and a store that this release knows nothing of.
    phone.page.evaluate(
        """() => new Promise((done, fail) => {
            const asked = indexedDB.open("guildhub", 7);
            asked.onupgradeneeded = () => asked.result.createObjectStore("later");
            asked.onsuccess = () => { asked.result.close(); done(); };
            asked.onerror = fail;
        })"""
    )
    phone.page.reload()
    phone.rows("on this phone", 1)
    phone.mend()
    phone.rows("sent", 1)
    assert stored() == [("submitted", 60)]


def test_a_browser_that_keeps_nothing_sends_at_once(browser: Browser, line: Line, world: World) -> None:
    context = browser.new_context(locale="en")
    context.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    client = Client()
    client.force_login(world.contributor.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": line.address}])
    page = context.new_page()
    page.goto(line.address + "/log/")
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("It waits for a review.").first).to_be_visible()
    context.close()
    assert stored() == [("submitted", 60)]


def test_without_javascript_the_form_does_the_same(browser: Browser, line: Line, world: World) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en", viewport={"width": 360, "height": 740})
    client = Client()
    client.force_login(world.contributor.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": line.address}])
    page = context.new_page()
    page.goto(line.address + "/log/")
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("It waits for a review.").first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    context.close()
    assert stored() == [("withdrawn", 60)]


def _release(monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    """From now on the server has another service worker."""
    from guildhub.views import phone as views

    text = change(views.worker_text())
    monkeypatch.setattr(views, "worker_text", lambda: text)


def _version_of(caches: list[str]) -> str:
    return next(name for name in caches if name != "guildhub-person")


def test_it_can_be_installed(phone: Phone) -> None:
    devtools = phone.context.new_cdp_session(phone.page)
    told = devtools.send("Page.getAppManifest")
    assert told["url"].endswith("/manifest.webmanifest") and not told["errors"]
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
