#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which folder may include which, and who owns each third-party library. Fails on the first include that is not in the tables.

The tables are those of docs/ARCHITECTURE.md, "Folders are targets". A change here is a change there."""

import argparse
import re
import sys
from pathlib import Path

# Folder -> the folders it may include besides itself.
STAGES = {
    "core": [],
    "config": ["core"],
    "capture": ["core"],
    "capture/local": ["core", "capture"],
    "media/bmff": ["core"],
    "media/fragment": ["core", "media/bmff"],
    "transcode": ["core", "media/bmff", "media/fragment"],
    "evidence": ["core", "media/bmff"],
    "signer": ["core", "evidence"],
    "storage/read": ["core", "media/bmff", "evidence"],
    "storage/write": ["core", "media/bmff", "evidence", "storage/read"],
    "retrieve": ["core", "media/bmff", "evidence", "storage/read"],
    "pki": ["core"],
    "net": ["core", "pki"],
    "monitor/records": ["core", "evidence"],
    "monitor": ["core", "config", "media/bmff", "evidence", "storage/read", "retrieve", "monitor/records", "net", "pki"],
}
LAYERS = {
    **STAGES,
    "app": list(STAGES),
    "bench": [*STAGES, "app"],
    "tests": [*STAGES, "app", "bench"],
}

# Header of a third party -> the folders that may include it; the first pattern that matches decides.
# bench/ and tests/ may include any. A file name allows that file only.
THIRD_PARTY = [
    (r"(fmt|tl)/", list(LAYERS)),
    (r"spdlog/", ["core"]),
    (r"toml\+\+/", ["config"]),
    (r"boost/json", ["evidence", "storage/read", "storage/write", "net", "monitor/records", "monitor", "app"]),
    (r"boost/url", ["net", "monitor", "app"]),
    (r"boost/asio", ["net", "monitor", "app"]),
    (r"boost/", ["net"]),
    (r"openssl/", ["evidence", "capture/rtsp/digest_auth.cc", "capture/rtsp/tls.cc", "monitor", "pki"]),
    (r"p11-kit/", ["signer/token.cc"]),
    (r"sqlite3", ["storage/read", "storage/write", "monitor/records"]),
    (r"argon2", ["monitor/records"]),
    (r"lib(av|sw)\w+/", ["media/fragment", "transcode"]),
    (r"seccomp", ["transcode"]),
    (r"CLI/", ["app"]),
    (r"(gst|glib|gio)[/\-.]|glib", ["capture/local"]),
    (r"(gtest|gmock|benchmark)/", []),
]
ANY_THIRD_PARTY = ("bench", "tests")

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
SKIPPED = {".git", "build", "web", "node_modules"}


def folder_of(path: str) -> str | None:
    """The longest row of the table that holds the path."""
    rows = [row for row in LAYERS if path.startswith(row + "/")]
    return max(rows, key=len, default=None)


def objection_to_own(folder: str, file: str, header: str) -> str | None:
    target = folder_of(header)
    if target is None:
        return f'"{header}": write project headers by their path from the root' if "/" not in header else (
            f'"{header}" lies in no folder that tools/check_layers.py knows')
    if target == folder or target in LAYERS[folder]:
        return None
    allowed = ", ".join(LAYERS[folder]) or "nothing else"
    return f"{folder}/ may not include {target}/ ({header}); it may include {allowed}"


def objection_to_foreign(folder: str, file: str, header: str) -> str | None:
    if folder in ANY_THIRD_PARTY:
        return None
    for pattern, owners in THIRD_PARTY:
        if re.match(pattern, header):
            if any(file == owner or file.startswith(owner + "/") for owner in owners):
                return None
            return f"<{header}> belongs to {', '.join(owners) or 'tests and bench'}, not to {folder}/"
    if "/" not in header or header.split("/")[0] in ("sys", "netinet", "arpa", "net", "linux"):
        return None  # the standard library and the system
    return f"<{header}> is of a library without an owner; name one in tools/check_layers.py"


def check_file(root: Path, path: Path) -> list[str]:
    file = path.relative_to(root).as_posix()
    folder = folder_of(file)
    if folder is None:
        return [f"{file}:1: lies in no folder that tools/check_layers.py knows"]
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        match = INCLUDE.match(line)
        if match is None:
            continue
        own, foreign = match.groups()
        objection = objection_to_own(folder, file, own) if own else objection_to_foreign(folder, file, foreign)
        if objection:
            found.append(f"{file}:{number}: {objection}")
    return found


def cycle_in_table() -> str | None:
    """A folder that reaches itself would be a cycle of static libraries."""
    for start in LAYERS:
        seen, waiting = set(), list(LAYERS[start])
        while waiting:
            row = waiting.pop()
            if row not in seen:
                seen.add(row)
                waiting += LAYERS[row]
        if start in seen:
            return f"tools/check_layers.py: the table has a cycle through {start}/"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    cycle = cycle_in_table()
    found = [cycle] if cycle else []
    files = [path for path in sorted(root.rglob("*")) if path.suffix in (".h", ".cc")
             and not SKIPPED.intersection(path.relative_to(root).parts)]
    for path in files:
        found += check_file(root, path)
    print("\n".join(found) if found else f"layers: {len(files)} files keep to the table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
