"""A number in the top rows of a picture that coding, inverting and edge detection leave readable.

A block is striped for 1 and flat for 0: stripes become edges, or inverted stripes, and flat stays flat. The first two
blocks are always striped and flat, so that the reader knows what the two look like after processing. The number is in
Gray code: from one frame to the next only one block and the parity block change, which costs few bits.
"""

from typing import Any

import numpy as np

Plane = np.ndarray[Any, np.dtype[np.uint8]]

BLOCK_WIDTH, BLOCK_ROWS = 40, 32
STRIPE_WIDTH = 8
# 640 pixels hold 16 blocks: two references, 13 bits, one parity bit.
BITS = 13
DARK, LIGHT, FLAT = 40, 210, 96
# The border of a block is not looked at: coding and edges smear it.
MARGIN = 4


def write_number(luma: Plane, number: int) -> None:
    """Draw ``number`` into the top rows of a Y plane of 640 columns."""
    stripes = np.where(np.arange(BLOCK_WIDTH) // STRIPE_WIDTH % 2, LIGHT, DARK).astype(np.uint8)
    for place, bit in enumerate([1, 0, *_bits(number)]):
        luma[:BLOCK_ROWS, place * BLOCK_WIDTH : (place + 1) * BLOCK_WIDTH] = stripes if bit else FLAT


def read_number(luma: Plane, shrunk: int = 1) -> int | None:
    """Return the number, or None when the picture carries none, is a smaller version, or is damaged.

    ``shrunk`` is how many times smaller the picture's sides were made before it was encoded.
    """
    if shrunk > 1:
        luma = luma[: BLOCK_ROWS // shrunk].repeat(shrunk, axis=0).repeat(shrunk, axis=1)
    if luma.shape[1] < (BITS + 3) * BLOCK_WIDTH:
        return None
    rows = luma[MARGIN : BLOCK_ROWS - MARGIN, : (BITS + 3) * BLOCK_WIDTH].astype(np.float32)
    blocks = rows.reshape(rows.shape[0], BITS + 3, BLOCK_WIDTH)[:, :, MARGIN:-MARGIN]
    spread = blocks.std(axis=(0, 2))
    striped, flat = spread[0], spread[1]
    if striped < flat + 8:
        return None
    bits = [int(value > (striped + flat) / 2) for value in spread[2:]]
    if sum(bits) % 2:
        return None
    return _from_gray(sum(bit << place for place, bit in enumerate(bits[:BITS])))


def _bits(number: int) -> list[int]:
    gray = number ^ number >> 1
    bits = [gray >> place & 1 for place in range(BITS)]
    return [*bits, sum(bits) % 2]


def _from_gray(gray: int) -> int:
    number = 0
    while gray:
        number ^= gray
        gray >>= 1
    return number
