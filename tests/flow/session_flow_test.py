# SPDX-License-Identifier: Apache-2.0
"""A session from the command line to the files: started, cut often, ended, listed, shown; nothing of the
room is on disk outside of it."""

import json
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowStory, camera, main, room_of, wait_until  # noqa: E402
from read_counter import judge_files, read_counters  # noqa: E402
from recorded import undeclared_gaps, unplayable, utc_ns  # noqa: E402
from recording.boxes import fragments  # noqa: E402

ROOM = "interrogation-1"
PRE_ROLL_S = 4
GOP_S = 2
FRAME_NS = 40_000_000
PERIOD = 400
NO_SESSION = "00000000-0000-0000-0000-000000000000"


def times_of(path: Path) -> list[int]:
    """Begin of each picture, in nanoseconds since 1970, as the file says."""
    return [round(part.decode_time * 1e9 / 90_000) for part in fragments(memoryview(path.read_bytes()))]


class SessionFlowTest(FlowStory):
    @classmethod
    def start_session(cls, case: str) -> dict:
        return json.loads(
            cls.site.candor(
                "session",
                "start",
                "--room",
                ROOM,
                "--case",
                case,
                "--person",
                "P-7",
                "--interrogator",
                "I-1",
                "--interrogator",
                "I-2",
                "--json",
            )
        )

    @classmethod
    def record(cls) -> None:
        site = cls.site
        port = site.open_cameras(2)
        site.configure(
            [
                room_of(ROOM, "interrogation", [camera(port)], PRE_ROLL_S),
                room_of("waiting-1", "waiting", [camera(port, 1)]),
            ],
            "segment_s = 5",
        )
        site.start_capture()
        site.wait_for_states(interrogation_1="ready", waiting_1="recording")
        time.sleep(PRE_ROLL_S + GOP_S)
        cls.files_before = site.files(ROOM)
        cls.first = cls.start_session("case-1")
        site.wait_for_states(interrogation_1="recording")
        wait_until("third file", lambda: len(site.files(ROOM, "cam-video")) >= 3)
        cls.open_list = site.candor("session", "list", "--open")
        cls.first_ended = json.loads(
            site.candor("session", "end", cls.first["session"], "--reason", "done", "--json")
        )
        cls.files_between = site.files(ROOM)
        cls.sizes_between = [path.stat().st_size for path in cls.files_between]
        time.sleep(2.5)
        cls.files_before_second = site.files(ROOM)
        cls.sizes_before_second = [path.stat().st_size for path in cls.files_between]
        cls.second = cls.start_session("case-2")
        time.sleep(2)
        site.candor("session", "end", cls.second["session"])
        cls.shown = json.loads(site.candor("session", "show", cls.first["session"], "--json"))
        cls.shown_text = site.candor("session", "show", cls.first["session"])
        cls.list = json.loads(site.candor("session", "list", "--json"))["sessions"]
        site.stop_capture()
        cls.entries = site.entries(ROOM)
        cls.volume = site.folder / "volume-a"

    def files_of(self, session: str, stream: str) -> list[Path]:
        return [
            self.volume / entry["path"]
            for entry in self.entries
            if entry["type"] == "INIT" and entry["session"] == session and f"/{stream}/" in entry["path"]
        ]

    def test_segments_decode_to_the_end(self) -> None:
        files = self.site.files(ROOM) + self.site.files("waiting-1")
        self.assertGreaterEqual(len(files), 8)
        self.assertEqual(unplayable(files), [])

    def test_counter_has_no_hole_across_cuts(self) -> None:
        for files in (
            self.files_of(self.first["session"], "cam-video"),
            self.site.files("waiting-1", "cam-video"),
        ):
            self.assertGreaterEqual(len(files), 3)
            verdict = judge_files(str(path) for path in files)
            self.assertEqual((verdict.lost, verdict.repeated, verdict.unreadable), (0, 0, 0))
            self.assertGreater(verdict.frames, 2 * 5 * 25)
        self.assertEqual(undeclared_gaps(self.entries), [])

    def test_pre_roll_is_in_the_recording(self) -> None:
        started = utc_ns(self.first["started"])
        for stream in ("cam-video", "cam-audio"):
            coverage = next(track for track in self.shown["streams"] if track["name"] == stream)["coverage"]
            before_s = (started - utc_ns(coverage[0]["from"])) / 1e9
            self.assertGreaterEqual(before_s, PRE_ROLL_S - 0.2, stream)
            self.assertLessEqual(before_s, PRE_ROLL_S + GOP_S + 0.2, stream)
        path = self.files_of(self.first["session"], "cam-video")[0]
        counter, begin = list(read_counters(str(path)))[0], times_of(path)[0]
        ahead = (counter - begin // FRAME_NS) % PERIOD
        self.assertIn(ahead, (0, PERIOD - 1), "the picture is the one of its time")
        self.assertLess(begin, started - (PRE_ROLL_S - 1) * 1e9)

    def test_segment_belongs_to_one_session_or_none(self) -> None:
        known = {self.first["session"], self.second["session"]}
        owner: dict[str, str] = {}  # Of the file that is open, by stream.
        for entry in self.entries:
            if entry["type"] == "INIT":
                owner[entry["stream"]] = entry["session"]
                self.assertIn(entry["session"], known)
            if entry["type"] == "MEDIA":
                self.assertEqual(entry["session"], owner[entry["stream"]])
        waiting = [entry for entry in self.site.entries("waiting-1") if entry["type"] == "MEDIA"]
        self.assertEqual({entry["session"] for entry in waiting}, {NO_SESSION})
        on_disk = set(self.site.files(ROOM))
        of_sessions = [
            path
            for session in known
            for stream in ("cam-video", "cam-audio")
            for path in self.files_of(session, stream)
        ]
        self.assertEqual(sorted(of_sessions), sorted(on_disk))

    def test_nothing_is_on_disk_without_a_session(self) -> None:
        self.assertEqual(self.files_before, [])
        self.assertEqual(self.files_before_second, self.files_between)
        grown = [
            after - before for before, after in zip(self.sizes_between, self.sizes_before_second, strict=True)
        ]
        self.assertEqual([bytes_ for bytes_ in grown if bytes_ not in (0, 338)], [], "but the last seal")
        ended = utc_ns(self.first_ended["ended"])
        last = times_of(self.files_of(self.first["session"], "cam-video")[-1])[-1]
        self.assertLess(last, ended + FRAME_NS, "times are as fine as a picture lasts")
        self.assertGreater(last, ended - 1e9)

    def test_second_session_repeats_nothing_of_the_first(self) -> None:
        first = times_of(self.files_of(self.first["session"], "cam-video")[-1])
        second = times_of(self.files_of(self.second["session"], "cam-video")[0])
        self.assertGreater(second[0], first[-1])

    def test_list_and_show_tell_it(self) -> None:
        self.assertIn(self.first["session"], self.open_list)
        self.assertEqual(
            [found["session"] for found in self.list], [self.second["session"], self.first["session"]]
        )
        self.assertEqual([found["state"] for found in self.list], ["closed", "closed"])
        self.assertEqual([found["case"] for found in self.list], ["case-2", "case-1"])
        self.assertEqual(self.shown["gaps"], 0)
        self.assertEqual((self.shown["person"], self.shown["interrogators"]), ("P-7", ["I-1", "I-2"]))
        self.assertTrue(re.search(r"^cam-video +avc1", self.shown_text, re.M), self.shown_text)


if __name__ == "__main__":
    main()
