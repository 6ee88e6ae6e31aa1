# SPDX-License-Identifier: Apache-2.0
"""The same recording with gst-rtsp-server as the camera: no protocol code of ours in it, and Digest."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import HEIGHT, ROOT, FlowStory, binaries, camera, free_port, main, room_of, wait_until  # noqa: E402
from read_counter import judge_files  # noqa: E402
from recorded import undeclared_gaps, unplayable  # noqa: E402

sys.path.insert(0, str(ROOT / "bench" / "clip"))
from make_clip import make_clips  # noqa: E402

STREAMS = ("cam-video", "cam-audio")


class GstCameraTest(FlowStory):
    @classmethod
    def record(cls) -> None:
        site = cls.site
        password = site.folder / "password"
        password.write_text("open sesame\n")
        password.chmod(0o600)
        port = free_port()
        clips = make_clips(ROOT / "build" / "clips", [HEIGHT], ["panorama"], 0)
        cls.camera = site.start_program(
            "gst-camera",
            [
                str(binaries() / "candor-gstcam"),
                "--port",
                str(port),
                "--user",
                "candor",
                "--password-file",
                str(password),
                "--clip",
                f"{clips[f'panorama-{HEIGHT}p']},{clips['sound']}",
            ],
        )
        cls.camera.wait_until_it_says("rtsp://")
        locked = camera(port) + f'user = "candor"\npassword_file = "{password}"\n'
        site.configure([room_of("waiting-1", "waiting", [locked])], "segment_s = 5")
        site.start_capture()
        site.wait_for_states(waiting_1="recording")
        wait_until("third file", lambda: len(site.files("waiting-1", "cam-video")) >= 3, 30)
        site.stop_capture()

    def test_segments_decode_to_the_end(self) -> None:
        self.assertEqual(unplayable(self.site.files("waiting-1")), [])
        for stream in STREAMS:
            self.assertGreaterEqual(len(self.site.files("waiting-1", stream)), 3, stream)

    def test_counter_has_no_hole_across_cuts(self) -> None:
        verdict = judge_files(str(path) for path in self.site.files("waiting-1", "cam-video"))
        self.assertEqual((verdict.lost, verdict.repeated, verdict.unreadable), (0, 0, 0))
        self.assertGreater(verdict.frames, 2 * 5 * 25)

    def test_log_has_no_hole_and_no_gap(self) -> None:
        entries = self.site.entries("waiting-1")
        self.assertEqual(undeclared_gaps(entries), [])
        causes = [entry["cause"] for entry in entries if entry["type"] == "GAP-OPEN"]
        self.assertEqual(causes, ["recorder-stop"] * len(STREAMS), "the stop at the end of the test")


if __name__ == "__main__":
    main()
