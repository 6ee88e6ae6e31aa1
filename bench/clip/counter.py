# SPDX-License-Identifier: Apache-2.0
"""The frame counter in the picture: its geometry, how it is drawn and how it is read. No ffmpeg here.

A strip of 19 blocks lies in the top left corner. Left to right: one white and one black block as
references, 16 bits of the counter with the highest first, and a parity block that makes the number of
white ones among bits and parity even. A block is 1/40 of the picture's width wide.
"""

BLOCKS = 19
FRAMES = 400  # One period: 16 s at 25 frames a second, the shortest that is whole in AAC frames too.
FRAME_MS = 40


def block_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of one block in pixels: 48x16 at 1080p, 16x8 at 360p."""
    return width // 40, max(8, height // 67 // 2 * 2)


def strip_row(counter: int) -> bytes:
    """The 19 blocks as gray values."""
    bits = [counter >> shift & 1 for shift in range(15, -1, -1)]
    row = [1, 0, *bits, sum(bits) & 1]
    return bytes(255 if bit else 0 for bit in row)


def read_row(row: bytes) -> int | None:
    """The counter of 19 gray values; None when the references or the parity do not fit."""
    white, black = row[0], row[1]
    if len(row) != BLOCKS or white - black < 64:
        return None
    middle = (white + black) / 2
    bits = [value > middle for value in row[2:]]
    if sum(bits) & 1:
        return None
    counter = 0
    for bit in bits[:16]:
        counter = counter << 1 | bit
    return counter
