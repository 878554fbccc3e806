"""Makes a screenshot small: a palette of 64 colours, chosen by the browser that took it, written with zlib.

A page has few colours and many shades between letter and paper, so a third of the bytes is left and no eye sees it. Nothing
has to be installed for it.
"""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Page

#: Colours are counted in boxes of 8 x 8 x 8; the fullest boxes give the palette, every other colour takes the nearest.
QUANTIZE = """
async ([png, most]) => {
  const blob = await (await fetch("data:image/png;base64," + png)).blob();
  const picture = await createImageBitmap(blob);
  const {width, height} = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(picture, 0, 0);
  const {data} = context.getImageData(0, 0, width, height);
  const boxes = new Map();
  const key = i => (data[i] >> 3) << 10 | (data[i + 1] >> 3) << 5 | data[i + 2] >> 3;
  for (let i = 0; i < data.length; i += 4) {
    const k = key(i);
    let box = boxes.get(k);
    if (!box) boxes.set(k, box = {n: 0, tones: new Map()});
    box.n++;
    const tone = data[i] << 16 | data[i + 1] << 8 | data[i + 2];
    box.tones.set(tone, (box.tones.get(tone) || 0) + 1);
  }
  const commonest = tones => [...tones].reduce((a, b) => b[1] > a[1] ? b : a)[0];
  const palette = [...boxes.values()].sort((a, b) => b.n - a.n).slice(0, most).map(box => commonest(box.tones));
  const near = new Map();
  const nearest = (r, g, b) => {
    let best = 0, least = Infinity;
    palette.forEach((tone, i) => {
      const far = 3 * ((tone >> 16) - r) ** 2 + 4 * ((tone >> 8 & 255) - g) ** 2 + 2 * ((tone & 255) - b) ** 2;
      if (far < least) [best, least] = [i, far];
    });
    return best;
  };
  const pixels = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i += 4) {
    const k = key(i);
    let index = near.get(k);
    if (index === undefined) near.set(k, index = nearest(data[i], data[i + 1], data[i + 2]));
    pixels[i / 4] = index;
  }
  let text = "";
  for (let i = 0; i < pixels.length; i += 8192) text += String.fromCharCode(...pixels.subarray(i, i + 8192));
  return {width, height, palette, pixels: btoa(text)};
}
"""


def shrink(page: Page, png: bytes, colours: int = 64) -> bytes:
    """The same picture as a PNG with a palette; `page` is any page without a policy of its own, like about:blank."""
    found = page.evaluate(QUANTIZE, [base64.b64encode(png).decode(), colours])
    width, height = found["width"], found["height"]
    pixels = base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[y * width : (y + 1) * width] for y in range(height))
    palette = b"".join(tone.to_bytes(3, "big") for tone in found["palette"])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
