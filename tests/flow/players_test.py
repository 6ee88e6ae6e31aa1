# SPDX-License-Identifier: Apache-2.0
"""media.mp4 in the players people have: Chromium, ffmpeg, GStreamer. Each seeks and must show the right picture."""

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import ROOT, FlowStory, ask, camera, main, rfc3339, room_of  # noqa: E402
from read_counter import read_counters  # noqa: E402
from recorded import unplayable, utc_ns  # noqa: E402
from retrieval_test import FRAME_NS, GOP, PERIOD, mid_gop  # noqa: E402

SECONDS = 24
ROOM = "waiting-1"


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


class PlayersTest(FlowStory):
    @classmethod
    def record(cls) -> None:
        site = cls.site
        site.configure([room_of(ROOM, "waiting", [camera(site.open_cameras())])], "segment_s = 5")
        site.start_capture()
        site.wait_for_states(waiting_1="recording")
        cls.begin = mid_gop(time.time_ns() + GOP * FRAME_NS)
        time.sleep(SECONDS + 5)
        streams = {stream["name"]: stream["stream"] for stream in site.room_state(ROOM)["streams"]}
        span = f"from={rfc3339(cls.begin)}&to={rfc3339(cls.begin + SECONDS * 10**9)}"
        cls.targets = {
            name: f"/v1/rooms/{ROOM}/streams/{stream}/media.mp4?{span}" for name, stream in streams.items()
        }
        cls.paths = {name: cls.save(name, target) for name, target in cls.targets.items()}

    @classmethod
    def save(cls, name: str, target: str) -> Path:
        answer = ask(cls.site, "GET", target)
        assert answer.status == 200, answer.body
        assert utc_ns(answer.headers["x-candor-to"]) >= cls.begin + (SECONDS - 1) * 10**9
        path = cls.site.folder / f"{name}.mp4"
        path.write_bytes(answer.body)
        return path

    def test_chromium_shows_the_right_picture_after_each_seek(self) -> None:
        script = ROOT / "tests" / "browser" / "seeks.mjs"
        told = run(
            *("node", str(script), "--socket", str(self.site.socket_path)),
            *("--target", self.targets["cam-video"], "--seconds", str(SECONDS - 1)),
        )
        print(told.strip(), file=sys.stderr)
        result = json.loads(told)
        self.assertEqual(result["wrong"], [])
        self.assertLess(result["loadMs"], 2000)

    def test_ffmpeg_decodes_everything_and_knows_how_long_it_is(self) -> None:
        self.assertEqual(unplayable(self.paths.values()), [])
        for name, path in self.paths.items():
            told = run(*"ffprobe -v error -show_entries format=duration -of csv=p=0".split(), str(path))
            # The hidden second before the first picture is in it.
            self.assertAlmostEqual(float(told), SECONDS + 1, delta=1.1, msg=name)

    def test_ffmpeg_lands_on_the_asked_picture(self) -> None:
        for second in (20, 3, 11, 4, 17):
            cut = self.site.folder / f"cut-{second}.mkv"
            run(
                *("ffmpeg", "-v", "error", "-xerror", "-y", "-ss", str(second), "-i", str(self.paths["cam-video"])),
                *("-frames:v", "5", "-c:v", "ffv1", str(cut)),
            )
            counters = list(read_counters(str(cut)))
            self.assertEqual(counters, [(counters[0] + i) % PERIOD for i in range(5)])
            # It counts from the first picture, half a GOP before the asked instant and hidden.
            due = self.begin // FRAME_NS - GOP // 2 + second * 10**9 // FRAME_NS
            self.assertIn((counters[0] - due) % PERIOD, (0, 1, PERIOD - 1), f"-ss {second}")

    def test_gstreamer_plays_it(self) -> None:
        for path in self.paths.values():
            run("gst-launch-1.0", "-q", "filesrc", f"location={path}", "!", "decodebin", "!", "fakesink", "sync=false")


if __name__ == "__main__":
    main()
