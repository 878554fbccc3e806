"""Examples of every picture for the gallery, each with numbers and with none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.templatetags.static import static
from django.utils.translation import get_language_bidi

from core.charts import Bar, Key, Node, Picture, Spot, bars, land_map, ring, sparkline, tree, year_cloth
from core.formats import exact_day, format_minutes, format_number

_KEYS = (Key(1, "claimed"), Key(2, "checked"), Key(4, "independently verified"))
_KINDS = (
    ("Field work", (90, 840, 120)),
    ("ترجمہ", (240, 380, 0)),
    ("Code & <b>maps</b>, which is a label that is much too long for its line", (60, 1260, 420)),
    ("Review", (15, 0, 0)),
)
_LINEAGE = (
    ("a", None, "Flood shelters of Barpeta", "412 h"),
    ("b", "a", "Flood shelters of Dhubri", "96 h"),
    ("c", "b", "چار کے اسکول", "12 h"),
    ("d", "a", "Shelters by telephone", "31 h"),
    ("e", None, "Pumps of Kampung Melayu", "58 h"),
)
_SPOTS = (
    (26.93, 94.21, "Majuli", 3), (26.32, 91.0, "Barpeta", 1), (27.48, 94.56, "Dhemaji", 2), (24.9, 67.0, "کراچی", 1),
    (-6.22, 106.86, "Jakarta", 4),
)  # fmt: skip


def chart_examples(today: date) -> list[tuple[str, Picture]]:
    """(name, picture) of each kind."""
    rtl = get_language_bidi()
    days = {today - timedelta(days=n): (n * n * 7 % 11) * 20 for n in range(0, 364, 2) if n % 5}
    year: dict[str, Any] = {"last": today, "show": format_minutes, "show_day": exact_day, "rtl": rtl}
    work = [Bar(label, parts, format_minutes(sum(parts)), tuple(map(format_minutes, parts))) for label, parts in _KINDS]
    months = [(f"month {n}", (n * 17 % 13) * 60) for n in range(1, 13)]
    spots = [Spot(*place, shown=format_number(place[3]), url="#g-charts") for place in _SPOTS]
    head = ("Kind of help", "claimed", "checked", "verified")
    outline: dict[str, Any] = {
        "land": static("img/land.svg"),
        "title": "Where problems are",
        "head": ("Place", "Problems"),
    }
    goal = {"title": "This week", "done_label": "Logged", "goal_label": "Goal"}
    return [
        ("ring", ring(75, 120, done_text="1 h 15 min", goal_text="2 h", **goal)),
        ("ring, reached", ring(150, 120, done_text="2 h 30 min", goal_text="2 h", **goal)),
        ("year", year_cloth(days, title="A year of hours", **year)),
        ("year, empty", year_cloth({}, title="A year before the first hour", **year)),
        ("bars", bars(work, keys=_KEYS, title="Hours by kind of help", head=head, rtl=rtl)),
        ("bars, empty", bars([], keys=_KEYS, title="Hours by kind of help", head=head, rtl=rtl)),
        ("sparkline", sparkline(months, title="Hours a month", head=("Month", "Hours"), show=format_minutes, rtl=rtl)),
        (
            "sparkline, one",
            sparkline(months[:1], title="One month", head=("Month", "Hours"), show=format_minutes, rtl=rtl),
        ),
        (
            "tree",
            tree([Node(*row) for row in _LINEAGE], title="What grew out of what", head=("Project", "Hours"), rtl=rtl),
        ),
        ("map of a region", land_map(spots[:3], **outline)),
        ("map of many lands", land_map(spots, **outline)),
        ("map, empty", land_map([], **outline)),
    ]
