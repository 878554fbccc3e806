"""A goal and how much of it is there."""

from __future__ import annotations

from core.charts.picture import Picture, Row, check_amounts, drawn
from core.charts.words import OF_THE_GOAL, PART


def ring(
    done: int, goal: int, *, title: str, done_label: str, goal_label: str, done_text: str, goal_text: str
) -> Picture:
    """A ring that closes when `done` reaches `goal`; beyond it, it stays closed and turns gold."""
    check_amounts((done, goal))
    percent = 100 if done >= goal else done * 100 // goal
    body = '<circle cx="50" cy="50" r="44"/>'
    if percent:
        full = " full" if percent == 100 else ""
        body += (
            f'<circle class="done{full}" cx="50" cy="50" r="44" pathLength="100" stroke-dasharray="{percent} 100" '
            'transform="rotate(-90 50 50)"/>'
        )
    rows = (Row(done_label, (done_text,)), Row(goal_label, (goal_text,)))
    description = str(OF_THE_GOAL) % {"done": done_text, "goal": goal_text}
    svg = drawn(body, box=(0, 0, 100, 100), title=title, description=description)
    return Picture("ring", title, (svg,), (str(PART), title), rows)
