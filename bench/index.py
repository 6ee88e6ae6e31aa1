#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures range lookups in a large index, and what a second of 100 streams costs to write.

Prints one JSON line: {"segments","index_bytes","lookups","p50_ms","p99_ms","max_ms","streams",
"apply_cpu_ms_per_second"}; ends with 1 when p99 is not below 10 ms.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from site_on_loopback import binaries  # noqa: E402

P99_MAX_MS = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=1_000_000)
    parser.add_argument("--lookups", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "build", help="on a disk with 2 GB free")
    wanted = parser.parse_args()
    if wanted.segments < 1100 or wanted.lookups < 100:
        parser.error("at least 1100 segments and 100 lookups")
    program = binaries() / "candor-index-bench"
    if not program.exists():
        parser.error(f"{program} is not there; build it or set CANDOR_BIN")
    with tempfile.TemporaryDirectory(prefix="index-bench-", dir=wanted.folder) as folder:
        command = [str(program), folder, str(wanted.segments), str(wanted.lookups)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        return 1
    report = json.loads(done.stdout)
    print(json.dumps(report))
    return 0 if report["p99_ms"] < P99_MAX_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
