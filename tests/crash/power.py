# SPDX-License-Identifier: Apache-2.0
"""Cuts the power under a recording, on a disk of which every write is known and on a real one. Prints one JSON
line; ends with 1 when a limit is broken.

The first: the recorder records a few seconds over a file layer that notes each operation, with sessions, two
kills and starts. Crash states are made of the notes: every sync boundary, single writes and names that did
not arrive or arrived torn, random parts of all that was not synced. On each state the recorder starts, records
and stops; log, files and what was acknowledged are compared with the notes, and the index with one made anew.
One state in fifty, and each with a new kind of outcome, is decoded and the counter in its pictures read.

The second: two volumes, ext4 on loop devices, are shut down together (--rounds), as the kill campaign kills.

A bad state again: run with --keep, then with --notes FOLDER --only NUMBER and the same --singles, --reorderings
and --seed. Each recording is another one: a number means nothing without its notes.

The short form takes samples; the full form is --singles -1 --reorderings 10000 --rounds 100."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/crash/power", "tools", "bench/clip")]
import campaign  # noqa: E402
import shutdown  # noqa: E402
from make_clip import make_clips  # noqa: E402
from site_on_loopback import binaries  # noqa: E402

HEIGHT = 360
WORKERS = 2
MEMORY = Path("/dev/shm")  # Thousands of small disks: not on a real one.


def command(volumes: int = 1) -> list[str]:
    clips = make_clips(ROOT / "build" / "clips", [HEIGHT], ["panorama", "close-up"], 0)
    options = ["--panorama", str(clips[f"panorama-{HEIGHT}p"])]
    options += ["--close-up", str(clips[f"close-up-{HEIGHT}p"]), "--sound", str(clips["sound"])]
    return [str(binaries() / "candor-power"), "--volumes", str(volumes), *options]


def replay(wanted: argparse.Namespace) -> campaign.Report:
    folder = Path(tempfile.mkdtemp(prefix="candor-power-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        if wanted.notes:
            for name in ("journal.jsonl", "journal.data"):
                shutil.copy(wanted.notes / name, folder)
        else:
            (folder / "root").mkdir()
            subprocess.run([*command(wanted.volumes), "--level", "off", "record", folder / "root", folder], check=True)
        singles = None if wanted.singles < 0 else wanted.singles
        plan = campaign.Plan(
            command(wanted.volumes), folder, wanted.seed, singles, wanted.reorderings, WORKERS, wanted.keep, wanted.only
        )
        return campaign.run(plan)
    finally:
        if wanted.keep:
            print(f"power: kept {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def joined(wanted: argparse.Namespace, states: campaign.Report, cuts: dict) -> dict:
    missing = cuts.get("worst_missing_ms", 0)
    worst = None if missing is None else round(max(states.worst_missing_ms, missing))
    return {
        "rounds": wanted.rounds,
        "states": dict(states.states),
        "worst_missing_ms": worst,
        "undeclared_gaps": states.undeclared_gaps + cuts.get("undeclared_gaps", 0),
        "unplayable": states.unplayable + cuts.get("unplayable", 0),
        "differing_copies": cuts.get("differing_copies", 0),
        "refused": states.refused,
        "disagreements": states.disagreements,
        "states_decoded": states.looked_at,
        "worst_missing_ms_states": round(states.worst_missing_ms),
        "worst_missing_ms_shutdowns": missing if cuts else None,
        "shutdowns": cuts.get("kills", 0),
    }


def is_kept(report: dict) -> bool:
    worst = report["worst_missing_ms"]
    faults = ("undeclared_gaps", "unplayable", "differing_copies", "refused", "disagreements")
    return worst is not None and worst <= campaign.MISSING_MAX_MS and not any(report[name] for name in faults)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10, help="shutdowns of both disks; 0: none")
    parser.add_argument("--singles", type=int, default=400, help="single writes dropped or torn; -1: all")
    parser.add_argument("--reorderings", type=int, default=400)
    parser.add_argument("--volumes", type=int, default=1, choices=(1, 2), help="of the noted disk")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="take this state alone, by its number; with --notes")
    parser.add_argument("--notes", type=Path, help="a folder that --keep left: its notes, no new recording")
    parser.add_argument("--keep", action="store_true", help="leave the notes and the first bad state, or a copy of both disks")
    wanted = parser.parse_args()
    for program in ("candor", "candor-camsim", "candor-capture", "candor-power"):
        if not (binaries() / program).exists():
            parser.error(f"{binaries() / program} is not there; build it or set CANDOR_BIN")
    states = replay(wanted)
    cuts, complaints = shutdown.run(wanted.rounds, wanted.seed, wanted.keep) if wanted.rounds else ({}, [])
    for complaint in complaints:
        print(f"power: {complaint}", file=sys.stderr)
    report = joined(wanted, states, cuts)
    print(json.dumps(report))
    return 0 if is_kept(report) else 1


if __name__ == "__main__":
    sys.exit(main())
