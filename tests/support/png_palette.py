"""Makes the PNGs of a browser small: at most 256 colors, which are the most frequent ones of the image."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator

PNG_START = b"\x89PNG\r\n\x1a\n"
RGB = 2  # the color type of PNGs with three bytes for each pixel
PALETTE = 3  # the color type of PNGs with one byte for each pixel
MAX_COLORS = 256


def shrink_png(image: bytes) -> bytes:
    """Return a PNG of three bytes for each pixel as one of one byte for each; colors that are close become one."""
    chunks = list(_iter_chunks(image))
    header = dict(chunks)[b"IHDR"]
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    assert header[8:10] == bytes((8, RGB)), "not an RGB image"
    data = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
    rows = list(_iter_rows(data, width * 3))
    pixels = [[row[at : at + 3] for at in range(0, len(row), 3)] for row in rows]
    places, palette = choose_colors(Counter(pixel for row in pixels for pixel in row))
    lines = b"".join(b"\0" + bytes([places[pixel] for pixel in row]) for row in pixels)
    new_header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, PALETTE, 0, 0, 0))
    parts = [(b"IHDR", new_header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return PNG_START + b"".join(
        len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4) for kind, content in parts
    )


def choose_colors(counts: Counter[bytes]) -> tuple[dict[bytes, int], list[bytes]]:
    """Return the place of each color in a palette, and the palette."""
    for bits in range(8, 0, -1):
        mask = 256 - (1 << (8 - bits))
        groups: dict[tuple[int, ...], int] = {}
        palette: list[bytes] = []
        places: dict[bytes, int] = {}
        for color, _ in counts.most_common():  # the most frequent color of a group stands for it
            group = tuple(part & mask for part in color)
            if group not in groups:
                groups[group] = len(palette)
                palette.append(color)
            places[color] = groups[group]
        if len(palette) <= MAX_COLORS:
            return places, palette
    raise ValueError("no palette is small enough")


def _iter_chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of the parts of a PNG."""
    place = len(PNG_START)
    while place < len(image):
        length = int.from_bytes(image[place : place + 4])
        yield image[place + 4 : place + 8], image[place + 8 : place + 8 + length]
        place += length + 12


def _iter_rows(data: bytes, size: int) -> Iterator[bytes]:
    """Yield the rows of an image of three bytes for each pixel, without the filters of PNG."""
    above = bytes(size)
    for start in range(0, len(data), size + 1):
        filter_type, row = data[start], bytearray(data[start + 1 : start + 1 + size])
        for at in range(size):
            left, up = row[at - 3] if at >= 3 else 0, above[at]
            if filter_type == 1:
                row[at] = (row[at] + left) & 255
            elif filter_type == 2:
                row[at] = (row[at] + up) & 255
            elif filter_type == 3:
                row[at] = (row[at] + (left + up) // 2) & 255
            elif filter_type == 4:
                row[at] = (row[at] + _predict(left, up, above[at - 3] if at >= 3 else 0)) & 255
        above = bytes(row)
        yield above


def _predict(left: int, up: int, corner: int) -> int:
    """Return what the filter of Paeth predicts."""
    guess = left + up - corner
    distances = abs(guess - left), abs(guess - up), abs(guess - corner)
    return (left, up, corner)[distances.index(min(distances))]
