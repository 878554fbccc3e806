"""Places on a map of land without borders: how near it looks follows from where they are.

Which border is drawn where is a matter of law in some countries, and nobody needs one here. The outline is one cached file
(`static/img/land.svg`, made by scripts/land.py) in tenths of a degree; the page holds the places alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians

from core.charts.picture import Picture, Row, cut, drawn, path, words
from core.charts.words import EAST, NORTH, SOUTH, WEST

#: How many degrees of longitude a map shows: the least that holds all places with room round them.
#: Never nearer than 16: there the outline is coarser than what it would say, and a dot on nothing says nothing.
_SPANS = (16, 32, 64, 128)
_WORLD = 360
_SHAPE = 0.66
_NORTH, _SOUTH = 84, -60
_WIDTH = 1000
_NEAR = 78  # marks nearer than this (of the width) are one
_LINES = {16: 5, 32: 10, 64: 15, 128: 30, _WORLD: 60}


@dataclass(frozen=True)
class Spot:
    """A place in degrees, what it is called, how many things are there, and where its list begins."""

    latitude: float
    longitude: float
    label: str
    count: int = 1
    shown: str = ""
    url: str = ""


@dataclass(frozen=True)
class View:
    """What part of the earth is drawn: its middle in degrees, and how many degrees of longitude."""

    latitude: float
    longitude: float
    span: int

    @property
    def tilt(self) -> float:
        """How much narrower a degree of longitude is here than one of latitude."""
        return cos(radians(self.latitude))

    @property
    def height(self) -> float:
        """Of the drawing, in its own units."""
        return _WIDTH * (_SHAPE if self.span != _WORLD else (_NORTH - _SOUTH) / _WORLD / self.tilt)

    @property
    def unit(self) -> float:
        """Units of the drawing to a degree of longitude."""
        return _WIDTH / self.span

    def at(self, latitude: float, longitude: float) -> tuple[int, int]:
        """Where a place stands in the drawing."""
        x = _WIDTH / 2 + (longitude - self.longitude) * self.unit
        y = self.height / 2 - (latitude - self.latitude) * self.unit / self.tilt
        # Antarctica and the pole are beyond the edge; what lies there stands at it.
        return round(x), round(min(max(y, 0), self.height))


def view_of(spots: Sequence[Spot]) -> View:
    """The nearest look that has all of them, never nearer than a few hundred kilometres."""
    if not spots:
        return View((_NORTH + _SOUTH) / 2, 0, _WORLD)
    lats, lons = [spot.latitude for spot in spots], [spot.longitude for spot in spots]
    middle = View((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2, _WORLD)
    wide = max(lons) - min(lons)
    high = (max(lats) - min(lats)) / _SHAPE / max(middle.tilt, 0.2)
    for span in _SPANS:
        if max(wide, high) <= span * 0.8 and abs(middle.latitude) + span * _SHAPE / 2 < 85:
            return View(middle.latitude, middle.longitude, span)
    return View((_NORTH + _SOUTH) / 2, 0, _WORLD)


@dataclass(frozen=True)
class Mark:
    """One dot: the places it stands for, and where."""

    x: int
    y: int
    spots: tuple[Spot, ...]

    @property
    def count(self) -> int:
        return sum(spot.count for spot in self.spots)

    @property
    def label(self) -> str:
        """The place; of several the nearest name of the first, and how many more."""
        first = self.spots[0].label
        return first if len(self.spots) == 1 else f"{first.split(',')[0].strip()} +{len(self.spots) - 1}"

    @property
    def region(self) -> str:
        """What its places have in common, if they have: the end of their names, mostly a state."""
        ends = {spot.label.split(",")[-1].strip() for spot in self.spots}
        return ends.pop() if len(self.spots) > 1 and len(ends) == 1 else ""


def marks_of(spots: Sequence[Spot], view: View) -> list[Mark]:
    """Dots that don't touch: what stands too near to another is told by its dot. The place with most comes first."""
    marks: list[Mark] = []
    for spot in sorted(spots, key=lambda spot: (-spot.count, spot.label)):
        x, y = view.at(spot.latitude, spot.longitude)
        for number, mark in enumerate(marks):
            if (mark.x - x) ** 2 + (mark.y - y) ** 2 < _NEAR**2:
                marks[number] = Mark(mark.x, mark.y, (*mark.spots, spot))
                break
        else:
            marks.append(Mark(x, y, (spot,)))
    return marks


def land_map(
    spots: Sequence[Spot], *, land: str, title: str, head: Sequence[str], description: str = "", note: str = ""
) -> Picture:
    """The map; each dot leads to the list of what is there. `land` is the address of the outline. It is never mirrored."""
    rows = tuple(Row(spot.label, (spot.shown or str(spot.count),), spot.url) for spot in spots)
    if not spots:
        return Picture("map", title, (), tuple(head), rows, note=note)
    view = view_of(spots)
    marks = marks_of(spots, view)
    body = _ground(view, land) + _names(marks, view) + "".join(_dot(mark, _name(mark, marks)) for mark in marks)
    svg = drawn(body, box=(0, 0, _WIDTH, round(view.height)), title=title, description=description, links=True)
    return Picture("map", title, (svg,), tuple(head), rows, note=note)


def _ground(view: View, land: str) -> str:
    """Land, sea, and the lines of degrees with their numbers."""
    scale_x, scale_y = view.unit / 10, view.unit / view.tilt / 10
    left = _WIDTH / 2 - view.longitude * view.unit
    top = view.height / 2 + view.latitude * view.unit / view.tilt
    moved = f"matrix({scale_x:.3f} 0 0 {scale_y:.3f} {left:.1f} {top:.1f})"
    body = f'<use class="land" href="{escape(land)}#land" transform="{moved}"/>'
    every = _LINES[view.span]
    lines, text = "", ""
    for degree in range(-180, 181, every):
        x, _y = view.at(0, degree)
        if 60 < x < _WIDTH - 60:
            lines += f"M{x} 0V{round(view.height)}"
            text += words(_degrees(degree, EAST, WEST), x + 6, round(view.height) - 10)
    for degree in range(-80, 81, every):
        _x, y = view.at(degree, 0)
        if 40 < y < view.height - 60:
            lines += f"M0 {y}H{_WIDTH}"
            text += words(_degrees(degree, NORTH, SOUTH), 6, y - 6)
    return body + path("ground", lines) + f'<g class="degrees">{text}</g>'


def _degrees(degree: int, plus: object, minus: object) -> str:
    return str(plus if degree >= 0 else minus) % {"n": abs(degree)}


def _names(marks: Sequence[Mark], view: View) -> str:
    """The names for which there is room beside their dots; all of them stand in the list."""
    taken = [(mark.x - 34, mark.y - 34, mark.x + 34, mark.y + 34) for mark in marks]
    text = ""
    for mark in marks:
        name = cut(_name(mark, marks), 22)
        long = 22 * len(name)
        for x in (mark.x + 42, mark.x - 42 - long):
            box = (x, mark.y - 20, x + long, mark.y + 20)
            if box[0] >= 0 and box[2] <= _WIDTH and not any(_meet(box, other) for other in taken):
                text += words(name, x if x > mark.x else mark.x - 42, mark.y + 12, end=x < mark.x)
                taken.append(box)
                break
    return f'<g class="names">{text}</g>' if text else ""


def _name(mark: Mark, marks: Sequence[Mark]) -> str:
    """The region, where only one dot can be meant by it; else the place."""
    return mark.region if mark.region and [m.region for m in marks].count(mark.region) == 1 else mark.label


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _dot(mark: Mark, name: str) -> str:
    first = mark.spots[0]
    told = f"{name}: {mark.count}"
    body = f'<circle cx="{mark.x}" cy="{mark.y}" r="34"/>' + words(str(mark.count), mark.x, mark.y, middle=True)
    if not first.url:
        return body
    return f'<a href="{escape(first.url)}" aria-label="{escape(told)}"><title>{escape(told)}</title>{body}</a>'


def in_order(spots: Sequence[Spot]) -> list[int]:
    """Where each spot stands in a list that keeps together what one dot tells, the dot with most places first."""
    by_id = {id(spot): number for number, spot in enumerate(spots)}
    return [by_id[id(spot)] for mark in marks_of(spots, view_of(spots)) for spot in mark.spots]
