"""Draw the icons a phone shows among its apps: `python scripts/icons.py`.

The mark (static/img/mark.svg) is made of upright rectangles, so at whole pixels per thread it is drawn exactly, in four
colours, in a few hundred bytes, with nothing installed.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
PAPER, MADDER, LEAF, INDIGO = range(4)
COLOURS = bytes.fromhex("fbfaf6 a8401f 0b6b4b 27406b")
#: In threads of the mark, which is 26 wide: colour, left, top, right, bottom, from the undermost up.
RECTANGLES: tuple[tuple[int, float, float, float, float], ...] = (
    (MADDER, 2, 0, 8, 26),
    (MADDER, 18, 0, 24, 26),
    (LEAF, 10, 0, 16, 26),
    *((PAPER, x, y - 4, x + 8, y + 4) for x, y in ((9, 5), (1, 13), (17, 13), (9, 21))),
    *((INDIGO, x, y - 3, x + 8, y + 3) for x, y in ((9, 5), (9, 21))),
    (INDIGO, 0, 10, 9, 16),
    (INDIGO, 17, 10, 26, 16),
    *((INDIGO, x, y - 3, x + 1.5, y + 3) for x in (0, 24.5) for y in (5, 21)),
)
#: File, its side, pixels per thread. A phone may cut a maskable one to a circle of four fifths: the mark stays within.
ICONS = (("icon-192.png", 192, 6), ("icon-512.png", 512, 16), ("icon-maskable-512.png", 512, 12))


def draw(side: int, scale: int) -> bytes:
    """The mark in the middle of a square of paper, as a PNG with a palette of four colours."""
    rows = [bytearray(side) for _ in range(side)]
    edge = (side - 26 * scale) // 2
    for colour, left, top, right, bottom in RECTANGLES:
        first, last = (round(edge + x * scale) for x in (left, right))
        for y in range(round(edge + top * scale), round(edge + bottom * scale)):
            rows[y][first:last] = bytes([colour]) * (last - first)
    packed = b"".join(
        b"\0" + bytes(row[i] << 6 | row[i + 1] << 4 | row[i + 2] << 2 | row[i + 3] for i in range(0, side, 4))
        for row in rows
    )
    header = struct.pack(">IIBBBBB", side, side, 2, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", COLOURS), (b"IDAT", zlib.compress(packed, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    """Write each icon and say how big it is."""
    for name, side, scale in ICONS:
        made = draw(side, scale)
        (IMAGES / name).write_bytes(made)
        print(f"{name}: {len(made)} bytes")


if __name__ == "__main__":
    main()
