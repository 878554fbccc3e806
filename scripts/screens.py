"""Takes screenshots of pages at several widths, in both themes and any language, as any demo persona.

    python scripts/screens.py http://127.0.0.1:8000 / /problems/ --persona /demo/reviewer/ --theme dark

A file is named after its page, width, theme and language. Uses the system's Chromium when there is one.
"""

import argparse
import re
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def main() -> None:
    """Open every path at every width and theme, and write one full-page picture each."""
    wanted = parse()
    out = Path(wanted.out)
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for theme in wanted.theme:
            for width in wanted.width:
                take(browser, wanted, out, theme=theme, width=width)
        browser.close()


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="address of the running server")
    parser.add_argument("paths", nargs="+", help="paths to look at")
    parser.add_argument("--persona", help="path that logs a demo persona in (its first form is sent if it has one)")
    parser.add_argument("--theme", nargs="+", choices=["light", "dark"], default=["light", "dark"])
    parser.add_argument("--width", nargs="+", type=int, default=[360, 1280])
    parser.add_argument("--language", default="en", help="sent as the browser's language; ur shows right to left")
    parser.add_argument("--no-js", action="store_true", help="switch JavaScript off")
    parser.add_argument("--fold", action="store_true", help="only what fits on the first screen")
    parser.add_argument("--click", help="selector to click before the picture is taken")
    parser.add_argument("--out", default="test-results/screens", help="folder for the pictures")
    return parser.parse_args()


def take(browser: Browser, wanted: argparse.Namespace, out: Path, *, theme: str, width: int) -> None:
    """Take every path's picture at one width and theme, and say where a page is wider than its window."""
    context = browser.new_context(
        viewport={"width": width, "height": 780 if width < 700 else 860},
        color_scheme=theme,
        locale=wanted.language,
        java_script_enabled=not wanted.no_js,
        has_touch=width < 700,
    )
    page = context.new_page()
    page.on(
        "console",
        lambda message: print(f"console {message.type}: {message.text}") if message.type == "error" else None,
    )
    if wanted.persona:
        log_in(page, wanted.base.rstrip("/") + wanted.persona)
    for path in wanted.paths:
        page.goto(wanted.base.rstrip("/") + path, wait_until="load")
        if wanted.click:
            page.click(wanted.click)
        name = re.sub(r"\W+", "-", path).strip("-") or "front"
        target = out / f"{name}-{width}-{theme}-{wanted.language}{'-nojs' if wanted.no_js else ''}.png"
        page.screenshot(path=target, full_page=not wanted.fold)
        if not wanted.no_js and page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            print(f"wider than the window: {path} at {width}")
        print(target)
    context.close()


def log_in(page: Page, address: str) -> None:
    """Become a demo persona: by the address alone, or by the form it shows."""
    page.goto(address, wait_until="load")
    if page.url.rstrip("/") == address.rstrip("/"):
        page.locator("main form button").first.click()


if __name__ == "__main__":
    main()
