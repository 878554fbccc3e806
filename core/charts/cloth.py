"""A year as woven cloth: a row a weekday, a column a week, denser where there was more of it.

Two halves of 26 weeks each, so that on a phone they stand one below the other with cells that can be seen. A day is a stretch
of one path per density, not an element of its own: 364 rectangles take 12 KB, this takes 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.safestring import SafeString

from core.charts.picture import WIDTH, Key, Picture, Row, check_amounts, drawn, path, words
from core.charts.words import IN_ALL, MORE_THAN, UP_TO, WEEK_OF

WEEKS = 52
_HALF = WEEKS // 2
_PITCH, _CELL, _TOP = 11, 9, 18
_LEFT = WIDTH - _HALF * _PITCH
#: A day with at most so many minutes is woven with the first, second, third thread; with more, with the fourth.
STEPS = (30, 60, 120)


def week_start(day: date, starts_on: int) -> date:
    """The first day of the week that `day` is in; `starts_on` 0 is Sunday, 1 Monday, 6 Saturday, as Django counts."""
    return day - timedelta(days=(day.isoweekday() - starts_on) % 7)


def year_begin(last: date, starts_on: int) -> date:
    """The first day of the cloth that ends with the week of `last`."""
    return week_start(last, starts_on) - timedelta(weeks=WEEKS - 1)


def year_cloth(
    days: Mapping[date, int],
    *,
    last: date,
    title: str,
    show: Callable[[int], str],
    show_day: Callable[[date], str],
    week_url: Callable[[date], str] = lambda _monday: "",
    steps: tuple[int, int, int] = STEPS,
    starts_on: int = 1,
    rtl: bool = False,
) -> Picture:
    """The 52 weeks up to the one of `last`. `days` outside of them are left out; missing days are empty warp."""
    check_amounts(days.values())
    begin = year_begin(last, starts_on)
    upto = min(last, begin + timedelta(weeks=WEEKS, days=-1))
    shown = {day: amount for day, amount in days.items() if amount and begin <= day <= upto}
    middle = begin + timedelta(weeks=_HALF)
    halves = []
    for start, stop in ((begin, middle - timedelta(days=1)), (middle, upto)):
        part = {day: amount for day, amount in shown.items() if start <= day <= stop}
        said = f"{show_day(start)} – {show_day(stop)}: {show(sum(part.values()))}"
        halves.append(_half(part, start, title=f"{title}. {said}", steps=steps, rtl=rtl))
    rows = _weeks(shown, begin, show=show, show_day=show_day, week_url=week_url)
    names = [str(WEEKDAYS_ABBR[(begin + timedelta(days=n)).weekday()]) for n in range(7)]
    keys = [Key(n + 1, str(UP_TO) % {"amount": show(step)}) for n, step in enumerate(steps)]
    keys.append(Key(4, str(MORE_THAN) % {"amount": show(steps[-1])}))
    return Picture("year", title, tuple(halves), (str(WEEK_OF), *names, str(IN_ALL)), rows, tuple(keys))


def _half(part: Mapping[date, int], start: date, *, title: str, steps: Sequence[int], rtl: bool) -> SafeString:
    bottom = _TOP + 7 * _PITCH + 4
    first = _LEFT + _CELL / 2
    if rtl:
        first = _PITCH - _CELL + _CELL / 2
    warp = f"M{first:.1f} {_TOP - 2}v{7 * _PITCH + 2}" + f"m{_PITCH}-{7 * _PITCH + 2}v{7 * _PITCH + 2}" * (_HALF - 1)
    body = path("warp", warp)
    levels: dict[int, list[tuple[int, int]]] = {}
    for day, amount in part.items():
        week, row = divmod((day - start).days, 7)
        column = _HALF - 1 - week if rtl else week
        level = 1 + sum(amount > step for step in steps)
        levels.setdefault(level, []).append((row, column))
    side = _PITCH - _CELL if rtl else _LEFT
    for level in sorted(levels):
        body += path(level, _weft(sorted(levels[level]), side))
    body += _labels(start, rtl=rtl)
    return drawn(body, box=(0, 0, WIDTH, bottom), title=title)


def _weft(cells: Sequence[tuple[int, int]], side: int) -> str:
    """The stretches of one density, each day one, from row to row; relative steps repeat, so they pack well."""
    d, row, pen = "", -1, 0
    for at, column in cells:
        x = side + column * _PITCH
        d += f"m{x - pen} 0h{_CELL}" if at == row else f"M{x} {_TOP + at * _PITCH + _PITCH // 2}h{_CELL}"
        row, pen = at, x + _CELL
    return d


def _labels(start: date, *, rtl: bool) -> str:
    """The months where they begin, and every second weekday."""
    edge = WIDTH if rtl else 0
    text = [
        words(str(WEEKDAYS_ABBR[(start + timedelta(days=n)).weekday()]), edge, _TOP + n * _PITCH + 9)
        for n in (0, 2, 4, 6)
    ]
    for week in range(_HALF):
        day = start + timedelta(weeks=week)
        if day.day <= 7 and week < _HALF - 2:
            x = _LEFT + week * _PITCH
            text.append(words(str(MONTHS_3[day.month]).title(), WIDTH - x if rtl else x, 10))
    return "".join(text)


def _weeks(
    days: Mapping[date, int],
    begin: date,
    *,
    show: Callable[[int], str],
    show_day: Callable[[date], str],
    week_url: Callable[[date], str],
) -> tuple[Row, ...]:
    """The weeks that have something in them, the latest first."""
    rows = []
    for week in reversed(range(WEEKS)):
        first = begin + timedelta(weeks=week)
        amounts = [days.get(first + timedelta(days=n), 0) for n in range(7)]
        if any(amounts):
            cells = tuple(show(amount) if amount else "" for amount in amounts)
            rows.append(Row(show_day(first), (*cells, show(sum(amounts))), week_url(first)))
    return tuple(rows)
