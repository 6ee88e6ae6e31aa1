# SPDX-License-Identifier: Apache-2.0
"""The demo: two rooms with simulated cameras, a session already running, the console in the browser.

With --once nobody is needed: a headless Chromium does the whole path and one JSON line tells how it went."""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from evidence_on_loopback import (  # noqa: E402
    add_evidence,
    add_witness,
    check_checkpoints,
    enrol_logs,
    start_signer,
)
from site_on_loopback import ROOT, Site, free_port, room, source  # noqa: E402
from site_on_two_machines import TwoMachineSite, why_no_namespaces  # noqa: E402
from supervisor import Supervisor  # noqa: E402

sys.path.insert(0, str(ROOT / "bench"))

CAMERAS = 4
FRAME_MS = 40
STOPPING = (signal.SIGINT, signal.SIGTERM)


def demo_rooms(camera_port: int) -> list[str]:
    def camera(number: int) -> str:
        return f"rtsp://127.0.0.1:{camera_port}/cam/{number}"

    def angles(first: int) -> list[str]:
        return [source("panorama", camera(first), True, "Panorama", "全景"),
                source("close-up", camera(first + 1), False, "Close-up", "特写")]

    return [room("interrogation-1", "interrogation", "Interrogation room 1", "第一讯问室", angles(0)),
            room("waiting-1", "waiting", "Waiting room", "候问室", angles(2)[::-1]),
            room("meeting-1", "lawyer", "Lawyers' meeting room", "律师会见室", [])]


def camera_phases() -> dict[str, int]:
    """How long after the 40 ms tick the camera of each room/stream sends (bench/README.md)."""
    streams = [f"{slug}/{angle}-video" for slug in ("interrogation-1", "waiting-1")
               for angle in ("panorama", "close-up")]
    return {stream: number * FRAME_MS // CAMERAS for number, stream in enumerate(streams)}


def console_answers(site: Site, port: int) -> bool:
    with site.at_console(), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        return answer.status == 200


def start(site: Site, port: int) -> str:
    """Starts everything and a session; returns the password of account 'demo'."""
    camera_port = free_port()
    site.configure_all(port, demo_rooms(camera_port))
    site.start_cameras(camera_port, CAMERAS)
    password = site.add_account("demo", "supervisor")
    if not isinstance(site, TwoMachineSite):
        add_witness(site)
    site.start_monitor()
    site.wait_for("console", lambda: console_answers(site, port))
    if not isinstance(site, TwoMachineSite):
        site.signer = start_signer(site)
        add_evidence(site, port)
    site.start_capture()
    site.wait_for_states(interrogation_1="ready", waiting_1="recording")
    if site.signer is not None:
        enrol_logs(site, rooms=2)
    site.candor("session", "start", "--room", "interrogation-1", "--case", "DEMO-2026-001",
                "--person", "P-demo", "--interrogator", "O-demo-1", "--interrogator", "O-demo-2")
    site.wait_for_states(interrogation_1="recording")
    return password


def interrupt(*_) -> None:
    """Ctrl-C and SIGTERM alike, also where a shell made the demo ignore them."""
    raise KeyboardInterrupt


def run_with_a_person(site: Site, port: int, password: str) -> None:
    print(f"\n  Candor is running:  http://127.0.0.1:{port}\n  account  demo\n  password {password}\n"
          f"  recordings and logs in {site.folder}\n  Ctrl-C stops everything in order.\n", flush=True)
    supervisor = Supervisor([program for program in (site.signer, site.capture, site.monitor) if program])
    while True:
        supervisor.look()
        time.sleep(0.1)


def run_once(site: Site, port: int, password: str, screenshots: Path | None) -> dict:
    """Drives the console in Chromium, then checks what is on disk."""
    password_file = site.folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password + "\n")
    command = ["node", str(ROOT / "tests" / "browser" / "demo_once.mjs"),
               "--url", f"http://127.0.0.1:{port}", "--account", "demo",
               "--password-file", str(password_file), "--phases", json.dumps(camera_phases())]
    if screenshots is not None:
        command += ["--screenshots", str(screenshots)]
    done = subprocess.run(site.console_command(command), stdout=subprocess.PIPE, text=True, check=False, timeout=180)
    if done.returncode != 0:
        raise RuntimeError(f"the browser's part failed with code {done.returncode}")
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    objections = check_checkpoints(site) if site.signer is not None else []
    for objection in objections:
        print(f"demo: {objection}", file=sys.stderr)
    site.stop()
    from read_counter import count_streams
    counted = count_streams(site.folder / "volume-a" / "media")
    return {**seen, "lost_frames": counted["lost"] + counted["repeated"] + counted["unreadable"],
            "frames": counted["frames"], "checkpoints_ok": not objections}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--once", action="store_true", help="do the whole path without a person")
    parser.add_argument("--port", type=int, default=0, help="of the console; default: a free one")
    parser.add_argument("--folder", type=Path, help="where everything is kept; default: a new one")
    parser.add_argument("--screenshots", type=Path, help="with --once: keep pictures of the pages here")
    parser.add_argument("--split", action="store_true", help="with --once: capture and monitor on two machines")
    wanted = parser.parse_args()
    if wanted.split and (problem := why_no_namespaces() or ("" if wanted.once else "it needs --once")):
        parser.error(f"--split: {problem}")
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="candor-demo-"))
    port = wanted.port or free_port()
    site = TwoMachineSite(folder) if wanted.split else Site(folder)
    try:
        for number in STOPPING:
            signal.signal(number, interrupt)
        password = start(site, port)
        if wanted.once:
            result = run_once(site, port, password, wanted.screenshots)
            print(json.dumps(result))
            is_good = result["lost_frames"] == 0 and result["playback_ok"] and result["checkpoints_ok"]
            return 0 if is_good else 1
        run_with_a_person(site, port, password)
    except KeyboardInterrupt:
        print("stopping capture, monitor, cameras", flush=True)
        return 1 if wanted.once else 0
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)  # What stops in order must not be torn down half-way.
        site.stop()
        if wanted.once and wanted.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
