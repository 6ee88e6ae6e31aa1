# SPDX-License-Identifier: Apache-2.0
"""What a hard day leaves in the logs of a real recorder: sessions, a camera that is off for thirty seconds, a
program that is killed. The rules of completeness find nothing in it, but that the simulated camera plays a loop."""

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowStory, binaries, camera, main, room_of, wait_until  # noqa: E402

SESSION_ROOM = "interrogation-1"
WAITING_ROOM = "waiting-1"
OFF_S = 30


class HonestLogsTest(FlowStory):
    @classmethod
    def start_session(cls, case: str) -> str:
        answer = cls.site.candor(
            "session", "start", "--room", SESSION_ROOM, "--case", case, "--person", "P-7", "--interrogator", "I-1", "--json"
        )
        return json.loads(answer)["session"]

    @classmethod
    def media_of(cls, room: str) -> int:
        return sum(1 for entry in cls.site.entries(room) if entry["type"] == "MEDIA")

    @classmethod
    def wait_for_media(cls, count: int) -> None:
        for room in (SESSION_ROOM, WAITING_ROOM):
            before = cls.media_of(room)
            wait_until(f"media of {room}", lambda: cls.media_of(room) >= before + count, 60)  # noqa: B023

    @classmethod
    def record(cls) -> None:
        site = cls.site
        port = site.open_cameras(2)
        rooms = [
            room_of(SESSION_ROOM, "interrogation", [camera(port)], 4),
            room_of(WAITING_ROOM, "waiting", [camera(port, 1)]),
        ]
        site.configure(rooms, "segment_s = 10")
        site.start_capture()
        site.wait_for_states(interrogation_1="ready", waiting_1="recording")
        session = cls.start_session("case-1")
        cls.wait_for_media(20)
        site.candor("session", "end", session)
        session = cls.start_session("case-2")
        cls.wait_for_media(10)
        site.cameras.stop()
        time.sleep(OFF_S)
        site.open_cameras(2, port=port)
        cls.wait_for_media(10)
        site.capture.kill()
        site.start_capture()
        site.wait_for_states(interrogation_1="recording", waiting_1="recording")
        cls.wait_for_media(50)
        site.candor("session", "end", session)
        time.sleep(2)
        site.stop_capture()

    def judge(self, room: str) -> list[str]:
        log = self.site.folder / "volume-a" / "log" / room / "1"
        program = binaries() / "judge_log"
        done = subprocess.run([program, log], capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        self.assertIn(f"/{room}/1", lines[-1])
        return lines[:-1]

    def test_the_day_was_a_hard_one(self) -> None:
        for room in (SESSION_ROOM, WAITING_ROOM):
            causes = {entry["cause"] for entry in self.site.entries(room) if entry["type"] == "GAP-OPEN"}
            self.assertIn("camera-offline", causes)
            self.assertIn("recorder-crash", causes)

    def test_no_rule_finds_anything(self) -> None:
        for room in (SESSION_ROOM, WAITING_ROOM):
            found = [line for line in self.judge(room) if " replay " not in line]
            self.assertEqual(found, [])

    def test_the_loop_of_the_camera_is_noticed(self) -> None:
        self.assertIn("replay suspect", "\n".join(self.judge(WAITING_ROOM)))


if __name__ == "__main__":
    main()
