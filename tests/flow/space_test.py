# SPDX-License-Identifier: Apache-2.0
"""Space through the real programs: a session that cannot fit is refused with the figures, the quota of
continuous rooms stops those and no session, and the hours left are told."""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowCase, camera, main, room_of, wait_until  # noqa: E402
from recorded import undeclared_gaps  # noqa: E402

NEVER_FITS = "session_hours_max = 168\nsession_margin_percent = 200\nexpected_video_kbps = 100000"


class SpaceTest(FlowCase):
    def start(self, limits: str, wanted: dict[str, str]) -> None:
        port = self.site.open_cameras(2)
        self.site.configure(
            [
                room_of("inquiry-1", "inquiry", [camera(port)]),
                room_of("waiting-1", "waiting", [camera(port, 1)]),
            ],
            limits,
        )
        self.site.start_capture()
        self.site.wait_for_states(**wanted)

    def start_session(self) -> dict:
        words = "session start --room inquiry-1 --case c-1 --person P-1 --interrogator O-1 --json"
        return json.loads(self.site.candor(*words.split()))

    def test_session_that_cannot_fit_is_refused_with_the_figures(self) -> None:
        self.start(NEVER_FITS, {"inquiry_1": "ready"})
        with self.assertRaisesRegex(RuntimeError, r"a session of 168 h needs .* GiB, .* are free on volume a"):
            self.start_session()
        self.assertIsNone(self.site.room_state("inquiry-1")["session"])
        self.assertEqual(self.site.files("inquiry-1"), [])

    def test_hours_left_are_told_when_the_rate_is_known(self) -> None:
        self.start("hours_left_warnings = [10000]", {"inquiry_1": "ready", "waiting_1": "recording"})
        self.assertIsNone(self.site.status()["volumes"][0]["hours_left"])
        wait_until("hours left", lambda: self.site.status()["volumes"][0]["hours_left"], 20)
        volume = self.site.status()["volumes"][0]
        rate = sum(stream["bitrate_bps"] for stream in self.site.room_state("waiting-1")["streams"]) / 8
        hours = volume["bytes_free"] / rate / 3600
        self.assertLess(abs(volume["hours_left"] - hours), hours / 2)
        self.assertLess(volume["hours_left_busy"], volume["hours_left"])
        self.assertEqual(self.site.status()["continuous"]["state"], "ok")

    def test_quota_stops_continuous_rooms_and_no_session(self) -> None:
        self.start("continuous_quota_mib = 1", {"inquiry_1": "ready"})
        session = self.start_session()["session"]
        wait_until("quota used up", lambda: self.site.status()["continuous"]["state"] == "full", 60)
        self.site.wait_for_states(waiting_1="fault", inquiry_1="recording")
        before = self.media_bytes("waiting-1"), self.media_bytes("inquiry-1")
        time.sleep(3)
        self.assertEqual(self.media_bytes("waiting-1"), before[0])
        self.assertGreater(self.media_bytes("inquiry-1"), before[1])
        self.site.candor("session", "end", session)
        self.site.stop_capture()
        gaps = [entry for entry in self.site.entries("waiting-1") if entry["type"] == "GAP-OPEN"]
        self.assertEqual({gap["detail"] for gap in gaps if gap["cause"] == "disk-full"}, {"quota of continuous rooms"})
        for slug in ("waiting-1", "inquiry-1"):
            self.assertEqual(undeclared_gaps(self.site.entries(slug)), [])

    def test_quota_that_was_used_up_is_so_after_a_restart(self) -> None:
        self.start("continuous_quota_mib = 1", {"inquiry_1": "ready"})
        wait_until("quota used up", lambda: self.site.status()["continuous"]["state"] == "full", 60)
        self.site.stop_capture()
        before = self.media_bytes("waiting-1")
        self.site.start_capture()
        self.site.wait_for_states(inquiry_1="ready", waiting_1="fault")
        time.sleep(2)
        self.assertLess(self.media_bytes("waiting-1"), before + (1 << 20))
        self.assertEqual(self.site.status()["continuous"]["state"], "full")

    def media_bytes(self, slug: str) -> int:
        return sum(path.stat().st_size for path in self.site.files(slug))


if __name__ == "__main__":
    main()
