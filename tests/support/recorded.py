# SPDX-License-Identifier: Apache-2.0
"""Reads what a recorder left, without any of its code: the log's entries, and what ffmpeg makes of files."""

import json
import struct
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

HEADER = struct.Struct(">4sBBBB16sQqq16sIIQ32s16sH")
MEDIA = struct.Struct(">16s16s32s32s32sQQQIIIIqBBH")
# ffmpeg rounds times to the frame rate it guesses, unless told: uneven frames look like a fault then.
AS_STAMPED = ["-fps_mode", "passthrough", "-enc_time_base", "-1"]
TYPES = {
    1: "GENESIS",
    2: "INIT",
    3: "MEDIA",
    4: "SESSION-OPEN",
    5: "GAP-OPEN",
    6: "GAP-CLOSE",
    7: "SESSION-CLOSE",
    8: "HEARTBEAT",
    9: "CLOCK",
    10: "RECORDER",
    11: "STREAM",
    14: "TIME-ANCHOR",
}


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
            entries.append(read_entry(data[at + 2 : at + 2 + length]))
            at += 2 + length
    return entries


def utc_ns(text: str) -> int:
    """RFC 3339 in UTC with up to nine digits, to nanoseconds since 1970."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole).replace(tzinfo=timezone.utc).timestamp())
    return seconds * 1_000_000_000 + int(fraction.ljust(9, "0") or 0)


def bundle_number(path: Path) -> int:
    parts = [part for part in path.parts if part.lstrip("x").removesuffix(".part").isdigit()]
    inner = path.parts[path.parts.index("entries") + 1 :]
    assert parts
    return int("".join(part.lstrip("x").removesuffix(".part") for part in inner))


def read_entry(data: bytes) -> dict:
    fields = HEADER.unpack_from(data)
    entry = {
        "type": TYPES.get(fields[2], str(fields[2])),
        "index": fields[6],
        "real_ns": fields[7],
        "boot_ns": fields[8],
        "clock_state": fields[4],
        "clock_error_us": fields[10],
        "chain": fields[11],
        "chain_seq": fields[12],
    }
    body = data[HEADER.size :]
    assert len(body) == fields[15], "body length"
    if entry["type"] == "MEDIA":
        media = MEDIA.unpack_from(body)
        entry |= {
            "session": str(uuid.UUID(bytes=media[0])),
            "stream": str(uuid.UUID(bytes=media[1])),
            "digest": media[3].hex(),
            "bytes": media[5],
            "tfdt": media[6],
            "duration": media[7],
            "timescale": media[8],
            "samples": media[10],
            "lost": media[11],
            "flags": media[14],
        }
    else:
        entry |= json.loads(body)
    return entry


def declared_gaps(entries: list[dict]) -> dict[str, list[tuple[int, int, str]]]:
    """Closed gaps of each stream in nanoseconds, with their causes; what touches is joined by the reader."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for entry in entries:
        if entry["type"] == "GAP-CLOSE":
            begin, end = (
                entry[name] * 1_000_000_000 // entry["timescale"] for name in ("from_tfdt", "to_tfdt")
            )
            found.setdefault(entry["stream"], []).append((begin, end, entry["cause"]))
    return found


def is_declared(begin: int, end: int, gaps: list[tuple[int, int, str]], slack_ns: int = 100_000) -> bool:
    """True when gaps cover all of [begin, end); one cause may take over from another."""
    for first, last, _ in sorted(gaps):
        if first <= begin + slack_ns and last > begin:
            begin = last
    return begin >= end - slack_ns


def undeclared_gaps(entries: list[dict]) -> list[str]:
    """Holes between units of one stream that closed gaps do not explain, as sentences."""
    gaps = declared_gaps(entries)
    ends: dict[str, int] = {}
    found = []
    for entry in entries:
        if entry["type"] != "MEDIA":
            continue
        scale = entry["timescale"]
        begin = entry["tfdt"] * 1_000_000_000 // scale
        end = ends.get(entry["stream"], begin)
        if begin < end - 1_000_000_000 // scale:
            found.append(f"entry {entry['index']}: {begin} is before the end of the unit before, {end}")
        elif begin > end + 1_000_000_000 // scale and not is_declared(
            end, begin, gaps.get(entry["stream"], [])
        ):
            found.append(f"entry {entry['index']}: {end} to {begin}")
        ends[entry["stream"]] = (entry["tfdt"] + entry["duration"]) * 1_000_000_000 // scale
    return found


def unplayable(segments: list[Path]) -> list[str]:
    """Segments that ffmpeg cannot decode to the end without an error."""

    def problem(path: Path) -> str | None:
        done = subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", str(path), *AS_STAMPED, "-f", "null", "-"],
            capture_output=True,
            text=True,
            check=False,
        )
        return f"{path.name}: {done.stderr.strip()[:200]}" if done.returncode or done.stderr else None

    with ThreadPoolExecutor(2) as pool:
        return [problem for problem in pool.map(problem, segments) if problem]
