"""Horizontal bars of one or more parts: each part a thread of its own density."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.charts.picture import WIDTH, Key, Picture, Row, check_amounts, cut, drawn, path, scaled, words

_STEP, _WORDS, _BAR = 42, 13, 27
_LETTERS = 44


@dataclass(frozen=True)
class Bar:
    """One bar: its parts in the order of the keys, what it comes to in words, and where its number comes from."""

    label: str
    parts: tuple[int, ...]
    shown: str
    cells: tuple[str, ...] = ()
    url: str = ""


def bars(
    rows: Sequence[Bar],
    *,
    keys: Sequence[Key],
    title: str,
    head: Sequence[str],
    description: str = "",
    rtl: bool = False,
) -> Picture:
    """Bars from the side where reading begins, all to one scale: the longest takes the whole width.

    `head` names the table's columns: what the rows are, then one for each of `Bar.cells` (or for what is shown).
    """
    check_amounts(part for row in rows for part in row.parts)
    table = tuple(Row(row.label, row.cells or (row.shown,), row.url) for row in rows)
    if not rows:
        return Picture("bars", title, (), tuple(head), table, tuple(keys))
    most = max(sum(row.parts) for row in rows)
    threads = [""] * len(keys)
    text = []
    for number, row in enumerate(rows):
        top, reached, whole = number * _STEP, 0, 0
        for place, part in enumerate(row.parts):
            whole += part
            upto = scaled(whole, most, WIDTH)
            if upto > reached:
                x = WIDTH - reached if rtl else reached
                threads[place] += f"M{x} {top + _BAR}h{reached - upto if rtl else upto - reached}"
            reached = upto
        start = WIDTH if rtl else 0
        text.append(words(cut(row.label, _LETTERS - len(row.shown)), start, top + _WORDS))
        text.append(words(row.shown, WIDTH - start, top + _WORDS, end=True, kind="n"))
    ground = "".join(f"M0 {number * _STEP + _BAR}h{WIDTH}" for number in range(len(rows)))
    body = path("ground", ground) + "".join(path(key.thread, d) for key, d in zip(keys, threads, strict=True))
    box = (0, 0, WIDTH, len(rows) * _STEP - 4)
    svg = drawn(body + "".join(text), box=box, title=title, description=description)
    return Picture("bars", title, (svg,), tuple(head), table, tuple(keys))
