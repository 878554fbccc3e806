"""Pictures of numbers: any input gives one valid small drawing, and the table says what is drawn."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts import Bar, Key, Node, Picture, Spot, bars, in_order, land_map, ring, sparkline, tree, year_cloth
from core.charts.cloth import week_start, year_begin
from core.charts.land import marks_of, view_of
from core.charts.picture import WIDTH, NoPicture

HOSTILE = '"><script>alert(1)</script>&lt;\u202e'
TODAY = date(2026, 11, 23)
KEYS = (Key(4, "checked"), Key(1, "claimed"))
HUGE = 10**15

amounts = st.integers(0, HUGE)
labels = st.text(
    alphabet=st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=80
)


def shapes_of(picture: Picture) -> list[ElementTree.Element]:
    """The drawings, parsed: markup that is none fails here."""
    return [ElementTree.fromstring(svg) for svg in picture.svgs]


def check(picture: Picture) -> None:
    """What every picture keeps, whatever it shows."""
    for svg in shapes_of(picture):
        assert svg[0].tag == "title"
        assert svg.get("role") in {"img", "group"}
        names = {name for element in svg.iter() for name in element.attrib}
        assert not {name for name in names if name == "style" or name.startswith("on")}
        assert not list(svg.iter("script"))
        left, top, wide, high = map(float, svg.attrib["viewBox"].split())
        assert (left, top) == (0, 0)
        assert wide > 0
        assert high > 0
    for row in picture.rows:
        assert len(row.cells) + 1 == len(picture.head)


def year(days: dict[date, int], **kept: Any) -> Picture:
    return year_cloth(days, last=TODAY, title="T", show=str, show_day=date.isoformat, **kept)


def woven(picture: Picture) -> dict[int, int]:
    """How many stretches there are of each thread."""
    found: dict[int, int] = {}
    for svg in picture.svgs:
        for thread, d in re.findall(r'class="k(\d)" d="([^"]*)"', svg):
            found[int(thread)] = found.get(int(thread), 0) + d.count("h9")
    return found


@given(
    st.dictionaries(st.dates(date(2025, 1, 1), date(2027, 1, 1)), amounts, max_size=400),
    st.booleans(),
    st.integers(0, 6),
)
def test_a_year_draws_each_day_once_and_its_table_says_the_same(
    days: dict[date, int], rtl: bool, starts_on: int
) -> None:
    picture = year(days, rtl=rtl, starts_on=starts_on)
    check(picture)
    begin = year_begin(TODAY, starts_on)
    shown = {day: amount for day, amount in days.items() if begin <= day <= TODAY and amount}
    assert sum(woven(picture).values()) == len(shown)
    cells = [cell for row in picture.rows for cell in row.cells[:-1] if cell]
    assert sorted(cells) == sorted(str(amount) for amount in shown.values())
    assert sum(int(row.cells[-1]) for row in picture.rows) == sum(shown.values())


def test_a_denser_thread_is_a_longer_day() -> None:
    days = {TODAY - timedelta(days=n): minutes for n, minutes in enumerate([1, 30, 31, 60, 61, 120, 121, 960])}
    assert woven(year(days)) == {1: 2, 2: 2, 3: 2, 4: 2}
    assert [key.thread for key in year(days).keys] == [1, 2, 3, 4]


def test_a_week_begins_where_the_reader_begins_it() -> None:
    monday = date(2026, 11, 23)
    assert week_start(monday, 1) == monday
    assert week_start(monday, 0) == date(2026, 11, 22)
    assert week_start(monday, 6) == date(2026, 11, 21)
    assert [row.label for row in year({monday: 5}, starts_on=0).rows] == ["2026-11-22"]


def test_a_year_weighs_less_than_its_budget() -> None:
    full = {TODAY - timedelta(days=n): 15 + n * 37 % 200 for n in range(364)}
    markup = "".join(year(full).svgs).encode()
    assert len(gzip.compress(markup, 6)) < 1200
    assert markup.count(b"<path") == 2 * 5


def test_time_flips_from_right_to_left_and_words_do_not() -> None:
    day = TODAY - timedelta(days=1)
    (ltr,) = re.findall(r'class="k1" d="M(\d+) ', year({day: 5}).svgs[1])
    (rtl,) = re.findall(r'class="k1" d="M(\d+) ', year({day: 5}, rtl=True).svgs[1])
    assert int(ltr) + int(rtl) + 9 == WIDTH
    line: dict[str, Any] = {"title": "T", "head": ("a", "b"), "show": str}
    points = [("old", 0), ("new", 9)]
    (dot,) = re.findall(r'cx="(\d+)"', sparkline(points, **line).svgs[0])
    (turned,) = re.findall(r'cx="(\d+)"', sparkline(points, **line, rtl=True).svgs[0])
    assert int(dot) > WIDTH / 2 > int(turned)
    for svg in (*year({day: 5}, rtl=True).svgs, *sparkline(points, **line, rtl=True).svgs):
        assert "scale(-1" not in svg
        assert "transform" not in svg


@given(st.lists(st.tuples(labels, st.tuples(amounts, amounts)), max_size=12), st.booleans())
def test_bars_stay_in_their_frame_and_keep_their_order(rows: list[tuple[str, tuple[int, int]]], rtl: bool) -> None:
    picture = bars(
        [Bar(label, parts, str(sum(parts)), tuple(map(str, parts))) for label, parts in rows],
        keys=KEYS,
        title="T",
        head=("What", "checked", "claimed"),
        rtl=rtl,
    )
    check(picture)
    assert picture.is_empty == (not rows)
    assert [row.cells for row in picture.rows] == [(str(one), str(two)) for _label, (one, two) in rows]
    for svg in picture.svgs:
        for start, along in re.findall(r"M(\d+) \d+h(-?\d+)", svg):
            assert 0 <= int(start) <= WIDTH
            assert 0 <= int(start) + int(along) <= WIDTH


def test_the_longest_bar_takes_the_whole_width_and_a_short_one_is_seen() -> None:
    picture = bars([Bar("a", (HUGE, 0), "a"), Bar("b", (1, 0), "b")], keys=KEYS, title="T", head=("a", "b"))
    assert re.findall(r'class="k4" d="([^"]*)"', picture.svgs[0]) == ["M0 27h320M0 69h2"]


@given(st.lists(st.tuples(labels, amounts), max_size=40), st.booleans())
def test_a_line_has_a_point_for_each_number(points: list[tuple[str, int]], rtl: bool) -> None:
    picture = sparkline(points, title="T", head=("When", "How much"), show=str, rtl=rtl)
    check(picture)
    assert [row.cells for row in picture.rows] == [(str(amount),) for _label, amount in points]
    for svg in picture.svgs:
        (d,) = re.findall(r'class="thread" d="M([^"]*)"', svg)
        places = [tuple(map(int, place.split())) for place in d.split("L")]
        assert len(places) == len(points)
        assert all(0 <= x <= WIDTH and 0 <= y <= 80 for x, y in places)


nodes = st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9), labels), max_size=70)


@given(nodes, st.booleans())
def test_a_forest_shows_every_node_once_even_when_it_bites_its_tail(
    rows: list[tuple[int, int | None, str]], rtl: bool
) -> None:
    unique = list({key: Node(key, parent, label, "1") for key, parent, label in rows}.values())
    picture = tree(unique, title="T", head=("Who", "How much"), rtl=rtl)
    check(picture)
    assert sorted(row.label for row in picture.rows) == sorted(node.label for node in unique)


def test_a_long_forest_says_how_much_it_leaves_out() -> None:
    picture = tree([Node(n, n - 1 if n else None, f"node {n}") for n in range(100)], title="T", head=("Who", "n"))
    check(picture)
    assert "40" in shapes_of(picture)[0][-1].text  # type: ignore[operator]
    assert len(picture.rows) == 100


@given(amounts, amounts)
def test_a_ring_never_overruns(done: int, goal: int) -> None:
    picture = ring(done, goal, title="T", done_label="d", goal_label="g", done_text=str(done), goal_text=str(goal))
    check(picture)
    (percent,) = re.findall(r'stroke-dasharray="(\d+) 100"', picture.svgs[0]) or ["0"]
    assert 0 <= int(percent) <= 100
    assert (int(percent) == 100) == (done >= goal)


degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.integers(1, 999), labels)


@given(st.lists(degrees, max_size=60))
def test_every_place_is_on_the_map_in_one_dot(places: list[tuple[float, float, int, str]]) -> None:
    spots = [Spot(lat, lon, label, count, url="#p") for lat, lon, count, label in places]
    picture = land_map(spots, land="/land.svg", title="T", head=("Place", "n"))
    check(picture)
    assert len(picture.rows) == len(spots)
    view = view_of(spots)
    marks = marks_of(spots, view)
    assert sum(mark.count for mark in marks) == sum(spot.count for spot in spots)
    assert all(-1 <= mark.x <= 1001 and -1 <= mark.y <= view.height + 1 for mark in marks)
    assert sorted(in_order(spots)) == list(range(len(spots)))


def test_a_map_shows_what_it_must_and_never_turns() -> None:
    jorhat, majuli = Spot(26.75, 94.2, "Jorhat, Assam"), Spot(26.95, 94.17, "Majuli, Assam", 2)
    assert view_of([jorhat, majuli]).span == 16
    assert view_of([jorhat, Spot(-6.2, 106.8, "Jakarta")]).span == 64
    assert view_of([jorhat, Spot(-33, -70, "Santiago")]).span == 360
    (mark,) = marks_of([jorhat, majuli], view_of([jorhat, majuli]))
    assert (mark.label, mark.region, mark.count) == ("Majuli +1", "Assam", 3)
    far = [jorhat, majuli, Spot(26.3, 91.0, "Barpeta, Assam"), Spot(26.32, 91.02, "Nalbari, Assam")]
    drawn = land_map([replace(spot, url="#p") for spot in far], land="/land.svg", title="T", head=("Place", "n")).svgs[
        0
    ]
    assert "Majuli +1: 3" in drawn
    assert "Barpeta +1: 2" in drawn
    svg = land_map([jorhat], land="/land.svg", title="T", head=("Place", "n")).svgs[0]
    assert 'direction="ltr"' in svg
    assert '<use class="land" href="/land.svg#land"' in svg


BY_NAME: dict[str, Callable[[int, str], Picture]] = {
    "ring": lambda n, text: ring(n, 5, title=text, done_label=text, goal_label=text, done_text=text, goal_text=text),
    "year": lambda n, text: year_cloth(
        {TODAY: n}, last=TODAY, title=text, show=lambda _n: text, show_day=lambda _d: text
    ),
    "bars": lambda n, text: bars([Bar(text, (n, 1), text, (text, text))], keys=KEYS, title=text, head=("a", "b", "c")),
    "line": lambda n, text: sparkline([(text, n)], title=text, head=("a", "b"), show=lambda _n: text),
    "tree": lambda n, text: tree([Node(1, None, text, text)], title=text, head=("a", "b")),
    "map": lambda n, text: land_map([Spot(1, 1, text, 1, text, text)], land=text, title=text, head=("a", "b")),
}


@pytest.mark.parametrize("name", BY_NAME)
def test_hostile_words_stay_words(name: str) -> None:
    picture = BY_NAME[name](3, HOSTILE)
    check(picture)
    assert "<script" not in "".join(picture.svgs)


@pytest.mark.parametrize("name", ["ring", "year", "bars", "line"])
def test_less_than_nothing_is_refused(name: str) -> None:
    with pytest.raises(NoPicture):
        BY_NAME[name](-1, "x")
