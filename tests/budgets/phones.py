"""A cheap phone: one window 360 points wide, a cold cache, somebody's session where somebody is signed in."""

from __future__ import annotations

import time

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from tests.budgets.line import Line
from tests.budgets.site import Settled

#: Nothing more comes after this long a silence; a service worker fetches what it keeps after the page has loaded.
SILENCE = 0.4


def phone(browser: Browser, base: str, settled: Settled, reader: str) -> BrowserContext:
    """A phone that has never been here."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="en-IN",
    )
    if reader != "anonymous":
        session = settled.sessions[reader]
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}])
    return context


def wait_for_silence(page: Page, line: Line) -> None:
    """Until nothing has passed the line for a moment."""
    while time.monotonic() - line.last_at < SILENCE:
        page.wait_for_timeout(100)
