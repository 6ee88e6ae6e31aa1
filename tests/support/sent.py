# SPDX-License-Identifier: Apache-2.0
"""What a simulated camera sent, known from the wall clock and the clip alone, against what a recorder left.

Unit n (a picture, an AAC frame) is sent when the wall clock is n units since 1970 (bench/README.md), and its
bytes tell n modulo the clip's period. So the files show which units are there, whatever the recorder says."""

import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests" / "support")]
from recorded import is_declared  # noqa: E402
from recording import boxes, judge  # noqa: E402

NS = 1_000_000_000
# Units of a second, and ticks of a second in the recording.
UNITS_PER_SECOND = {"video": (25, 1), "audio": (48_000, 1024)}
TIMESCALE = {"video": 90_000, "audio": 48_000}


@dataclass(frozen=True)
class Fragment:
    """Consecutive units as one chunk holds them."""

    first: int
    count: int
    begin_ns: int


class Recording:
    """One stream: its fragments in the order of the files."""

    def __init__(self, files: list[Path], media: str, clip: judge.Clip):
        self.media = media
        self.faults: list[str] = []
        numerator, denominator = UNITS_PER_SECOND[media]
        self.unit_ns = NS * denominator / numerator
        self.fragments = [fragment for path in files for fragment in self._read(path, clip)]
        self._firsts = [fragment.first for fragment in self.fragments]

    def _read(self, path: Path, clip: judge.Clip) -> Iterator[Fragment]:
        digest = judge.picture_digest if self.media == "video" else judge.sound_digest
        try:
            for part in boxes.fragments(memoryview(path.read_bytes())):
                begin_ns = part.decode_time * NS // TIMESCALE[self.media]
                numbers = [
                    self._number(clip.places.get(digest(sample)), clip.period, begin_ns, step)
                    for step, sample in enumerate(part.samples)
                ]
                if numbers != list(range(numbers[0] or 0, (numbers[0] or 0) + len(numbers))):
                    self.faults.append(f"{path.name}: chunk at {begin_ns} holds {numbers}")
                    continue
                yield Fragment(numbers[0], len(numbers), begin_ns)
        except boxes.BrokenFile as error:
            self.faults.append(f"{path.name}: {error}")

    def _number(self, places: frozenset[int] | None, period: int, begin_ns: int, step: int) -> int | None:
        """The unit's number since 1970: its place in the clip, and the time for the number of periods."""
        if places is None:
            return None
        near = round(begin_ns / self.unit_ns) + step
        candidates = [near + (place - near + period // 2) % period - period // 2 for place in places]
        return min(candidates, key=lambda number: abs(number - near))

    def end_ns(self, fragment: Fragment) -> int:
        return fragment.begin_ns + round(fragment.count * self.unit_ns)

    def last_before(self, moment_ns: int) -> Fragment | None:
        """The fragment with the last unit that was sent at that moment and is in the recording."""
        at = bisect_right(self._firsts, int(moment_ns // self.unit_ns))
        return self.fragments[at - 1] if at else None

    def missing_ms(self, moment_ns: int) -> float:
        """How much of what was sent up to that moment is not in the recording at its end."""
        sent = int(moment_ns // self.unit_ns)
        last = self.last_before(moment_ns)
        recorded = -1 if last is None else min(last.first + last.count - 1, sent)
        return (sent - recorded) * self.unit_ns / 1e6

    def missing_units(self, begin_ns: int, end_ns: int) -> int:
        """Of those sent in that time: how many are not in the recording."""
        begin, end = (int(moment // self.unit_ns) for moment in (begin_ns, end_ns))
        held = (
            min(fragment.first + fragment.count, end) - max(fragment.first, begin)
            for fragment in self.fragments
        )
        return end - begin - sum(max(0, count) for count in held)

    def first_after(self, moment_ns: int) -> Fragment | None:
        sent = int(moment_ns // self.unit_ns)
        return next((fragment for fragment in self.fragments if fragment.first > sent), None)

    def undeclared_holes(self, gaps: list[tuple[int, int, str]]) -> list[str]:
        """Places where units are missing, or come twice, that no declared gap covers."""
        found = []
        for before, after in zip(self.fragments, self.fragments[1:], strict=False):
            expected = before.first + before.count
            if after.first < expected:
                found.append(f"{self.media} unit {after.first} comes after {expected - 1}")
            elif after.first > expected and not is_declared(
                self.end_ns(before), after.begin_ns, gaps, 45_000_000
            ):
                found.append(f"{self.media} units {expected} to {after.first - 1} are missing without a gap")
        return found
