# SPDX-License-Identifier: Apache-2.0
"""media.mp4 over the Unix socket: of a running session, of a range; its bytes, its times, its pictures."""

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import Answer, FlowStory, ask, camera, main, rfc3339, room_of  # noqa: E402
from read_counter import read_counters  # noqa: E402
from recorded import unplayable, utc_ns  # noqa: E402

FRAME_NS = 40_000_000
PERIOD = 400
GOP = 50
ROOM = "inquiry-1"


def presented(path: Path) -> list[tuple[float, int | None]]:
    """Time and counter of each picture that a player shows: the hidden ones stand before zero."""
    probe = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v:0",
        "-show_entries",
        "frame=pts_time",
        "-of",
        "csv=p=0",
    ]
    done = subprocess.run([*probe, str(path)], capture_output=True, text=True, check=True)
    times = [float(line.split(",")[0]) for line in done.stdout.split()]
    counters = list(read_counters(str(path)))
    assert len(times) == len(counters)
    return [(at, counter) for at, counter in zip(times, counters, strict=True) if at > -0.02]


def mid_gop(after_ns: int) -> int:
    """The next instant that lies in the middle of a GOP and of a frame."""
    frame = after_ns // FRAME_NS
    return (frame + (GOP // 2 - frame) % GOP) * FRAME_NS + FRAME_NS // 2


class RetrievalTest(FlowStory):
    @classmethod
    def record(cls) -> None:
        site = cls.site
        port = site.open_cameras(2)
        site.configure(
            [room_of(ROOM, "inquiry", [camera(port)], 2), room_of("waiting-1", "waiting", [camera(port, 1)])],
            "segment_s = 5",
        )
        site.start_capture()
        site.wait_for_states(inquiry_1="ready", waiting_1="recording")
        started = site.candor(
            "session",
            "start",
            "--room",
            ROOM,
            "--case",
            "c-1",
            "--person",
            "P-1",
            "--interrogator",
            "I-1",
            "--json",
        )
        cls.session = json.loads(started)
        site.wait_for_states(inquiry_1="recording")
        time.sleep(5)
        cls.streams = {stream["name"]: stream["stream"] for stream in site.room_state(ROOM)["streams"]}
        cls.waiting = {stream["name"]: stream["stream"] for stream in site.room_state("waiting-1")["streams"]}
        cls.begin = utc_ns(cls.session["started"])

    def get(
        self,
        query: str = "",
        headers: dict[str, str] | None = None,
        stream: str = "cam-video",
        method: str = "GET",
    ) -> Answer:
        target = f"/v1/sessions/{self.session['session']}/streams/{self.streams[stream]}/media.mp4{query}"
        return ask(self.site, method, target, headers)

    def range(self, begin_s: float = 0.5, end_s: float = 3.5) -> str:
        begin, end = (rfc3339(self.begin + round(seconds * 1e9)) for seconds in (begin_s, end_s))
        return f"?from={begin}&to={end}"

    def save(self, answer: Answer, name: str) -> Path:
        path = self.site.folder / name
        path.write_bytes(answer.body)
        return path

    def test_running_session_decodes_from_its_first_picture(self) -> None:
        for stream in ("cam-video", "cam-audio"):
            answer = self.get(stream=stream)
            self.assertEqual(answer.status, 200)
            self.assertEqual(unplayable([self.save(answer, f"running-{stream}.mp4")]), [])
            covered = (utc_ns(answer.headers["x-candor-to"]) - utc_ns(answer.headers["x-candor-from"])) / 1e9
            self.assertGreater(covered, 5)
        shown = presented(self.site.folder / "running-cam-video.mp4")
        expected = [(shown[0][1] + step) % PERIOD for step in range(len(shown))]
        self.assertEqual([counter for _, counter in shown], expected)

    def test_range_starts_at_the_asked_instant(self) -> None:
        begin = mid_gop(self.begin + 300_000_000)
        end = begin + 2_000_000_000
        answer = self.get(f"?from={rfc3339(begin)}&to={rfc3339(end)}")
        self.assertEqual(answer.status, 200)
        path = self.save(answer, "range.mp4")
        self.assertEqual(unplayable([path]), [])
        shown = presented(path)
        self.assertLess(abs(shown[0][0]), 0.05)
        self.assertIn(
            (shown[0][1] - begin // FRAME_NS) % PERIOD, (0, 1, PERIOD - 1), "the picture of that instant"
        )
        self.assertLess(abs(utc_ns(answer.headers["x-candor-from"]) - begin), 2 * FRAME_NS)
        self.assertGreaterEqual(utc_ns(answer.headers["x-candor-to"]), end - 2 * FRAME_NS)

    def test_sound_and_picture_share_a_zero(self) -> None:
        begin = mid_gop(self.begin + 300_000_000)
        for stream in ("cam-video", "cam-audio"):
            answer = self.get(f"?from={rfc3339(begin)}&to={rfc3339(begin + 2_000_000_000)}", stream=stream)
            self.assertLess(abs(utc_ns(answer.headers["x-candor-from"]) - begin), 2 * FRAME_NS, stream)

    def test_etag_is_strong_and_bytes_never_change(self) -> None:
        first, again = self.get(self.range()), self.get(self.range())
        self.assertRegex(first.headers["etag"], r'^"[^"]+"$')
        self.assertEqual((first.headers["etag"], first.body), (again.headers["etag"], again.body))
        other = self.get(self.range(0.5, 2.5))
        self.assertNotEqual(first.headers["etag"], other.headers["etag"])
        held = self.get(self.range(), {"If-None-Match": first.headers["etag"]})
        self.assertEqual((held.status, held.body), (304, b""))

    def test_parts_are_the_whole(self) -> None:
        whole = self.get(self.range())
        size = len(whole.body)
        self.assertEqual(whole.headers["accept-ranges"], "bytes")
        step = size // 7 + 1
        parts = []
        for at in range(0, size, step):
            part = self.get(self.range(), {"Range": f"bytes={at}-{at + step - 1}"})
            last = min(size, at + step) - 1
            self.assertEqual((part.status, part.headers["content-range"]), (206, f"bytes {at}-{last}/{size}"))
            parts.append(part.body)
        self.assertEqual(b"".join(parts), whole.body)
        self.assertEqual(self.get(self.range(), {"Range": "bytes=-100"}).body, whole.body[-100:])
        self.assertEqual(self.get(self.range(), {"Range": f"bytes={size - 5}-"}).body, whole.body[-5:])
        beyond = self.get(self.range(), {"Range": f"bytes={size}-"})
        self.assertEqual((beyond.status, beyond.headers["content-range"]), (416, f"bytes */{size}"))

    def test_if_range_gives_the_part_or_the_whole(self) -> None:
        whole = self.get(self.range())
        part = {"Range": "bytes=10-19"}
        same = self.get(self.range(), {**part, "If-Range": whole.headers["etag"]})
        self.assertEqual((same.status, same.body), (206, whole.body[10:20]))
        for other in ('"another"', "W/" + whole.headers["etag"]):
            changed = self.get(self.range(), {**part, "If-Range": other})
            self.assertEqual((changed.status, changed.body), (200, whole.body), other)

    def test_head_says_the_size_and_sends_nothing(self) -> None:
        whole, head = self.get(self.range()), self.get(self.range(), method="HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["content-length"]), len(whole.body))
        self.assertEqual(head.headers["etag"], whole.headers["etag"])

    def test_range_of_a_room_that_records_always(self) -> None:
        begin = mid_gop(self.begin + 300_000_000)
        target = f"/v1/rooms/waiting-1/streams/{self.waiting['cam-video']}/media.mp4"
        asked = f"?from={rfc3339(begin)}&to={rfc3339(begin + 2_000_000_000)}"
        answer = ask(self.site, "GET", target + asked)
        self.assertEqual(answer.status, 200)
        path = self.save(answer, "room.mp4")
        self.assertEqual(unplayable([path]), [])
        self.assertIn((presented(path)[0][1] - begin // FRAME_NS) % PERIOD, (0, 1, PERIOD - 1))
        self.assertEqual(ask(self.site, "GET", target).status, 400, "without 'from'")

    def test_what_cannot_be_answered_is_said(self) -> None:
        nobody = "/v1/sessions/00000000-0000-7000-8000-000000000000"
        self.assertEqual(ask(self.site, "GET", nobody).status, 404)
        no_zone = self.get("?from=2026-11-24T08:00:00")
        self.assertEqual(no_zone.status, 400)
        self.assertIn("from", json.loads(no_zone.body)["error"]["message"])
        day_ns = 86_400_000_000_000
        before = f"?from={rfc3339(self.begin - day_ns)}&to={rfc3339(self.begin - day_ns // 2)}"
        self.assertEqual(self.get(before).status, 404, "nothing was recorded then")
        self.assertEqual(self.get(f"?from={rfc3339(self.begin + day_ns)}").status, 400, "it has not been yet")


if __name__ == "__main__":
    main()
