# SPDX-License-Identifier: Apache-2.0
"""Reads what a recorder left, without any of its code: the log's entries and what ffmpeg says of the files."""

import json
import struct
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HEADER = struct.Struct(">4sBBBB16sQqq16sIIQ32s16sH")
MEDIA = struct.Struct(">16s16s32s32s32sQQQIIIIqBBH")
TYPES = {1: "GENESIS", 2: "INIT", 3: "MEDIA", 4: "SESSION-OPEN", 5: "GAP-OPEN", 6: "GAP-CLOSE",
         7: "SESSION-CLOSE", 8: "HEARTBEAT", 9: "CLOCK", 10: "RECORDER", 11: "STREAM"}


def read_log(folder: Path) -> list[dict]:
    """All whole entries of a room's log, in order; media bodies as fields, others as their JSON."""
    entries = []
    bundles = sorted((folder / "tile" / "entries").rglob("[0-9]*"), key=bundle_number)
    for bundle in bundles:
        data = bundle.read_bytes()
        at = 0
        while at + 2 <= len(data):
            (length,) = struct.unpack_from(">H", data, at)
            if at + 2 + length > len(data):
                break
            entries.append(read_entry(data[at + 2:at + 2 + length]))
            at += 2 + length
    return entries


def bundle_number(path: Path) -> int:
    parts = [part for part in path.parts if part.lstrip("x").removesuffix(".part").isdigit()]
    inner = path.parts[path.parts.index("entries") + 1:]
    assert parts
    return int("".join(part.lstrip("x").removesuffix(".part") for part in inner))


def read_entry(data: bytes) -> dict:
    fields = HEADER.unpack_from(data)
    entry = {"type": TYPES.get(fields[2], str(fields[2])), "index": fields[6], "real_ns": fields[7],
             "boot_ns": fields[8], "chain": fields[11], "chain_seq": fields[12]}
    body = data[HEADER.size:]
    assert len(body) == fields[15], "body length"
    if entry["type"] == "MEDIA":
        media = MEDIA.unpack_from(body)
        entry |= {"session": str(uuid.UUID(bytes=media[0])), "stream": str(uuid.UUID(bytes=media[1])),
                  "bytes": media[5], "tfdt": media[6], "duration": media[7], "timescale": media[8],
                  "samples": media[10], "lost": media[11], "flags": media[14]}
    else:
        entry |= json.loads(body)
    return entry


def undeclared_gaps(entries: list[dict]) -> list[str]:
    """Holes between units of one stream that no closed gap explains, as sentences."""
    end: dict[str, int] = {}
    explained: dict[str, tuple[int, int]] = {}
    found = []
    for entry in entries:
        if entry["type"] == "GAP-CLOSE":
            explained[entry["stream"]] = (entry["from_tfdt"], entry["to_tfdt"])
        if entry["type"] != "MEDIA":
            continue
        stream = entry["stream"]
        known = end.get(stream)
        if known is not None and entry["tfdt"] != known:
            first, last = explained.get(stream, (None, None))
            if last != entry["tfdt"] or first is None or abs(first - known) > 2:
                found.append(f"entry {entry['index']}: {known} to {entry['tfdt']}")
        end[stream] = entry["tfdt"] + entry["duration"]
    return found


def unplayable(segments: list[Path]) -> list[str]:
    """Segments that ffmpeg cannot decode to the end without an error."""
    def problem(path: Path) -> str | None:
        done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
                              capture_output=True, text=True, check=False)
        return f"{path.name}: {done.stderr.strip()[:200]}" if done.returncode or done.stderr else None

    with ThreadPoolExecutor(2) as pool:
        return [problem for problem in pool.map(problem, segments) if problem]
