# SPDX-License-Identifier: Apache-2.0
"""Kills capture with SIGKILL at random moments and starts it again; then judges from the log and with ffmpeg what is
missing. Prints one JSON line."""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support")]
from recorded import read_log, undeclared_gaps, unplayable  # noqa: E402
from site_on_loopback import Site, configuration, free_port, room, source  # noqa: E402

ROOMS = 2
RESTART_WAIT_S = 0.5  # As the supervisor of a real host does.


def run_rounds(site: Site, rounds: int, chance: random.Random) -> list[int]:
    """Kills that many times; returns the moments of the kills in nanoseconds of UTC."""
    kills = []
    for number in range(rounds):
        site.start_capture()
        site.wait_for_states(**{f"waiting_{i + 1}": "recording" for i in range(ROOMS)})
        time.sleep(chance.uniform(0, 3))
        kills.append(time.time_ns())
        site.capture.kill()
        time.sleep(RESTART_WAIT_S)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    site.start_capture()
    site.wait_for_states(**{f"waiting_{i + 1}": "recording" for i in range(ROOMS)})
    time.sleep(3)
    site.stop()
    return kills


def judge(entries: list[dict], kills: list[int]) -> dict:
    """Per stream and kill: how much before the kill is missing, and how long the declared outage is."""
    crashes = [entry for entry in entries
               if entry["type"] == "GAP-CLOSE" and entry["cause"] == "recorder-crash"]
    missing, outages = [], []
    for entry in crashes:
        begin = entry["from_tfdt"] * 1_000_000_000 // entry["timescale"]
        end = entry["to_tfdt"] * 1_000_000_000 // entry["timescale"]
        kill = min(kills, key=lambda moment, begin=begin: abs(moment - begin))
        missing.append((kill - begin) / 1e6)
        outages.append((end - begin) / 1e6)
    return {"crash_gaps": len(crashes), "missing": missing, "outages": outages,
            "undeclared": undeclared_gaps(entries)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="candor-kill-") as folder:
        site = Site(Path(folder))
        port = free_port()
        rooms = [room(f"waiting-{i + 1}", "waiting", f"Waiting {i + 1}", f"候问室{i + 1}",
                      [source("cam", f"rtsp://127.0.0.1:{port}/cam/{i}", True, "Camera", "摄像机")])
                 for i in range(ROOMS)]
        site.write_config(configuration(Path(folder), free_port(), rooms))
        try:
            site.start_cameras(port, ROOMS, 360)
            kills = run_rounds(site, wanted.rounds, random.Random(wanted.seed))
            logs = [read_log(site.folder / "volume-a" / "log" / f"waiting-{i + 1}" / "1")
                    for i in range(ROOMS)]
            verdicts = [judge(entries, kills) for entries in logs]
            broken = unplayable(site.segments())
        finally:
            site.stop()
    gaps = sum(verdict["crash_gaps"] for verdict in verdicts)
    undeclared = [gap for verdict in verdicts for gap in verdict["undeclared"]]
    result = {"rounds": wanted.rounds, "streams": 2 * ROOMS, "crash_gaps": gaps,
              "worst_missing_ms": round(max(m for v in verdicts for m in v["missing"])),
              "worst_outage_ms": round(max(o for v in verdicts for o in v["outages"])),
              "undeclared_gaps": len(undeclared), "unplayable": len(broken)}
    print(json.dumps(result))
    for complaint in undeclared + broken:
        print(complaint, file=sys.stderr)
    whole = gaps == wanted.rounds * 2 * ROOMS
    return 0 if whole and not undeclared and not broken and result["worst_missing_ms"] <= 1200 \
        and result["worst_outage_ms"] <= 5000 else 1


if __name__ == "__main__":
    sys.exit(main())
