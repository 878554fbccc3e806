"""A page as a tree of elements, as a screen reader would meet it: what can be asked of it without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"
}  # fmt: skip
#: What a list of words to choose from leaves open; everything else is closed where it ends.
_OPEN_ENDED = "option"


@dataclass
class Element:
    """One element: its tag, its attributes, what is above it, and what it holds in order, words included."""

    tag: str
    attrs: dict[str, str]
    parent: Element | None = None
    content: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.attrs.get(name, "")

    def walk(self) -> Iterator[Element]:
        """Everything below it, in the order of the page."""
        for child in self.content:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.walk() if element.tag in tags]

    def above(self) -> Iterator[Element]:
        """What it stands in, the nearest first."""
        here = self.parent
        while here is not None:
            yield here
            here = here.parent

    @property
    def is_hidden(self) -> bool:
        """By an attribute, its own or one above; what a stylesheet hides is not known here."""
        return any(
            "hidden" in element.attrs or element.get("aria-hidden") == "true" for element in (self, *self.above())
        )

    @property
    def text(self) -> str:
        """The words that are read out, also those that pictures bring along."""
        if self.tag in ("script", "style", "template") or self.get("aria-hidden") == "true" or "hidden" in self.attrs:
            return ""
        if self.get("aria-label"):
            return self.get("aria-label")
        if self.tag == "img":
            return self.get("alt")
        words = (child if isinstance(child, str) else child.text for child in self.content)
        return " ".join(" ".join(words).split())

    def __str__(self) -> str:
        told = "".join(f" {name}={value!r}" for name, value in self.attrs.items() if name in ("id", "name", "href"))
        return f"<{self.tag}{told}> {self.text[:40]}".strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("", {})
        self.crossed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.here.tag == tag == _OPEN_ENDED:
            self.here = self.here.parent or self.root
        made = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.content.append(made)
        if tag not in _EMPTY:
            self.here = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.content.append(Element(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        if self.here.tag == _OPEN_ENDED != tag:
            self.here = self.here.parent or self.root
        if self.here.tag == tag:
            self.here = self.here.parent or self.root
        elif tag not in _EMPTY:
            self.crossed.append(f"</{tag}> inside {self.here}")
            for above in self.here.above():
                if above.tag == tag:
                    self.here = above.parent or self.root
                    break

    def handle_data(self, data: str) -> None:
        self.here.content.append(data)


def tree_of(page: bytes | str) -> Element:
    """The page's root; AssertionError when its tags don't match each other."""
    reader = _Reader()
    reader.feed(page.decode() if isinstance(page, bytes) else page)
    reader.close()
    assert not reader.crossed, reader.crossed[:3]
    assert reader.here is reader.root, f"{reader.here} is never closed"
    return reader.root
