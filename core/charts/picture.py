"""What every picture is: SVGs that name themselves, the keys to their threads, and the table with the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

#: The width of every picture with words in it: near one unit a pixel on a phone of 360, where words must be readable.
WIDTH = 320
#: First-strong isolate and its end: what `<bdi>` is in a place that takes no elements.
_ISOLATE, _END = "\u2068", "\u2069"


class NoPicture(ValueError):
    """Numbers that can't be drawn: less than nothing."""


@dataclass(frozen=True)
class Key:
    """What one kind of thread means. `thread` 1 to 4: how dense it is woven; denser is more, or better known."""

    thread: int
    label: str


@dataclass(frozen=True)
class Row:
    """One row of the table: its head, its cells as they are written, and where its numbers come from."""

    label: str
    cells: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing with its table. `title` says what it shows; with no `svgs` there is nothing to draw."""

    kind: str
    title: str
    svgs: tuple[SafeString, ...]
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    keys: tuple[Key, ...] = ()
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.svgs


def drawn(body: str, *, box: Sequence[float], title: str, description: str = "", links: bool = False) -> SafeString:
    """An SVG that says what it is. `body` is safe markup; with `links` in it, it is a group and no single image.

    An image's parts are presentation to a screen reader, so links inside one would be there and not there.
    """
    role = "group" if links else "img"
    told = f"<title>{escape(title)}</title>"
    if description:
        told += f"<desc>{escape(description)}</desc>"
    view = " ".join(short(side) for side in box)
    name = f' aria-label="{escape(title)}"' if links else ""
    # What has links has places, and east stays where it is: a page that is read from right to left doesn't turn it.
    way = ' direction="ltr"' if links else ""
    return SafeString(f'<svg role="{role}"{name}{way} viewBox="{view}">{told}{body}</svg>')


def words(text: str, x: float, y: float, *, end: bool = False, kind: str = "", middle: bool = False) -> str:
    """Words at a point. They begin there in the direction of the page (or end there, or stand round it)."""
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    css = f' class="{kind}"' if kind else ""
    return f'<text{css} x="{short(x)}" y="{short(y)}"{anchor}>{escape(isolated(text))}</text>'


def isolated(text: str) -> str:
    """Words that can't turn the words around them round."""
    return f"{_ISOLATE}{text}{_END}" if text else ""


def cut(text: str, most: int) -> str:
    """A label in one line, at most so many letters; the whole of it stands in the table."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def path(thread: int | str, d: str) -> str:
    """One path, or nothing. `thread` is 1 to 4 or the name of a class."""
    css = f"k{thread}" if isinstance(thread, int) else thread
    return f'<path class="{css}" d="{d}"/>' if d else ""


def check_amounts(amounts: Iterable[int]) -> None:
    """Raises NoPicture when one is negative: length and density can't say less than nothing."""
    if any(amount < 0 for amount in amounts):
        raise NoPicture("a picture shows no negative amounts")


def short(value: float) -> str:
    """A coordinate in as few characters as say it: 3.50 is "3.5", 4.0 is "4"."""
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def scaled(value: int, most: int, length: int) -> int:
    """The length of `value` where `most` takes all of `length`; what is more than nothing is seen."""
    return 0 if value <= 0 or most <= 0 else max(2, min(length, value * length // most))
