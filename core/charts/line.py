"""A line of equal steps of time, as small as a word in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.charts.picture import WIDTH, Picture, Row, check_amounts, drawn, path, words
from core.charts.words import AT_MOST

_HEIGHT, _TOP, _FOOT = 60, 20, 16


def sparkline(
    points: Sequence[tuple[str, int]],
    *,
    title: str,
    head: Sequence[str],
    show: Callable[[int], str],
    urls: Sequence[str] = (),
    description: str = "",
    rtl: bool = False,
) -> Picture:
    """`points` (label, amount), the oldest first, from where reading begins; the zero is the line's foot."""
    amounts = [amount for _label, amount in points]
    check_amounts(amounts)
    links = urls or [""] * len(points)
    rows = tuple(Row(label, (show(amount),), url) for (label, amount), url in zip(points, links, strict=True))
    if not points:
        return Picture("line", title, (), tuple(head), rows)
    most = max(amounts)
    step = (WIDTH - 12) / max(len(points) - 1, 1)
    places = []
    for number, amount in enumerate(amounts):
        x = round(6 + number * step)
        y = _TOP + _HEIGHT - (amount * _HEIGHT // most if most else 0)
        places.append((WIDTH - x if rtl else x, y))
    d = "M" + "L".join(f"{x} {y}" for x, y in places)
    x, y = places[-1]
    foot = _TOP + _HEIGHT
    body = path("ground", f"M0 {foot}h{WIDTH}") + path("thread", d) + f'<circle class="dot" cx="{x}" cy="{y}" r="4.5"/>'
    below = foot + _FOOT
    start = WIDTH if rtl else 0
    body += words(str(AT_MOST) % {"amount": show(most)}, start, 11) + words(points[0][0], start, below)
    body += words(show(amounts[-1]), WIDTH - start, 11, end=True, kind="n")
    if len(points) > 1:
        body += words(points[-1][0], WIDTH - start, below, end=True)
    svg = drawn(body, box=(0, 0, WIDTH, below + 4), title=title, description=description)
    return Picture("line", title, (svg,), tuple(head), rows)
