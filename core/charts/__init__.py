"""Pictures of numbers, drawn on the server as small SVGs: each with its title, its description and the table behind it.

Functions from plain values to a `Picture`; `_components/chart.html` shows one. They read no database, no clock and no
request: what is said, in which language and in which direction, is handed in. README.md says how they are made.
"""

from core.charts.bars import Bar, bars
from core.charts.cloth import year_cloth
from core.charts.land import Spot, in_order, land_map
from core.charts.line import sparkline
from core.charts.picture import Key, Picture, Row
from core.charts.ring import ring
from core.charts.tree import Node, tree

__all__ = [
    "Bar",
    "Key",
    "Node",
    "Picture",
    "Row",
    "Spot",
    "bars",
    "in_order",
    "land_map",
    "ring",
    "sparkline",
    "tree",
    "year_cloth",
]
