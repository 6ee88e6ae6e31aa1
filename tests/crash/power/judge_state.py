# SPDX-License-Identifier: Apache-2.0
"""Judges what a recorder made of a crash state against the journal, with no code of the recorder: the log's
chains, every chunk of every file against its entry's digest and against what was once written."""

import hashlib
import struct
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from disk import Op

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests" / "support")]
from recorded import HEADER, bundle_number, read_entry, undeclared_gaps  # noqa: E402
from recording import boxes  # noqa: E402

NS = 1_000_000_000
LIVE_NS = NS // 2  # A chunk that is written sooner after its end was not kept before by the room.
SEAL_HEADER = 8 + 16 + 4
TIMESCALES = {"video": 90_000, "audio": 48_000}


@dataclass(frozen=True)
class Written:
    """A chunk that was once appended; `sent_ns`: from then on it could be lost."""

    op: int
    digest: bytes
    sent_ns: int


@dataclass(frozen=True)
class Piece:
    """A chunk, init segment or seal of a file."""

    kind: str
    data: bytes


@dataclass
class Verdict:
    complaints: list[str] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)
    missing_ms: float = 0
    outcome: frozenset = frozenset()

    def complain(self, text: str) -> None:
        self.complaints.append(text)


def pieces(data: bytes) -> list[Piece]:
    """Raises BrokenFile where boxes do not follow each other."""
    found: list[Piece] = []
    begin = at = 0
    for kind, _, end in boxes.boxes(memoryview(data), 0, len(data)):
        name = {b"moov": "init", b"mdat": "chunk", b"uuid": "seal"}.get(kind)
        if name == "seal" and at != begin:
            raise boxes.BrokenFile(f"a seal at {at} stands in a chunk")
        at = end
        if name is not None:
            found.append(Piece(name, data[begin:end]))
            begin = end
        elif kind not in (b"ftyp", b"prft", b"moof"):
            raise boxes.BrokenFile(f"box {kind!r} before {end}")
    if begin != at:
        raise boxes.BrokenFile(f"the file ends in a chunk that begins at {begin}")
    return found


def is_media(path: str) -> bool:
    return "/media/" in path


class Known:
    """What the journal says was written, sent and acknowledged."""

    def __init__(self, ops: list[Op]):
        self.ops = ops
        self.chunks: dict[str, list[Written]] = {}  # By stream, "<volume>/media/<room>/<stream>".
        for op in ops:
            if op.kind == "append" and is_media(op.path):
                self._add(op)
        self.digests = {chunk.digest for chunks in self.chunks.values() for chunk in chunks}

    def _add(self, op: Op) -> None:
        stream = stream_of(op.path)
        scale = TIMESCALES[stream.rpartition("-")[2]]
        for piece in pieces(op.data):
            if piece.kind != "chunk":
                continue
            (part,) = boxes.fragments(memoryview(piece.data))
            begin = part.decode_time * NS // scale
            sent = begin if op.at_ns - begin < LIVE_NS else op.at_ns
            self.chunks.setdefault(stream, []).append(
                Written(op.number, hashlib.sha256(piece.data).digest(), sent)
            )

    def time_of_cut(self, cut: int) -> int:
        return self.ops[min(cut, len(self.ops) - 1)].at_ns

    def told(self, cut: int) -> list[tuple[str, str]]:
        return [(op.what, op.session) for op in self.ops[:cut] if op.kind == "told"]


def stream_of(path: str) -> str:
    return "/".join(path.split("/")[:4])


class Log:
    """A room's log: its raw entries and what they say."""

    def __init__(self, bundles: dict[str, bytes]):
        """Bundles by path, in any order."""
        self.raw: list[bytes] = []
        self.is_whole = True
        for path in sorted(bundles, key=lambda path: bundle_number(Path(path))):
            self._read(bundles[path])

    @staticmethod
    def at(folder: Path) -> "Log":
        bundles = (folder / "tile" / "entries").rglob("[0-9]*")
        return Log({str(path): path.read_bytes() for path in bundles if path.is_file()})

    def _read(self, data: bytes) -> None:
        at = 0
        while at + 2 <= len(data):
            (length,) = struct.unpack_from(">H", data, at)
            if length == 0 or at + 2 + length > len(data):
                break
            self.raw.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        self.is_whole = self.is_whole and at == len(data)

    @cached_property
    def entries(self) -> list[dict]:
        return [read_entry(raw) for raw in self.raw]

    def breaks(self) -> list[str]:
        """Where an index or a chain does not continue."""
        found = [] if self.is_whole else ["a bundle does not end with a whole entry"]
        ends: dict[int, bytes] = {}
        for number, raw in enumerate(self.raw):
            index, chain, previous = (HEADER.unpack_from(raw)[field] for field in (6, 11, 13))
            if index != number or previous != ends.get(chain, bytes(32)):
                found.append(f"entry {number} does not continue its chain")
            ends[chain] = hashlib.sha256(b"\0" + raw).digest()
        return found


class Judge:
    """Of one state, after the recorder has started on it and stopped."""

    def __init__(self, known: Known, cut: int, root: Path, feed_from_ns: int):
        self.known = known
        self.cut = cut
        self.root = root
        self.feed_from_ns = feed_from_ns
        self.verdict = Verdict()
        self.vouched: set[bytes] = set()

    def judge(self, durable_logs: dict[str, list[bytes]]) -> Verdict:
        volumes = sorted(path for path in self.root.iterdir() if path.is_dir())
        self._judge_copies(volumes)
        for volume in volumes:
            self.vouched = set()
            for folder in sorted((volume / "log").glob("*/1")):
                self._judge_room(volume, folder, durable_logs)
            self._judge_missing(volume.name)
        return self.verdict

    def _judge_copies(self, volumes: list[Path]) -> None:
        """Every volume holds the same media and logs."""
        for other in volumes[1:]:
            for name in sorted(held_by(volumes[0]) | held_by(other)):
                first, second = volumes[0] / name, other / name
                if not (first.exists() and second.exists() and first.read_bytes() == second.read_bytes()):
                    self.verdict.complain(f"{name}: is not the same on {volumes[0].name} and {other.name}")

    def _judge_room(self, volume: Path, folder: Path, durable_logs: dict[str, list[bytes]]) -> None:
        log = Log.at(folder)
        name = str(folder.relative_to(self.root))
        for fault in log.breaks():
            self.verdict.complain(f"{name}: {fault}")
        before = durable_logs.get(str(folder.relative_to(volume)), [])
        if log.raw[: len(before)] != before:
            self.verdict.complain(f"{name}: {len(before)} entries were durable and are not all there")
        self.verdict.undeclared += [f"{name}: {gap}" for gap in undeclared_gaps(log.entries)]
        self._judge_told(folder.parent.name, log)
        for stream in (entry for entry in log.entries if entry["type"] == "STREAM"):
            self._judge_stream(volume, folder.parent.name, stream, log)
        self.verdict.outcome |= outcome_of(log.entries[len(before) :])

    def _judge_told(self, room: str, log: Log) -> None:
        if room != "inquiry-1":
            return
        logged = {(entry["type"].lower(), entry.get("session")) for entry in log.entries}
        for told in self.known.told(self.cut):
            if told not in logged:
                self.verdict.complain(f"{room}: {told[0]} was acknowledged and is not in the log")

    def _judge_stream(self, volume: Path, room: str, stream: dict, log: Log) -> None:
        media: dict[str, list[dict]] = {}
        inits: dict[str, dict] = {}
        path = ""
        for entry in log.entries:
            if entry.get("stream") != stream["stream"]:
                continue
            if entry["type"] == "INIT":
                path = entry["path"]
                inits[path] = entry
            elif entry["type"] == "MEDIA":
                media.setdefault(path, []).append(entry)
        for path, init in inits.items():
            self._judge_file(volume / path, init, media.get(path, []), set(log.raw))
        folder = volume / "media" / room / stream["name"]
        for orphan in {str(file.relative_to(volume)) for file in folder.rglob("*.mp4")} - set(inits):
            self._judge_orphan(volume / orphan)

    def _judge_file(self, path: Path, init: dict, media: list[dict], entries: set[bytes]) -> None:
        try:
            found = pieces(path.read_bytes())
        except (boxes.BrokenFile, FileNotFoundError) as error:
            self.verdict.complain(f"{path.name}: {error}")
            return
        if not found or hashlib.sha256(found[0].data).hexdigest() != init["init_digest"]:
            self.verdict.complain(f"{path.name}: its init segment is another one")
        for piece in found[1:]:
            if piece.kind == "seal" and piece.data[SEAL_HEADER:] not in entries:
                self.verdict.complain(f"{path.name}: a seal of an entry that is not in the log")
        self._judge_chunks(path.name, [p.data for p in found if p.kind == "chunk"], media)

    def _judge_chunks(self, name: str, chunks: list[bytes], media: list[dict]) -> None:
        """Each entry stands for the next chunks, and no chunk is left over."""
        chunks = list(chunks)
        for entry in media:
            unit = b""
            while chunks and len(unit) < entry["bytes"]:
                self._judge_chunk(name, chunks[0], entry)
                unit += chunks.pop(0)
            if hashlib.sha256(unit).hexdigest() != entry["digest"]:
                self.verdict.complain(f"{name}: entry {entry['index']} is not what stands in the file")
        if chunks:
            self.verdict.complain(f"{name}: {len(chunks)} chunks that no entry vouches for")

    def _judge_chunk(self, name: str, chunk: bytes, entry: dict) -> None:
        digest = hashlib.sha256(chunk).digest()
        self.vouched.add(digest)
        begin = entry["tfdt"] * NS // entry["timescale"]
        if digest not in self.known.digests and begin < self.feed_from_ns:
            self.verdict.complain(f"{name}: entry {entry['index']} has a chunk that was never written")

    def _judge_orphan(self, path: Path) -> None:
        """A file that the log does not know can hold nothing but what comes before the first chunk."""
        try:
            kinds = {piece.kind for piece in pieces(path.read_bytes())}
        except boxes.BrokenFile:
            kinds = set()  # A torn init segment.
        if "chunk" in kinds:
            self.verdict.complain(f"{path.name}: has chunks and no INIT entry")

    def _judge_missing(self, volume: str) -> None:
        cut_ns = self.known.time_of_cut(self.cut)
        for stream, chunks in self.known.chunks.items():
            if stream.startswith(volume + "/"):
                lost = [c for c in chunks if c.op < self.cut and c.digest not in self.vouched]
                missing = max((cut_ns - chunk.sent_ns for chunk in lost), default=0)
                self.verdict.missing_ms = max(self.verdict.missing_ms, missing / 1e6)


def held_by(volume: Path) -> set[Path]:
    """Media and logs, from the volume's root."""
    files = (file for folder in ("media", "log") for file in (volume / folder).rglob("*"))
    return {file.relative_to(volume) for file in files if file.is_file()}


def outcome_of(entries: list[dict]) -> frozenset:
    """What kinds of entries the start wrote: one class of outcomes."""
    return frozenset(
        (entry["type"], entry.get("event"), entry.get("cause"), entry.get("flags", 0) & 16)
        for entry in entries
    )
