# SPDX-License-Identifier: Apache-2.0
"""Sources of sound alone: a microphone with an encoder, and a camera whose picture is never asked for."""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import ROOT, FlowCase, camera, main, room_of  # noqa: E402
from recorded import undeclared_gaps, unplayable  # noqa: E402
from sent import Recording, judge  # noqa: E402

SOUND = ROOT / "build" / "clips" / "sound.m4a"
NO_PICTURE = "picture = false\n"


class MicrophoneTest(FlowCase):
    def test_sound_alone_is_a_whole_room(self) -> None:
        port = self.site.open_cameras(3, ["--clip", f",{SOUND}"])
        self.site.configure(
            [
                room_of("waiting-1", "waiting", [camera(port, 0) + NO_PICTURE]),
                room_of("inquiry-1", "inquiry", [camera(port, 2) + NO_PICTURE], 2),
            ],
            "segment_s = 5",
        )
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording", inquiry_1="ready")
        self.start_session()
        self.site.wait_for_states(inquiry_1="recording")
        time.sleep(6)
        self.site.stop_capture()
        for slug in ("waiting-1", "inquiry-1"):
            self.assert_is_whole(slug)
        self.site.cameras.stop()
        sent = json.loads(self.site.cameras.tail(1))
        self.assertEqual(sent["frames_sent"], 0, "nobody asked for a picture")
        self.assertGreater(sent["audio_frames_sent"], 0)

    def start_session(self) -> None:
        self.site.candor(
            *("session", "start", "--room", "inquiry-1", "--case", "c-1"),
            *("--person", "P-1", "--interrogator", "I-1"),
        )

    def assert_is_whole(self, slug: str) -> None:
        files = self.site.files(slug)
        self.assertGreaterEqual(len(files), 2)
        self.assertEqual({path.parent.parent.name for path in files}, {"cam-audio"})
        self.assertEqual(unplayable(files), [])
        self.assertEqual(undeclared_gaps(self.site.entries(slug)), [])
        recording = Recording(files, "audio", judge.read_clip(str(SOUND), "audio"))
        self.assertEqual((recording.faults, recording.undeclared_holes([])), ([], []))


if __name__ == "__main__":
    main()
