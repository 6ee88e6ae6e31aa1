# SPDX-License-Identifier: Apache-2.0
"""Samples out of fragmented MP4 with one track a file, read without any code of the recorder.

Source: ISO/IEC 14496-12, 8.8. Boxes that are not needed (prft, uuid seals, ...) are stepped over.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

TRUN_DATA_OFFSET = 0x1
TRUN_FIRST_FLAGS = 0x4
TRUN_DURATION = 0x100
TRUN_SIZE = 0x200
TRUN_FLAGS = 0x400
TRUN_COMPOSITION = 0x800
TFHD_BASE_OFFSET = 0x1
TFHD_DESCRIPTION = 0x2
TFHD_DURATION = 0x8
TFHD_SIZE = 0x10


class BrokenFile(ValueError):
    """The bytes are not what ISO/IEC 14496-12 asks for; says where."""


@dataclass(frozen=True)
class Fragment:
    decode_time: int
    samples: list[memoryview]


def boxes(data: memoryview, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, begin and end of each box's payload."""
    at = begin
    while at < end:
        if end - at < 8:
            raise BrokenFile(f"{end - at} bytes at {at} are no box")
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            header = 16
        if size < header or at + size > end:
            raise BrokenFile(f"box {kind!r} at {at} has size {size}, {end - at} are left")
        yield kind, at + header, at + size
        at += size


def fragments(data: memoryview) -> Iterator[Fragment]:
    """All fragments of a file in order. An unfinished last box raises BrokenFile after the whole ones."""
    open_fragment: tuple[int, list[int]] | None = None
    for kind, begin, end in boxes(data, 0, len(data)):
        if kind == b"moof":
            open_fragment = read_moof(data, begin, end)
        elif kind == b"mdat" and open_fragment is not None:
            decode_time, sizes = open_fragment
            if sum(sizes) > end - begin:
                raise BrokenFile(f"mdat at {begin} is shorter than its samples")
            samples = []
            at = begin
            for size in sizes:
                samples.append(data[at : at + size])
                at += size
            yield Fragment(decode_time, samples)
            open_fragment = None


def read_moof(data: memoryview, begin: int, end: int) -> tuple[int, list[int]]:
    """Decode time and sample sizes of the only track fragment."""
    decode_time = 0
    default_size = 0
    sizes: list[int] = []
    tracks = [box for box in boxes(data, begin, end) if box[0] == b"traf"]
    if len(tracks) != 1:
        raise BrokenFile(f"moof at {begin} has {len(tracks)} track fragments, one was expected")
    for kind, at, stop in boxes(data, tracks[0][1], tracks[0][2]):
        if kind == b"tfhd":
            default_size = read_default_size(data, at)
        elif kind == b"tfdt":
            form = ">Q" if data[at] == 1 else ">I"
            (decode_time,) = struct.unpack_from(form, data, at + 4)
        elif kind == b"trun":
            sizes += read_sizes(data, at, stop, default_size)
    return decode_time, sizes


def read_default_size(data: memoryview, at: int) -> int:
    flags = int.from_bytes(data[at + 1 : at + 4])
    where = at + 8
    where += 8 if flags & TFHD_BASE_OFFSET else 0
    where += 4 if flags & TFHD_DESCRIPTION else 0
    where += 4 if flags & TFHD_DURATION else 0
    return int.from_bytes(data[where : where + 4]) if flags & TFHD_SIZE else 0


def read_sizes(data: memoryview, at: int, end: int, default_size: int) -> list[int]:
    flags = int.from_bytes(data[at + 1 : at + 4])
    (count,) = struct.unpack_from(">I", data, at + 4)
    if not flags & TRUN_SIZE:
        return [default_size] * count
    where = at + 8
    where += 4 if flags & TRUN_DATA_OFFSET else 0
    where += 4 if flags & TRUN_FIRST_FLAGS else 0
    fields = [bit for bit in (TRUN_DURATION, TRUN_SIZE, TRUN_FLAGS, TRUN_COMPOSITION) if flags & bit]
    if where + 4 * len(fields) * count > end:
        raise BrokenFile(f"trun at {at} is shorter than its {count} samples")
    row = struct.Struct(f">{len(fields)}I")
    column = fields.index(TRUN_SIZE)
    return [row.unpack_from(data, where + i * row.size)[column] for i in range(count)]
