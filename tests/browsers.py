"""A real Chromium for tests: the system's, else Debian's, else Playwright's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# Playwright runs an event loop in the test's thread; the test itself is as synchronous as ever.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

#: Without these Chromium looks up addresses of its maker at every start, which no test may need.
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A headless browser, with more arguments where a test needs them; without a sandbox only where root leaves no other way."""
    arguments = [*QUIET, *more, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"), args=arguments
        )
        try:
            yield browser
        finally:
            browser.close()
