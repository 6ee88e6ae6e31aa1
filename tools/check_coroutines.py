#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No lambda and no braces inside an awaited expression: GCC 12.2 destroys such temporaries twice (docs/decisions/0001).

Name the argument on the line before:  auto job = [x] { ... };  co_await f(std::move(job));"""

import argparse
import re
import sys
from pathlib import Path

CAPTURE_LIST = r"\[[^\]\n]*\]\s*(?:\(|\{|mutable|->)"
BRACED_TYPE = r"\b[A-Za-z_][\w:<>]*\s*\{"
BRACED_LIST = r"[(,]\s*\{"
AWAITED = re.compile(r"\bco_await\b[^;{]*?(?:" + "|".join((CAPTURE_LIST, BRACED_TYPE, BRACED_LIST)) + ")")
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.DOTALL)
SKIPPED = {".git", "build", "web", "node_modules"}


def blanked(text: str) -> str:
    """The text with comments and strings emptied, every line where it was."""
    return COMMENT_OR_STRING.sub(lambda match: '""' + "\n" * match.group().count("\n"), text)


def check_text(name: str, text: str) -> list[str]:
    clean = blanked(text)
    return [f"{name}:{clean.count(chr(10), 0, match.start()) + 1}: name the lambda or braced argument of co_await "
            "on the line before" for match in AWAITED.finditer(clean)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    files = [path for path in sorted(root.rglob("*")) if path.suffix in (".h", ".cc")
             and not SKIPPED.intersection(path.relative_to(root).parts)]
    found = []
    for path in files:
        found += check_text(path.relative_to(root).as_posix(), path.read_text())
    print("\n".join(found) if found else f"coroutines: {len(files)} files, no temporary that GCC 12 would destroy twice")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
