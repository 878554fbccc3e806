"""What a page has to hold for everybody, asked of a browser that shows it: rules of axe, sizes, room for larger letters."""

from __future__ import annotations

import json

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: What is closed is read out by nobody, also not by axe.
_OPEN_ALL = "for (const closed of document.querySelectorAll('details:not([open])')) closed.open = true"

#: What can be pressed and is lower than 48 px; a tick is as large as its label, the first link of a row as its row. A link
#: inside a sentence is as tall as its line, as WCAG 2.5.8 allows.
_SMALL = """() => {
  const found = [];
  for (const stop of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!stop.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) || stop.closest("svg, .prose, .sr")) continue;
    let box = stop.getBoundingClientRect();
    const label = stop.labels?.[0]?.getBoundingClientRect();
    if (label && label.height > box.height) box = label;
    const cover = getComputedStyle(stop, "::after");
    if (cover.content !== "none" && cover.position === "absolute") {
      let around = stop.parentElement;
      while (getComputedStyle(around).position === "static") around = around.parentElement;
      box = around.getBoundingClientRect();
    }
    const line = stop.closest("p, li, dd, dt, td, th, figcaption, blockquote") ?? stop.parentElement;
    const isInSentence = getComputedStyle(stop).display === "inline" && line.textContent.trim() !== stop.textContent.trim();
    if (box.height < 47.5 && !isInSentence) {
      const where = `${line.localName}.${line.className}`;
      found.push(`${stop.localName} “${stop.textContent.trim().slice(0, 40)}” in ${where}: ${Math.round(box.height)}`);
    }
  }
  return found;
}"""

#: The distances of WCAG 1.4.12, which a reader may set.
_WIDER = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }"""

#: Words that are cut off by their own box, or that stick out of the window; what scrolls by itself shows all it has.
_CUT = """() => {
  const found = [];
  const apart = "svg, .sr, .scroll, .subnav, pre, select, [popover], .weave, textarea, input";
  for (const box of document.querySelectorAll("main *, header *, footer *")) {
    if (!box.checkVisibility({ checkVisibilityCSS: true }) || box.closest(apart)) continue;
    const style = getComputedStyle(box);
    const isClipped = style.overflowX === "hidden" || style.overflowX === "clip" || style.overflowY === "hidden";
    const isFull = box.scrollWidth > box.clientWidth + 2 || box.scrollHeight > box.clientHeight + 2;
    if (isClipped && isFull && !box.matches("progress, .map *, .soft")) {
      found.push(`cut: ${box.localName}.${box.className}`);
    }
    const { left, right, width } = box.getBoundingClientRect();
    if (width > 0 && (right > innerWidth + 2 || left < -2)) found.push(`outside: ${box.localName}.${box.className}`);
  }
  return found.slice(0, 4);
}"""


def open_everything(page: Page) -> None:
    """Unfold what can be unfolded."""
    page.evaluate(_OPEN_ALL)


def violations(page: Page) -> list[str]:
    """What axe finds, as rule and first place."""
    page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations)")
    return [f"{v['id']}: {json.dumps(v['nodes'][0]['target'])} ({len(v['nodes'])})" for v in found]


def small_targets(page: Page) -> list[str]:
    """What a finger would miss."""
    found: list[str] = page.evaluate(_SMALL)
    return found


def is_too_wide(page: Page) -> bool:
    """Whether the whole page has to be moved sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"))


def lost_when_larger(page: Page) -> list[str]:
    """What can't be read any more when the page is shown twice as large, then with the wider distances that readers set."""
    shown = page.viewport_size
    assert shown is not None
    page.set_viewport_size({"width": shown["width"] // 2, "height": shown["height"] // 2})
    lost = [f"twice as large: {what}" for what in _lost(page)]
    page.set_viewport_size(shown)
    page.evaluate(
        "style => { const made = new CSSStyleSheet(); made.replaceSync(style); document.adoptedStyleSheets = [made] }",
        _WIDER,
    )
    lost += [f"wider set: {what}" for what in _lost(page)]
    page.evaluate("document.adoptedStyleSheets = []")
    return lost


def _lost(page: Page) -> list[str]:
    cut: list[str] = page.evaluate(_CUT)
    return [*(["wider than its window"] if is_too_wide(page) else []), *cut]
