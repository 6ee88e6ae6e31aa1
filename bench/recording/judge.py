# SPDX-License-Identifier: Apache-2.0
"""Compares every recorded sample with the clip that was sent: nothing lost, repeated, changed or out of order.

Pictures are compared by their NAL units without parameter sets and delimiters: those may travel beside
the picture (SDP, avcC, hvcC), everything else must be there byte for byte.
"""

import hashlib
import mmap
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import boxes

BESIDE_H264 = (7, 8, 9)  # SPS, PPS, access unit delimiter.
BESIDE_H265 = (32, 33, 34, 35)  # VPS as well.
G711 = {"pcma": "alaw", "pcmu": "mulaw"}  # ffmpeg's names of the bare bytes.
G711_PACKET = 160  # 20 ms.


def is_beside_h264(header: int) -> bool:
    return header & 0x1F in BESIDE_H264


def is_beside_h265(header: int) -> bool:
    return header >> 1 & 0x3F in BESIDE_H265


def nal_digest(sample: memoryview, is_beside: Callable[[int], bool]) -> bytes:
    digest = hashlib.sha256()
    at = 0
    while at + 4 < len(sample):
        length = int.from_bytes(sample[at : at + 4])
        if length == 0 or at + 4 + length > len(sample):
            return b"not length-prefixed NAL units"
        if not is_beside(sample[at + 4]):
            digest.update(sample[at : at + 4 + length])
        at += 4 + length
    return digest.digest()


def picture_digest(sample: memoryview) -> bytes:
    return nal_digest(sample, is_beside_h264)


def h265_digest(sample: memoryview) -> bytes:
    return nal_digest(sample, is_beside_h265)


def sound_digest(sample: memoryview) -> bytes:
    return hashlib.sha256(sample).digest()


@dataclass
class Clip:
    """Where in the period each digest stands; a digest may stand in several places (silence)."""

    period: int
    places: dict[bytes, frozenset[int]]
    digest: Callable[[memoryview], bytes] = sound_digest


def read_clip(path: str, media: str, codec: str = "") -> Clip:
    """`media` is "video" or "audio"; `codec` as make_clip.py calls it."""
    digest = sound_digest if media == "audio" else h265_digest if codec == "h265" else picture_digest
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map", f"0:{media[0]}:0", "-c", "copy"]
    if codec in G711:
        form = ["-f", G711[codec]]
    else:
        form = ["-f", "mp4", "-movflags", "empty_moov+default_base_moof+frag_every_frame"]
    data = memoryview(subprocess.run([*command, *form, "-"], capture_output=True, check=True).stdout)
    if codec in G711:
        samples = [data[at : at + G711_PACKET] for at in range(0, len(data), G711_PACKET)]
    else:
        samples = [sample for part in boxes.fragments(data) for sample in part.samples]
    return clip_of([digest(sample) for sample in samples], digest)


def clip_of(digests: list[bytes], digest: Callable[[memoryview], bytes] = sound_digest) -> Clip:
    places: dict[bytes, set[int]] = defaultdict(set)
    for place, found in enumerate(digests):
        places[found].add(place)
    return Clip(len(digests), {found: frozenset(where) for found, where in places.items()}, digest)


@dataclass
class Verdict:
    samples: int = 0
    lost: int = 0
    repeated: int = 0
    unknown: int = 0  # Samples that the clip does not hold: changed on the way.
    backwards: int = 0  # Fragments whose decode time is not after the one before.
    broken: list[str] = field(default_factory=list)  # Files that could not be read to their end.

    def add(self, other: "Verdict") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def is_whole(self) -> bool:
        return not (self.lost or self.repeated or self.unknown or self.backwards or self.broken)


def judge_order(digests: Iterable[bytes], clip: Clip) -> Verdict:
    """Each sample must stand one place after the one before; an unknown one takes one place."""
    verdict = Verdict()
    expected: frozenset[int] | None = None
    for digest in digests:
        verdict.samples += 1
        here = clip.places.get(digest)
        if here is None:
            verdict.unknown += 1
        elif expected is None or here & expected:
            here = here if expected is None else here & expected
        else:
            ahead = min((place - due) % clip.period for place in here for due in expected)
            if ahead == clip.period - 1:
                verdict.repeated += 1
            else:
                verdict.lost += ahead
        if here is not None:
            expected = frozenset((place + 1) % clip.period for place in here)
        elif expected is not None:
            expected = frozenset((place + 1) % clip.period for place in expected)
    return verdict


def stream_digests(
    files: list[Path], digest: Callable[[memoryview], bytes], verdict: Verdict
) -> Iterator[bytes]:
    last_time = -1
    for path in files:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            view = memoryview(data)
            try:
                for fragment in boxes.fragments(view):
                    verdict.backwards += fragment.decode_time <= last_time
                    last_time = fragment.decode_time
                    yield from map(digest, fragment.samples)
                    fragment.samples.clear()  # The views must be gone before the file is unmapped.
            except boxes.BrokenFile as error:
                verdict.broken.append(f"{path.name}: {error}")
            view.release()


def judge_stream(folder: Path, clip: Clip) -> Verdict:
    """All segments of one <room>/<source>-<media> folder, in the order of their numbers."""
    found = Verdict()
    verdict = judge_order(stream_digests(sorted(folder.rglob("*.mp4")), clip.digest, found), clip)
    verdict.add(found)
    return verdict


def judge_streams(work: list[tuple[Path, Clip]], workers: int) -> list[Verdict]:
    folders, clips = [folder for folder, _ in work], [clip for _, clip in work]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(judge_stream, folders, clips))


def total(verdicts: Iterable[Verdict]) -> dict:
    whole = Verdict()
    for verdict in verdicts:
        whole.add(verdict)
    return asdict(whole)
