"""Remakes docs/screens: `make screens` starts a demo of its own, takes every picture of the list, and stops it.

    python scripts/remake_screens.py [name ...]     only the pictures whose names begin so

Each picture shows the first screen of a page (the gallery: all of it) as somebody in some language, theme and width sees it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from screens import FLAGS, log_in
from small_png import shrink

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screens"
START_SECONDS = 300
MOST_BYTES = 3_000_000

PROBLEM = "/problems/the-flood-warning-reaches-majulis-char-villages-after-the-wa/"
GUILD = "/guilds/brahmaputra-flood-watch/"


@dataclass(frozen=True)
class Shot:
    """One picture: a page, who looks, and how.

    `clicks` are selectors that are clicked in turn before it is taken, without a connection if `is_offline`.
    """

    name: str
    path: str
    persona: str = ""
    width: int = 360
    theme: str = "light"
    language: str = "en"
    clicks: tuple[str, ...] = ()
    is_whole: bool = False
    is_offline: bool = False

    @property
    def file(self) -> str:
        """The README shows two by their short names."""
        if self.name in ("points", "project") and self.width == 1280:
            return f"{self.name}.png"
        return f"{self.name}-{self.width}-{self.theme}-{self.language}.png"


TO_PROJECT = ('main a[href^="/projects/"]',)
TO_TASK = (*TO_PROJECT, 'main a[href^="/tasks/"]')

SHOTS = (
    Shot("front", "/"),
    Shot("front", "/", width=1280),
    Shot("front", "/", width=1280, theme="dark"),
    Shot("front", "/", theme="dark", language="ur"),
    Shot("problems", "/problems/"),
    Shot("problems", "/problems/", width=1280, theme="dark"),
    Shot("problems", "/problems/", width=1280, language="ur"),
    Shot("problem", PROBLEM),
    Shot("problem", PROBLEM, width=1280),
    Shot("project", PROBLEM, width=1280, clicks=TO_PROJECT),
    Shot("project", PROBLEM, theme="dark", clicks=TO_PROJECT),
    Shot("task", PROBLEM, clicks=TO_TASK),
    Shot("guild", GUILD, width=1280),
    Shot("guild", GUILD, theme="dark", language="ur"),
    Shot("ledger", f"{GUILD}ledger/", width=1280),
    Shot("numbers", "/numbers/"),
    Shot("map", "/problems/map/"),
    Shot("map", "/problems/map/", width=1280, theme="dark"),
    Shot("month", f"{GUILD}month/", width=1280),
    Shot("month", f"{GUILD}month/", theme="dark"),
    Shot("kinds-of-help", "/projects/majuli-flood-map/hours/"),
    Shot("welcome", "/welcome/"),
    Shot("tasks-that-fit", "/welcome/tasks/"),
    Shot("begun-without-an-account", PROBLEM, clicks=(*TO_TASK, "#d-note")),
    Shot("offline", "/offline/"),
    Shot("login", "/accounts/login/"),
    Shot("not-found", "/nowhere/"),
    Shot("appearance", "/appearance/", theme="dark"),
    Shot("api", "/api/docs/", width=1280),
    Shot("components", "/components", width=1280, is_whole=True),
    Shot("components", "/components", theme="dark", language="ur"),
    Shot("home", "/home/", "contributor"),
    Shot("home", "/home/", "contributor", width=1280, theme="dark"),
    Shot("home-of-a-newcomer", "/home/", "newcomer"),
    Shot("log", "/log/", "contributor"),
    Shot("log", "/log/", "contributor", theme="dark", language="ur"),
    Shot("log-without-a-line", "/log/", "contributor", clicks=("main form button.wide",), is_offline=True),
    Shot("year", "/me/year/", "contributor"),
    Shot("year", "/me/year/", "contributor", width=1280, theme="dark"),
    Shot("year", "/me/year/", "contributor", width=1280, language="ur"),
    Shot("hours", "/me/hours/", "contributor"),
    Shot("hours", "/me/hours/", "contributor", width=1280),
    Shot("points", "/me/points/", "contributor", width=1280, clicks=("details.why summary >> nth=0",)),
    Shot("points", "/me/points/", "contributor", theme="dark", clicks=("details.why summary >> nth=0",)),
    Shot("no-points-yet", "/me/points/", "newcomer"),
    Shot("contribution", "/me/hours/", "contributor", clicks=('main a[href^="/contributions/"]',)),
    Shot("inbox", "/inbox/", "contributor"),
    Shot("settings", "/settings/", "contributor"),
    Shot("review", "/review/", "reviewer", width=1280),
    Shot("review", "/review/", "reviewer", theme="dark"),
    Shot("review", "/review/", "reviewer", width=1280, theme="dark", language="ur"),
    Shot("moderation", "/moderation/", "steward", width=1280),
    Shot("look-after-it", f"{GUILD}care/", "steward"),
    Shot("what-waits", "/ops/", "hub-steward", width=1280, theme="dark"),
)


def main() -> None:
    """Take the pictures that were asked for, or all; say what they weigh."""
    wanted = [shot for shot in SHOTS if not sys.argv[1:] or shot.file.startswith(tuple(sys.argv[1:]))]
    OUT.mkdir(parents=True, exist_ok=True)
    with demo() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        blank = browser.new_page()
        for shot in wanted:
            (OUT / shot.file).write_bytes(shrink(blank, take(browser, base, shot)))
        browser.close()
    if not sys.argv[1:]:
        forget_others()
    total = sum(path.stat().st_size for path in OUT.glob("*.png"))
    print(f"{len(wanted)} pictures taken; docs/screens weighs {total / 1e6:.1f} MB")
    if total > MOST_BYTES:
        sys.exit(f"That is more than {MOST_BYTES / 1e6:.0f} MB: take fewer, or smaller ones.")


def forget_others() -> None:
    """Remove pictures that no longer stand in the list."""
    listed = {shot.file for shot in SHOTS}
    for path in OUT.glob("*.png"):
        if path.name not in listed:
            path.unlink()


def take(browser: Browser, base: str, shot: Shot) -> bytes:
    """Open the page as that person in that manner, and take its picture."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": 780 if shot.width < 700 else 860},
        color_scheme=shot.theme,  # type: ignore[arg-type]
        locale=shot.language,
        is_mobile=shot.width < 700,
        has_touch=shot.width < 700,
        service_workers="block",
    )
    context.add_cookies([{"name": "django_language", "value": shot.language, "url": base}])
    page = context.new_page()
    if shot.persona:
        log_in(page, f"{base}/demo/{shot.persona}/")
    answer = page.goto(base + shot.path, wait_until="load")
    if answer is None or answer.status >= 500:
        sys.exit(f"{shot.path} did not answer with a page.")
    if shot.is_offline:
        context.set_offline(True)
    for selector in shot.clicks:
        press(page, selector)
    picture = page.screenshot(full_page=shot.is_whole)
    context.close()
    return picture


def press(page: Page, selector: str) -> None:
    """Click, and wait for the page that a link leads to."""
    page.locator(selector).first.click()
    page.wait_for_load_state("load")
    page.wait_for_timeout(400)  # what a script shows in answer to it


@contextmanager
def demo() -> Iterator[str]:
    """A guildhub with its demo guild, on a free port, with a state that is thrown away; the address of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # As root the servers run as a user of their own, who must be able to reach the place.
    name = f"screens-{secrets.token_hex(4)}"
    state = Path("/var/lib/guildhub" if os.geteuid() == 0 else tempfile.mkdtemp(prefix="gh")) / name
    environment = {
        **os.environ, "GUILDHUB_STATE": str(state), "GUILDHUB_ENV_FILE": "", "PORT": str(port), "ALL_LANGUAGES": "1",
    }  # fmt: skip
    log = OUT.parent.parent / "test-results" / "screens.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as words:
        command = [sys.executable, "-m", "guildhub.supervisor"]
        supervisor = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=words, stderr=words)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(supervisor, base, log)
            yield base
        finally:
            supervisor.send_signal(signal.SIGINT)
            supervisor.wait(60)
            wait_until(lambda: not (state / "postgres" / "postmaster.pid").exists(), 60)
            shutil.rmtree(state, ignore_errors=True)


def wait_for(supervisor: subprocess.Popen[bytes], base: str, log: Path) -> None:
    """Wait until the demo answers; say where to read on when it does not."""

    def is_up() -> bool:
        if supervisor.poll() is not None:
            sys.exit(f"The demo did not start; see {log.relative_to(ROOT)}.")
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    if not wait_until(is_up, START_SECONDS):
        sys.exit(f"The demo was not ready in {START_SECONDS} s; see {log.relative_to(ROOT)}.")


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Whether it came to be so within that time."""
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            return False
        time.sleep(0.5)
    return True


if __name__ == "__main__":
    main()
