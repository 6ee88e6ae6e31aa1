#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Style as a test: licence line, a word on what a file is for, at most 400 lines, nothing left to do, no test unbuilt.

It looks at the files git tracks, or at every file below --root where there is no git."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

LICENCE = "SPDX-License-Identifier: Apache-2.0"
LICENSED = {".h", ".cc", ".go", ".py", ".mjs", ".js", ".ts", ".tsx", ".cmake", ".toml"}
LICENSED_NAMES = {"dev", "run", "CMakeLists.txt"}
# The line after the licence says what belongs in the file; a .cc has its header for that.
PURPOSE = {".h": "//", ".py": '"""', ".cmake": "#"}
TEXT = LICENSED | {".md", ".css", ".json", ".html", ".txt"}
LINES_MAX = 400
BYTES_MAX = 1 << 20
GENERATED = {"package-lock.json", "LICENSE"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|root|Users)/\w")
SUPPRESSED = re.compile(r"NOLINT(?!END)\w*(\([^)]*\))?(?P<reason>.*)")


def files_of(root: Path) -> list[Path]:
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode == 0 and (root / ".git").exists():
        return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
    return [path for path in sorted(root.rglob("*")) if path.is_file()]


def head_objections(path: Path, lines: list[str]) -> list[tuple[int, str]]:
    if path.suffix not in LICENSED and path.name not in LICENSED_NAMES:
        return []
    first = 1 if lines and lines[0].startswith("#!") else 0
    if len(lines) <= first or LICENCE not in lines[first]:
        return [(first + 1, f"the file must open with '{LICENCE}'")]
    second = lines[first + 1] if len(lines) > first + 1 else ""
    if path.suffix in PURPOSE and not second.startswith(PURPOSE[path.suffix]):
        return [(first + 2, "say after the licence line, in a comment, what belongs in this file")]
    return []


def line_objections(path: Path, lines: list[str]) -> list[tuple[int, str]]:
    found = []
    for number, line in enumerate(lines, start=1):
        if UNFINISHED.search(line):
            found.append((number, "finish it or open an issue; no unfinished marks in the source"))
        if MACHINE_PATH.search(line):
            found.append((number, "a path of one person's machine"))
        suppressed = SUPPRESSED.search(line) if path.suffix in (".h", ".cc") else None
        if suppressed and len(suppressed["reason"].strip(" :-")) < 10:
            found.append((number, "a NOLINT needs its reason on the same line"))
    return found


def check_file(root: Path, path: Path) -> list[str]:
    name = path.relative_to(root).as_posix()
    if path.name in GENERATED:
        return []
    size = path.stat().st_size
    if size > BYTES_MAX:
        return [f"{name}:1: {size} bytes; files above 1 MiB don't belong in the repository"]
    if path.suffix not in TEXT and path.name not in LICENSED_NAMES:
        return []
    lines = path.read_text().splitlines()
    found = head_objections(path, lines) + line_objections(path, lines)
    if len(lines) > LINES_MAX and path.suffix not in (".json", ".md"):
        found.append((LINES_MAX + 1, f"{len(lines)} lines; {LINES_MAX} is the most, split the file"))
    return [f"{name}:{number}: {text}" for number, text in found]


def unbuilt_tests(root: Path, files: list[Path]) -> list[str]:
    """A test that no CMakeLists.txt of its folder names, one by one or by a pattern, is never run."""
    found = []
    for path in files:
        if not path.name.endswith("_test.cc") or "tests" not in path.relative_to(root).parts[:1]:
            continue
        lists = path.parent / "CMakeLists.txt"
        named = lists.read_text() if lists.is_file() else ""
        if not re.search(rf"(?<![\w/]){re.escape(path.name)}\b|\*_test\.cc", named):
            found.append(f"{path.relative_to(root).as_posix()}:1: is in no test program; "
                         f"name it in {lists.relative_to(root).as_posix()}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    files = files_of(root)
    found = [objection for path in files for objection in check_file(root, path)]
    found += unbuilt_tests(root, files)
    print("\n".join(found) if found else f"sources: {len(files)} files keep to the rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
