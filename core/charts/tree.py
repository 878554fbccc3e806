"""A forest laid out in lines, the way a directory is: whoever came from whom, or speaks for whom."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from core.charts.picture import WIDTH, Picture, Row, cut, drawn, path, words
from core.charts.words import BELONGS_TO, MORE

_STEP, _INDENT, _DEEPEST = 28, 18, 7
#: More lines than this are no picture any more.
DRAWN = 60
_LETTERS = 44


@dataclass(frozen=True)
class Node:
    """One knot: its key, the key of what it hangs on (None, or one that isn't there: a root), its words."""

    key: Hashable
    parent: Hashable | None
    label: str
    shown: str = ""
    url: str = ""


def tree(
    nodes: Sequence[Node], *, title: str, head: Sequence[str], description: str = "", rtl: bool = False
) -> Picture:
    """Roots and branches in the order given. A ring of nodes is cut at the first of it. `head`: label, amount."""
    placed = _placed(nodes)
    names = {node.key: node.label for node in nodes}
    table = tuple(
        Row(node.label, (names.get(node.parent, "") if depth else "", node.shown), node.url) for node, depth in placed
    )
    columns = (head[0], str(BELONGS_TO), *head[1:])
    if not placed:
        return Picture("tree", title, (), columns, table)
    shown = placed[:DRAWN]
    threads, knots, text = "", "", []
    line_of: dict[Hashable, int] = {}
    for line, (node, depth) in enumerate(shown):
        line_of[node.key] = line
        x, y = 6 + min(depth, _DEEPEST) * _INDENT, line * _STEP + 14
        if depth:
            up = line_of[node.parent] * _STEP + 14
            stem = 6 + min(depth - 1, _DEEPEST) * _INDENT
            threads += f"M{_side(stem, rtl)} {up}V{y}H{_side(x, rtl)}"
        knots += f"M{_side(x, rtl)} {y}h.01"
        label = cut(node.label, _LETTERS - 3 * min(depth, _DEEPEST) - len(node.shown))
        text.append(words(label, _side(x + 11, rtl), y + 4))
        if node.shown:
            text.append(words(node.shown, _side(WIDTH, rtl), y + 4, end=True, kind="n"))
    height = len(shown) * _STEP
    if len(placed) > DRAWN:
        text.append(words(str(MORE) % {"n": len(placed) - DRAWN}, _side(6, rtl), height + 14))
        height += _STEP
    body = path("thread", threads) + path("knot", knots) + "".join(text)
    svg = drawn(body, box=(0, 0, WIDTH, height), title=title, description=description)
    return Picture("tree", title, (svg,), columns, table)


def _placed(nodes: Sequence[Node]) -> list[tuple[Node, int]]:
    """Every node once, each below what it hangs on, with its depth."""
    known = {node.key for node in nodes}
    below: dict[Hashable, list[Node]] = {}
    roots = []
    for node in nodes:
        if node.parent is None or node.parent not in known:
            roots.append(node)
        else:
            below.setdefault(node.parent, []).append(node)
    placed: list[tuple[Node, int]] = []
    seen: set[Hashable] = set()
    # Whatever no root leads to hangs on itself, round some corner: it is begun with its first node.
    for first in (*roots, *nodes):
        waiting = [(first, 0)]
        while waiting:
            node, depth = waiting.pop()
            if node.key in seen:
                continue
            seen.add(node.key)
            placed.append((node, depth))
            waiting += [(child, depth + 1) for child in reversed(below.get(node.key, ()))]
    return placed


def _side(x: int, rtl: bool) -> int:
    return WIDTH - x if rtl else x
