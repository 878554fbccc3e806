"""Make static/img/land.svg: the outline of the land, without a border, from Natural Earth (public domain).

The input comes with the npm package world-atlas and is fetched by hand, once:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz package/land-110m.json
    python scripts/land.py package/land-110m.json static/img/land.svg

One unit is a tenth of a degree; x grows to the east, y to the south. Antarctica is left out, as are islands too small to
be seen, and whatever a line of the drawing's width hides.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

Point = tuple[float, float]

#: In degrees. The outline is of the scale 1 : 110 million; half a degree is less than its own fault.
TOLERANCE = 0.42
SMALLEST = 1.2
ANTARCTICA = -60.0


def rings(atlas: dict) -> list[list[Point]]:
    """Every closed outline of a TopoJSON of land, in degrees."""
    (kx, ky), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    arcs = []
    for arc in atlas["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * kx + tx, y * ky + ty))
        arcs.append(line)
    found = []
    for shape in atlas["objects"]["land"]["geometries"]:
        for polygon in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
            for ring in polygon:
                line = []
                for number in ring:
                    part = arcs[number] if number >= 0 else arcs[~number][::-1]
                    line += part[1:] if line else part
                found.append(line)
    return found


def simpler(line: list[Point], tolerance: float) -> list[Point]:
    """The points that are needed to stay within `tolerance` of the line (Douglas and Peucker)."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    worst, at = 0.0, 0
    for number, (x, y) in enumerate(line[1:-1], 1):
        off = (
            abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length
            if length
            else ((x - ax) ** 2 + (y - ay) ** 2) ** 0.5
        )
        if off > worst:
            worst, at = off, number
    if worst <= tolerance:
        return [line[0], line[-1]]
    return simpler(line[: at + 1], tolerance)[:-1] + simpler(line[at:], tolerance)


def drawn(ring: list[Point]) -> str:
    """One outline as a path of whole relative steps; nothing for what is too small."""
    xs, ys = [x for x, _y in ring], [y for _x, y in ring]
    if max(xs) - min(xs) > 350 and max(ys) - min(ys) < 10:
        return ""  # an island on the line of dates, drawn round the whole earth
    if max(ys) < ANTARCTICA or max(max(xs) - min(xs), max(ys) - min(ys)) < SMALLEST:
        return ""
    points = [(round(x * 10), round(-y * 10)) for x, y in simpler(ring, TOLERANCE)]
    (x, y), *rest = points[:-1] if points[0] == points[-1] else points
    steps = []
    for nx, ny in rest:
        if (nx, ny) != (x, y):
            steps.append(f"{nx - x}{'' if ny < y else ' '}{ny - y}")
            x, y = nx, ny
    joined = steps[0]
    for step in steps[1:]:
        joined += step if step.startswith("-") else f" {step}"
    return f"M{points[0][0]} {points[0][1]}l{joined}z" if len(steps) > 2 else ""


def main(source: str, target: str) -> None:
    """Read the atlas, write the picture, say how big it is."""
    atlas = json.loads(Path(source).read_text(encoding="utf-8"))
    d = "".join(drawn(ring) for ring in rings(atlas))
    note = "<!-- Natural Earth, public domain; made by scripts/land.py -->"
    shape = f'<path id="land" vector-effect="non-scaling-stroke" d="{d}"/>'
    text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1800 -840 3600 1440">{note}{shape}</svg>\n'
    Path(target).write_text(text, encoding="utf-8")
    print(f"{target}: {len(text)} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
