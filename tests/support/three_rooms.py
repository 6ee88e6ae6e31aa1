# SPDX-License-Identifier: Apache-2.0
"""The site of the campaigns that break the recorder, not the cameras: a waiting room with picture and sound,
another with a microphone only, and a session room whose session is running."""

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support"), str(ROOT / "bench" / "clip")]
from make_clip import make_clips  # noqa: E402
from recorded import utc_ns  # noqa: E402
from sent import judge  # noqa: E402
from site_on_loopback import Site, configuration, free_port, room, source  # noqa: E402

PAUSE_S = 2.5  # Between sessions: more than a GOP.
HEIGHT = 360
# Camera n shows clip n: panorama with sound, close-up with sound, sound alone.
CAMERAS = {
    "waiting-1": (0, ("video", "audio")),
    "inquiry-1": (1, ("video", "audio")),
    "waiting-2": (2, ("audio",)),
}
CLASSES = {"waiting-1": "waiting", "inquiry-1": "inquiry", "waiting-2": "waiting"}
CLIPS = {"waiting-1": "panorama", "inquiry-1": "close-up", "waiting-2": "panorama"}
STREAMS = [(slug, media) for slug, (_, kinds) in CAMERAS.items() for media in kinds]
SESSION_ROOM = "inquiry-1"


def clips() -> dict[str, str]:
    return make_clips(ROOT / "build" / "clips", [HEIGHT], ["panorama", "close-up"], 0)


def sent_clips() -> dict[tuple[str, str], judge.Clip]:
    """What the camera of each stream sends."""
    made = clips()
    sound = judge.read_clip(made["sound"], "audio")
    return {
        (slug, media): judge.read_clip(made[f"{CLIPS[slug]}-{HEIGHT}p"], "video") if media == "video" else sound
        for slug, media in STREAMS
    }


class ThreeRooms:
    def __init__(self, site: Site):
        self.site = site
        self.session = ""

    def start(self, limits: str, volumes: list[str] | None = None) -> None:
        """Cameras and capture; returns when all is recorded."""
        port = free_port()
        rooms = [
            room(
                slug,
                CLASSES[slug],
                slug,
                f"{slug}室",
                [
                    source("cam", f"rtsp://127.0.0.1:{port}/cam/{number}", True, "Camera", "摄像机")
                    + ("" if "video" in kinds else "picture = false\n")
                ],
            )
            for slug, (number, kinds) in CAMERAS.items()
        ]
        self.site.write_config(configuration(self.site.folder, free_port(), rooms, limits, volumes))
        sound = clips()["sound"]
        self.site.start_cameras(port, len(CAMERAS), HEIGHT, ["--phase", "0", "--clip", f",{sound}"])
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording", waiting_2="recording", inquiry_1="ready")
        self.new_session()

    def new_session(self) -> None:
        """Ends the session that runs and starts another when a key frame is in the pre-roll."""
        if self.session:
            self.end_session()
            time.sleep(PAUSE_S)
        started = self.site.candor(
            "session",
            "start",
            "--room",
            SESSION_ROOM,
            "--case",
            "c-1",
            "--person",
            "P-1",
            "--interrogator",
            "I-1",
            "--json",
        )
        self.session = json.loads(started)["session"]

    def end_session(self) -> None:
        self.site.candor("session", "end", self.session)

    def is_recorded_since(self, since_ns: int) -> bool:
        """Every stream has media from after that moment on disk."""
        rooms = {found["room"]: found["streams"] for found in self.site.status()["rooms"]}
        times = [
            stream["recorded_to"]
            for slug, media in STREAMS
            for stream in rooms[slug]
            if stream["media"] == media
        ]
        return all(at is not None and utc_ns(at) > since_ns for at in times)

    def wait_for_media(self) -> None:
        """Until every stream has media from after now on disk."""
        since_ns = time.time_ns()
        self.site.wait_for("recording of every stream", lambda: self.is_recorded_since(since_ns))
