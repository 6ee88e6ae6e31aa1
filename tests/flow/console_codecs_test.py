# SPDX-License-Identifier: Apache-2.0
"""Every codec of a camera in Chromium at the console: live, made anew where it must be; recorded, played or with
words and the original."""

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from codecs_test import CLIPS, picture_file  # noqa: E402
from flow_case import ROOT, FlowStory, camera, free_port, main, room_of, wait_until  # noqa: E402
from make_clip import ensure_sound  # noqa: E402
from site_on_loopback import configuration  # noqa: E402

RECORDED_S = 8
# What each room's camera sends, and what the page of the recording cannot play of it.
ROOMS = {
    "h264-aac": ("h264", "aac", {}),
    "h264b-opus": ("h264b", "opus", {}),
    "h264-pcmu": ("h264", "pcmu", {"cam-audio": "G.711"}),
    "h265-pcma": ("h265", "pcma", {"cam-video": "H.265", "cam-audio": "G.711"}),
}


class ConsoleCodecsTest(FlowStory):
    @classmethod
    def record(cls) -> None:
        site = cls.site
        clips = [f"{picture_file(picture)},{ensure_sound(CLIPS, sound)}" for picture, sound, _ in ROOMS.values()]
        cameras = site.open_cameras(2 + len(ROOMS), [part for clip in clips for part in ("--clip", clip)])
        cls.port = free_port()
        rooms = [room_of(slug, "inquiry", [camera(cameras, 2 + n)]) for n, slug in enumerate(ROOMS)]
        site.write_config(configuration(site.folder, cls.port, rooms))
        site.start_capture()
        site.wait_for_states(**{slug.replace("-", "_"): "ready" for slug in ROOMS})
        cls.sessions = {slug: cls.start_session(slug) for slug in ROOMS}
        cls.password = site.add_account("anna", "supervisor")
        site.start_monitor()
        site.programs.append(site.monitor)
        wait_until("monitor", lambda: "monitor.host-connected" in site.monitor.log_path.read_text())
        time.sleep(RECORDED_S)

    @classmethod
    def start_session(cls, slug: str) -> str:
        body = {"room": slug, "case": "A-1", "person": "P-000001", "interrogators": ["P-000002", "P-000003"], "by": "t"}
        return json.loads(cls.site.request("POST", "/v1/sessions", json.dumps(body)))["session"]

    def test_chromium_shows_them_live_and_plays_or_explains_the_recordings(self) -> None:
        rooms = {slug: {"session": self.sessions[slug], "words": words} for slug, (_, _, words) in ROOMS.items()}
        command = ["node", str(ROOT / "tests" / "browser" / "codecs.mjs"), "--url", f"http://127.0.0.1:{self.port}"]
        command += ["--account", "anna", "--password", self.password, "--rooms", json.dumps(rooms)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        print(done.stdout.strip(), file=sys.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["rooms"], len(ROOMS))
        self.assertIn("pictures 1, sounds 2", told["transcodes"])


if __name__ == "__main__":
    main()
