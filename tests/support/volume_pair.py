# SPDX-License-Identifier: Apache-2.0
"""Two volumes that should hold the same, compared file by file, without any of the recorder's code."""

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from recorded import bundle_number


def begin_ns(segment: Path) -> int:
    """When its first sample was taken: it stands in the name."""
    stamp = segment.stem.partition("-")[2]
    taken = datetime.strptime(stamp, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=timezone.utc)
    return round(taken.timestamp() * 1000) * 1_000_000


def holds_media(segment: Path) -> bool:
    """More than its init segment."""
    with segment.open("rb") as file:
        return b"moof" in file.read(1 << 16)


def log_bytes(volume: Path, slug: str) -> bytes:
    """The room's whole log."""
    entries = volume / "log" / slug / "1" / "tile" / "entries"
    bundles = sorted(entries.rglob("[0-9]*"), key=bundle_number)
    return b"".join(path.read_bytes() for path in bundles if path.is_file())


@dataclass(frozen=True)
class VolumePair:
    first: Path
    second: Path

    def newest(self, slug: str, media: str) -> tuple[Path | None, Path | None]:
        """The newest segment of a stream on each."""
        files = (sorted((root / "media" / slug / f"cam-{media}").rglob("*.mp4")) for root in self._roots())
        first, second = (found[-1] if found else None for found in files)
        return first, second

    def is_begun_on_both(self, slug: str, media: str, since_ns: int) -> bool:
        """A segment that began after that moment, the same one, has media on both."""
        newest = self.newest(slug, media)
        return (
            None not in newest
            and newest[0].name == newest[1].name
            and begin_ns(newest[0]) > since_ns
            and all(holds_media(path) for path in newest)
        )

    def best_copies(self) -> list[Path]:
        """Of each segment the longer copy: on a volume that failed it ends early."""
        best: dict[Path, Path] = {}
        for root in self._roots():
            for path in (root / "media").rglob("*.mp4"):
                below = path.relative_to(root)
                other = best.get(below)
                if other is None or path.stat().st_size > other.stat().st_size:
                    best[below] = path
        return [best[below] for below in sorted(best)]

    def differing(self) -> list[str]:
        """Copies that are not the beginning of each other."""
        found = []
        for path in sorted((self.first / "media").rglob("*.mp4")):
            other = self.second / path.relative_to(self.first)
            if other.exists():
                ours, theirs = path.read_bytes(), other.read_bytes()
                shared = min(len(ours), len(theirs))
                if ours[:shared] != theirs[:shared]:
                    found.append(f"{path.name}: the copies differ")
        return found

    def missing(self) -> list[str]:
        """Segments that one of both does not hold whole."""
        return [path.name for path in self.best_copies() if self.difference(path)]

    def difference(self, best: Path) -> str:
        """What is not the same of a segment; empty: it is."""
        below = best.relative_to(self.first if best.is_relative_to(self.first) else self.second)
        copies = [root / below for root in self._roots()]
        absent = [str(path) for path in copies if not path.exists()]
        if absent:
            return f"{absent[0]} is not there; the other copy has {best.stat().st_size} bytes"
        first, second = (path.read_bytes() for path in copies)
        if first == second:
            return ""
        pairs = enumerate(zip(first, second, strict=False))
        at = next((i for i, (one, other) in pairs if one != other), min(len(first), len(second)))
        return f"{below}: {len(first)} and {len(second)} bytes, not the same from byte {at} on"

    def missing_closed(self, streams: list[tuple[str, str]]) -> list[str]:
        """As missing(), but for the newest of each stream, which is still written."""
        open_ones = {path.name for slug, media in streams for path in self.newest(slug, media) if path}
        return [name for name in self.missing() if name not in open_ones]

    def logs_differ(self, slug: str) -> bool:
        return log_bytes(self.first, slug) != log_bytes(self.second, slug)

    def is_log_caught_up(self, slug: str) -> bool:
        """While it is written: what the one held before is what the other holds now, and both ways."""
        first = log_bytes(self.first, slug)
        second = log_bytes(self.second, slug)
        third = log_bytes(self.first, slug)
        return bool(first) and second.startswith(first) and third.startswith(second)

    def _roots(self) -> tuple[Path, Path]:
        return self.first, self.second
