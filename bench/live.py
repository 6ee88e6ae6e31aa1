#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures live delay from camera to screen: simulated cameras, capture, monitor and the console in a
real Chromium. Prints one JSON line; ends with 1 when a picture froze or p95 is above --limit.

The counter in the picture is the camera's clock, so a delay is the moment a frame is on the screen less
the moment the camera sent it. Default is one 1080p room with sound; --tiles 16 is a wall of 360p tiles.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tools")]
from demo import console_answers  # noqa: E402
from recording.cost import Mark  # noqa: E402
from site_on_loopback import (  # noqa: E402
    Site,
    binaries,
    configuration,
    free_port,
    room,
    source,
)

PROTOCOLS = ("ws",)
FRAME_MS = 40
TILES_MAX = 32
# Starting pages again and again, settling, and the tile with sound, besides the measured window.
BESIDE_S = 240


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def room_name(number: int) -> str:
    return f"waiting-{number + 1:02}"


def rooms(camera_port: int, count: int) -> list[str]:
    """Rooms of a class that records always, one camera with sound in each."""
    made = []
    for number in range(count):
        url = f"rtsp://127.0.0.1:{camera_port}/cam/{number}"
        camera = source("panorama", url, True, "Panorama", "全景")
        made.append(room(room_name(number), "waiting", f"Waiting room {number + 1}",
                         f"候问室 {number + 1}", [camera]))
    return made


def phases(count: int) -> dict[str, int]:
    """How long after the 40 ms tick candor-camsim sends each room's frames (bench/README.md)."""
    return {room_name(number): number * FRAME_MS // count for number in range(count)}


def start(site: Site, port: int, count: int, height: int) -> str:
    """Starts everything; returns the password of account 'bench'."""
    camera_port = free_port()
    site.write_config(configuration(site.folder, port, rooms(camera_port, count)))
    site.start_cameras(camera_port, count, height)
    site.start_capture()
    site.wait_for(f"{count} recording rooms", lambda: all(
        found["state"] == "recording" for found in site.status()["rooms"]), 60)
    password = site.add_account("bench", "supervisor")
    site.start_monitor()
    site.wait_for("console", lambda: console_answers(site, port))
    return password


def measure(site: Site, port: int, password: str, wanted: argparse.Namespace) -> dict:
    password_file = site.folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password + "\n")
    command = ["node", str(ROOT / "bench" / "live" / "measure.mjs"),
               "--url", f"http://127.0.0.1:{port}", "--account", "bench",
               "--password-file", str(password_file), "--seconds", str(wanted.seconds),
               "--phases", json.dumps(phases(wanted.tiles))]
    if wanted.screenshot:
        command += ["--screenshot", str(wanted.screenshot)]
    programs = [site.capture.process.pid, site.monitor.process.pid]
    before = [Mark.now([pid]) for pid in programs]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False,
                          timeout=wanted.seconds + BESIDE_S)
    if done.returncode != 0:
        raise RuntimeError(f"the browser's part failed with code {done.returncode}")
    cost = [round(Mark.now([pid]).cpu_percent_since(mark), 1)
            for pid, mark in zip(programs, before, strict=True)]
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    return {**seen, "capture_cpu_percent": cost[0], "monitor_cpu_percent": cost[1]}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--protocol", default="ws", help="how media reaches the browser: ws")
    parser.add_argument("--tiles", type=int, default=1, help="tiles on one page; more than 1 is a wall")
    parser.add_argument("--height", type=int, choices=(360, 720, 1080),
                        help="of the picture; default 1080, on a wall 360")
    parser.add_argument("--seconds", type=int, default=30, help="length of the measured window")
    parser.add_argument("--limit", type=float, default=300, help="ms that p95 may be at most")
    parser.add_argument("--screenshot", type=Path, help="with --tiles: keep a picture of the wall here")
    wanted = parser.parse_args()
    if wanted.protocol not in PROTOCOLS:
        parser.error(f"protocol '{wanted.protocol}' is not built in; there is: {', '.join(PROTOCOLS)}")
    if not 1 <= wanted.tiles <= TILES_MAX or wanted.seconds < 1:
        parser.error(f"--tiles must be 1 to {TILES_MAX}, --seconds at least 1")
    for program in ("candor-camsim", "candor-capture", "candor-monitor", "candor"):
        if not (binaries() / program).exists():
            parser.error(f"{binaries() / program} is not there; build it or set CANDOR_BIN")
    wanted.height = wanted.height or (1080 if wanted.tiles == 1 else 360)
    return wanted


def main() -> int:
    wanted = parse()
    folder = Path(tempfile.mkdtemp(prefix="candor-bench-"))
    port = free_port()
    site = Site(folder)
    try:
        password = start(site, port, wanted.tiles, wanted.height)
        seen = measure(site, port, password, wanted)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        say(str(error))
        return 1
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)
    asked = {"protocol": wanted.protocol, "tiles": wanted.tiles, "height": wanted.height,
             "seconds": wanted.seconds}
    print(json.dumps(asked | seen))
    within = seen["p95_ms"] is not None and seen["p95_ms"] <= wanted.limit
    return 0 if within and seen["frozen_tiles"] == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
