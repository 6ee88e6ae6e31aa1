# SPDX-License-Identifier: Apache-2.0
"""Every codec a camera may send, from real RTSP to files that two unrelated players decode: the counter in
the pictures, the beep in the sound, the length; as segments and as a range from the control API."""

import sys
import time
from array import array
from functools import cache
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import HEIGHT, ROOT, FlowStory, ask, camera, main, rfc3339, room_of  # noqa: E402
from played import PLAYERS, RATE, Beep, beeps, count_pictures, decode_sound, first_shown_s  # noqa: E402
from read_counter import judge, picture_size, read_counters  # noqa: E402
from recorded import undeclared_gaps, utc_ns  # noqa: E402

sys.path.insert(0, str(ROOT / "bench" / "clip"))
from make_clip import RATES_KBPS, Clip, ensure_picture, ensure_sound  # noqa: E402

CLIPS = ROOT / "build" / "clips"
RANGE_S = 6
FRAME_S = 0.04
PERIOD_S = 16
UNIT_S = 1
GOP = 50
UNSHOWN = 3  # The end may fall between a picture and the B-frames that are shown before it.
TONE_ERROR_MAX = 0.02
SKEW_MAX_S = 0.04
SIZES = {(1280, 720), (640, 360)}


class Pair(NamedTuple):
    """What one room's camera sends, and what the recorder must call it."""

    picture: str
    sound: str
    codecs: tuple[str, str]


PAIRS = {
    "h264-aac": Pair("h264", "aac", ("avc1.", "mp4a.40.2")),
    "h264-pcmu": Pair("h264", "pcmu", ("avc1.", "ulaw")),
    "h264b-opus": Pair("h264b", "opus", ("avc1.", "opus")),
    "h265-pcma": Pair("h265", "pcma", ("hvc1.", "alaw")),
    "changes": Pair("changes", "aac", ("avc1.", "mp4a.40.2")),
}


def picture_file(codec: str) -> str:
    if codec == "changes":
        return "+".join(
            ensure_picture(CLIPS, Clip("panorama", height, RATES_KBPS[height])) for height in (HEIGHT, 720)
        )
    return ensure_picture(CLIPS, Clip("panorama", HEIGHT, RATES_KBPS[HEIGHT], codec))


def camera_options() -> list[str]:
    """Cameras 0 and 1 are those of every flow test; these follow."""
    options = []
    for pair in PAIRS.values():
        options += ["--clip", f"{picture_file(pair.picture)},{ensure_sound(CLIPS, pair.sound)}"]
    return options


class Stored(NamedTuple):
    """One file with where it stands in time, and how long what it shows is by the recorder's word."""

    slug: str
    path: Path
    begin_s: float
    length_s: float


def is_range(file: Stored) -> bool:
    return file.path.name.startswith("range-")


@cache
def sound_of(player: str, path: Path) -> array:
    return decode_sound(player, path)


@cache
def counters_of(path: Path) -> list[int | None]:
    return list(read_counters(str(path)))


@cache
def beeps_of(player: str, path: Path) -> list[Beep]:
    return beeps(sound_of(player, path))


class CodecsTest(FlowStory):
    @classmethod
    def record(cls) -> None:
        site = cls.site
        port = site.open_cameras(2 + len(PAIRS), camera_options())
        site.configure(
            [room_of(slug, "waiting", [camera(port, 2 + n)]) for n, slug in enumerate(PAIRS)], "segment_s = 5"
        )
        site.start_capture()
        site.wait_for_states(**{slug.replace("-", "_"): "recording" for slug in PAIRS})
        began = time.time()
        time.sleep(RANGE_S + 4)
        cls.rooms = {slug: site.room_state(slug) for slug in PAIRS}
        cls.ranges = [found for slug in PAIRS for found in cls.fetch_ranges(slug, int((began + 1) * 1e9))]
        site.stop_capture()
        cls.segments = [found for slug in PAIRS for found in cls.list_segments(slug)]

    @classmethod
    def fetch_ranges(cls, slug: str, begin_ns: int) -> list[Stored]:
        """RANGE_S of each stream; of the room whose format changes, what lies before the change."""
        found = []
        for stream in cls.rooms[slug]["streams"]:
            query = f"from={rfc3339(begin_ns)}&to={rfc3339(begin_ns + RANGE_S * 1_000_000_000)}"
            target = f"/v1/rooms/{slug}/streams/{stream['stream']}/media.mp4?{query}"
            answer = ask(cls.site, "GET", target)
            assert answer.status == 200, f"{target}: {answer.status} {answer.body[:200]!r}"
            path = cls.site.folder / f"range-{slug}-{stream['name']}.mp4"
            path.write_bytes(answer.body)
            shown = [utc_ns(answer.headers[f"x-candor-{edge}"]) for edge in ("from", "to")]
            found.append(Stored(slug, path, shown[0] / 1e9, (shown[1] - shown[0]) / 1e9))
        return found

    @classmethod
    def list_segments(cls, slug: str) -> list[Stored]:
        found = []
        volume = cls.site.folder / "volume-a"
        for entry in cls.site.entries(slug):
            if entry["type"] == "INIT":
                found.append([volume / entry["path"], entry["stream"], None, None])
            if entry["type"] == "MEDIA":
                file = next(file for file in reversed(found) if file[1] == entry["stream"])
                begin_s = entry["tfdt"] / entry["timescale"]
                file[2] = begin_s if file[2] is None else file[2]
                file[3] = begin_s + entry["duration"] / entry["timescale"]
        return [Stored(slug, path, begin, end - begin) for path, _, begin, end in found]

    def files(self, media: str) -> list[Stored]:
        return [found for found in [*self.segments, *self.ranges] if media in str(found.path)]

    def test_streams_are_called_by_their_codecs(self) -> None:
        for slug, pair in PAIRS.items():
            named = {stream["media"]: stream["codecs"] for stream in self.rooms[slug]["streams"]}
            for media, codecs in zip(("video", "audio"), pair.codecs, strict=True):
                self.assertTrue(named[media].startswith(codecs), f"{slug}: {named}")

    def test_players_decode_every_picture(self) -> None:
        for file in self.files("video"):
            for player in PLAYERS:
                with self.subTest(player=player, file=file.path.name, room=file.slug):
                    pictures = count_pictures(player, file.path)
                    wanted = round(file.length_s / FRAME_S)
                    hidden = GOP if is_range(file) else 0
                    self.assertTrue(wanted - 1 <= pictures <= wanted + hidden + 1, f"{pictures} of {wanted}")

    def test_counter_has_no_hole(self) -> None:
        for slug in PAIRS:
            files = [file.path for file in self.segments if file.slug == slug and "video" in str(file.path)]
            verdict = judge([counter for path in files for counter in counters_of(path)][:-UNSHOWN])
            with self.subTest(room=slug):
                self.assertEqual((verdict.lost, verdict.repeated, verdict.unreadable), (0, 0, 0))
                self.assertGreater(verdict.frames, 25 * RANGE_S)
        for file in (file for file in self.ranges if "video" in file.path.name):
            with self.subTest(range=file.path.name):
                verdict = judge(counters_of(file.path)[:-UNSHOWN])
                self.assertEqual((verdict.lost, verdict.repeated, verdict.unreadable), (0, 0, 0))

    def test_tone_is_the_one_that_was_sent(self) -> None:
        for file in self.files("audio"):
            for player in PLAYERS:
                with self.subTest(player=player, file=file.path.name, room=file.slug):
                    heard = beeps_of(player, file.path)
                    self.assertLessEqual(abs(len(heard) - len(sound_of(player, file.path)) / RATE), 1.1)
                    for beep in heard:
                        self.assertLessEqual(abs(beep.hertz - 1000), 1000 * TONE_ERROR_MAX)

    def test_sound_is_as_long_as_the_recorder_says(self) -> None:
        for file in self.files("audio"):
            for player in PLAYERS:
                with self.subTest(player=player, file=file.path.name, room=file.slug):
                    length_s = len(sound_of(player, file.path)) / RATE
                    # The bytes of a range are whole units, of which an edit list hides a part.
                    hidden_s = 2 * UNIT_S if is_range(file) else 0
                    missing_s = file.length_s - length_s
                    self.assertGreater(missing_s, -hidden_s - 0.003)
                    self.assertLess(missing_s, 0.003 + (0.05 if is_range(file) else 0))

    def test_range_has_the_length_that_was_asked_for(self) -> None:
        for file in self.ranges:
            with self.subTest(file=file.path.name):
                if file.slug == "changes" and "video" in file.path.name:
                    self.assertLess(file.length_s, RANGE_S, "it ends where the format changes")
                else:
                    self.assertAlmostEqual(file.length_s, RANGE_S, delta=0.05)

    def test_pictures_and_beeps_stand_at_the_second_they_were_sent(self) -> None:
        for file in (file for file in self.segments if file.length_s > 1):
            with self.subTest(file=file.path.name, room=file.slug):
                if "audio" in str(file.path):
                    at_s = file.begin_s + beeps_of("ffmpeg", file.path)[0].at_s
                    late_s = (at_s + 0.5) % 1 - 0.5
                else:
                    taken_s = counters_of(file.path)[0] * FRAME_S
                    late_s = (first_shown_s(file.path) - taken_s + PERIOD_S / 2) % PERIOD_S - PERIOD_S / 2
                self.assertLess(abs(late_s), SKEW_MAX_S)

    def test_a_change_of_size_is_a_new_file_and_no_gap(self) -> None:
        files = [file for file in self.segments if file.slug == "changes" and "video" in str(file.path)]
        sizes = [picture_size(str(file.path)) for file in files]
        self.assertGreaterEqual(len(sizes), 3)
        self.assertEqual(set(sizes), SIZES)
        self.assertTrue(all(one != other for one, other in zip(sizes, sizes[1:], strict=False)), sizes)

    def test_no_room_has_a_gap(self) -> None:
        for slug in PAIRS:
            entries = self.site.entries(slug)
            causes = {entry["cause"] for entry in entries if entry["type"] == "GAP-OPEN"}
            with self.subTest(room=slug):
                self.assertEqual(undeclared_gaps(entries), [])
                self.assertEqual(causes, {"recorder-stop"}, "the stop at the end of the test")


if __name__ == "__main__":
    main()
