# SPDX-License-Identifier: Apache-2.0
"""Ways a camera is connected: by TLS, with a substream, several microphones in one room."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import ROOT, FlowCase, camera, main, room_of, source, wait_until  # noqa: E402
from feed_client import Feed  # noqa: E402
from played import beeps, decode_sound  # noqa: E402
from read_counter import judge_files  # noqa: E402
from recorded import undeclared_gaps, unplayable  # noqa: E402
from tls_proxy import TlsProxy, fingerprint, make_certificate  # noqa: E402

sys.path.insert(0, str(ROOT / "bench" / "clip"))
from make_clip import ensure_sound  # noqa: E402

CLIPS = ROOT / "build" / "clips"
ROOM = "waiting-1"
OTHER_FINGERPRINT = "00" * 32


def camera_by_tls(port: int, trust: str) -> str:
    url = f"rtsps://127.0.0.1:{port}/cam/0"
    return source("cam", url, True, "Camera", "摄像机") + trust + "\n"


def with_colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2)).upper()


class TlsTest(FlowCase):
    @contextmanager
    def started(self, trust_of) -> Iterator[Path]:
        """Capture with one camera behind TLS; `trust_of` makes its configuration line of its certificate."""
        certificate, key = make_certificate(self.site.folder)
        proxy = TlsProxy(self.site.open_cameras(1), certificate, key)
        try:
            sources = [camera_by_tls(proxy.port, trust_of(certificate))]
            self.site.configure([room_of(ROOM, "waiting", sources)])
            self.site.start_capture()
            yield certificate
            self.site.stop_capture()
        finally:
            proxy.close()

    def record_and_judge(self, trust_of) -> None:
        with self.started(trust_of):
            self.site.wait_for_states(waiting_1="recording")
            time.sleep(3)
        files = self.site.files(ROOM)
        self.assertEqual(unplayable(files), [])
        verdict = judge_files(str(path) for path in self.site.files(ROOM, "cam-video"))
        self.assertEqual((verdict.lost, verdict.repeated, verdict.unreadable), (0, 0, 0))
        self.assertEqual(undeclared_gaps(self.site.entries(ROOM)), [])

    def test_the_right_fingerprint_records(self) -> None:
        self.record_and_judge(lambda pem: f'fingerprint = "{with_colons(fingerprint(pem))}"')

    def test_a_certificate_of_the_ca_file_records(self) -> None:
        self.record_and_judge(lambda pem: f'ca_file = "{pem}"')

    def refused(self, trust_of) -> tuple[str, str]:
        """What the log of the program and the open gap of the picture say."""
        with self.started(trust_of) as certificate:
            wait_until("gap", lambda: self.gap_details("certificate"))
            self.assertNotEqual(self.site.room_state(ROOM)["state"], "recording")
        self.assertEqual(self.site.files(ROOM), [])
        self.digits = fingerprint(certificate)
        return self.site.capture.tail(200), self.gap_details("certificate")[0]

    def gap_details(self, word: str) -> list[str]:
        details = [entry["detail"] for entry in self.site.entries(ROOM) if entry["type"] == "GAP-OPEN"]
        return [detail for detail in details if word in detail]

    def test_a_wrong_fingerprint_is_refused_and_the_right_one_named(self) -> None:
        log, detail = self.refused(lambda _: f'fingerprint = "{OTHER_FINGERPRINT}"')
        sentence = f"the camera's certificate has the SHA-256 {self.digits}; if that is right, write it"
        self.assertIn(sentence, log)
        self.assertIn(sentence, detail)

    def test_a_certificate_nobody_vouches_for_is_refused(self) -> None:
        def other_authority(certificate: Path) -> str:
            folder = certificate.parent / "other"
            folder.mkdir()
            return f'ca_file = "{make_certificate(folder)[0]}"'

        _, detail = self.refused(other_authority)
        self.assertIn("the camera's certificate is not to be trusted", detail)


class SubstreamTest(FlowCase):
    def test_a_substream_is_shown_and_never_on_disk(self) -> None:
        port = self.site.open_cameras(2)
        substream = f'substream = "rtsp://127.0.0.1:{port}/cam/1"\n'
        self.site.configure([room_of(ROOM, "waiting", [camera(port) + substream])])
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording")
        wait_until("substream", lambda: {"cam-sub"} <= {s["name"] for s in self.ok_streams()})
        feed = Feed(self.site.socket_path, ROOM, 2.5)
        self.site.stop_capture()
        self.assert_shown(feed)
        self.assert_not_recorded()

    def ok_streams(self) -> list[dict]:
        return [stream for stream in self.site.room_state(ROOM)["streams"] if stream["state"] == "ok"]

    def assert_shown(self, feed: Feed) -> None:
        roles = {stream["name"]: stream["role"] for stream in feed.streams().values()}
        self.assertEqual(roles, {"cam-video": "main", "cam-audio": "main", "cam-sub": "sub"})
        channel = next(number for number, stream in feed.streams().items() if stream["role"] == "sub")
        media = [item for item in feed.media if item.channel == channel]
        self.assertEqual(media[0].kind, 1, "its init comes first")
        self.assertGreater(sum(item.kind == 2 for item in media), 25)
        self.assertTrue(media[1].flags & 1, "it begins with a key frame")
        shown = self.site.folder / "shown.mp4"
        shown.write_bytes(b"".join(item.data for item in media))
        verdict = judge_files([str(shown)])
        self.assertEqual((verdict.lost, verdict.repeated, verdict.unreadable), (0, 0, 0))

    def assert_not_recorded(self) -> None:
        folders = {path.name for path in (self.site.folder / "volume-a" / "media" / ROOM).iterdir()}
        self.assertEqual(folders, {"cam-video", "cam-audio"})
        named = {entry["name"] for entry in self.site.entries(ROOM) if entry["type"] == "STREAM"}
        self.assertEqual(named, {"cam-video", "cam-audio"})


class MicrophonesTest(FlowCase):
    CODECS = {"desk": ("opus", "opus"), "door": ("pcma", "alaw"), "wall": ("aac", "mp4a.40.2")}

    def test_several_microphones_are_streams_of_their_own(self) -> None:
        options = []
        for sound, _ in self.CODECS.values():
            options += ["--clip", f",{ensure_sound(CLIPS, sound)}"]
        port = self.site.open_cameras(2 + len(self.CODECS), options)
        microphones = [
            camera(port, 2 + number, name) + "picture = false\n" for number, name in enumerate(self.CODECS)
        ]
        self.site.configure([room_of(ROOM, "waiting", microphones)])
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording")
        time.sleep(4)
        streams = {stream["source"]: stream for stream in self.site.room_state(ROOM)["streams"]}
        self.site.stop_capture()
        self.assertEqual(len({stream["stream"] for stream in streams.values()}), len(self.CODECS))
        for name, (_, codecs) in self.CODECS.items():
            self.assertEqual(streams[name]["codecs"], codecs)
            files = self.site.files(ROOM, f"{name}-audio")
            self.assertEqual(unplayable(files), [])
            self.assertGreaterEqual(len(beeps(decode_sound("ffmpeg", files[0]))), 3, name)
        self.assertEqual(undeclared_gaps(self.site.entries(ROOM)), [])


if __name__ == "__main__":
    if shutil.which("openssl") is None:
        raise SystemExit("this test makes certificates with the openssl program")
    main()
