# SPDX-License-Identifier: Apache-2.0
"""Kills capture with SIGKILL at random moments and starts it again; what is missing is judged against what
the cameras sent. Prints one JSON line; ends with 1 when a limit is broken.

Rooms: one with picture and sound, one with a microphone only, one session room whose session is running at
every kill. Some rounds kill a second time while capture starts. Files are judged twice: as the kill left
them, and at the end."""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support"), str(ROOT / "bench" / "clip")]
from make_clip import make_clips  # noqa: E402
from recorded import declared_gaps, read_log, undeclared_gaps, unplayable, utc_ns  # noqa: E402
from sent import Recording, boxes, judge  # noqa: E402
from site_on_loopback import Site, binaries, configuration, free_port, room, source  # noqa: E402

MISSING_MAX_MS = 1200
OUTAGE_MAX_MS = 5000
RESTART_WAIT_S = 0.5  # As the supervisor of a real host does.
SECOND_KILL_CHANCE = 0.25
NEW_SESSION_CHANCE = 0.5
LAST_UNIT_NS = 250_000_000  # A last unit is as long as the recorder makes it (docs/design/time.md).
PAUSE_S = 2.5  # Between sessions: more than a GOP.
HEIGHT = 360
LIMITS = "[limits]\nsegment_s = 10\n"
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
CAUSES = ("recorder-crash", "no-session")  # The cameras never fail here; on a busy machine they may stall.


@dataclass
class Kill:
    """Wall clock in nanoseconds. `is_early`: capture had not recorded again since the kill before."""

    at_ns: int
    is_early: bool = False


@dataclass
class Campaign:
    site: Site
    chance: random.Random
    kills: list[Kill] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)  # Copies of the open files as a kill left them.
    session: str = ""

    def say(self, text: str) -> None:
        print(f"kill: {text}", file=sys.stderr, flush=True)

    def start_site(self) -> None:
        clips = make_clips(ROOT / "build" / "clips", [HEIGHT], ["panorama", "close-up"], 0)
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
        self.site.write_config(configuration(self.site.folder, free_port(), rooms, LIMITS))
        self.site.start_cameras(port, len(CAMERAS), HEIGHT, ["--phase", "0", "--clip", f",{clips['sound']}"])
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording", waiting_2="recording", inquiry_1="ready")
        self.new_session()

    def new_session(self) -> None:
        """Ends the session that runs and starts another when a key frame is in the pre-roll."""
        if self.session:
            self.site.candor("session", "end", self.session)
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

    def wait_for_media(self) -> None:
        """Until every stream has media from after now on disk."""
        since = time.time_ns()

        def is_recorded() -> bool:
            rooms = {found["room"]: found["streams"] for found in self.site.status()["rooms"]}
            times = [
                stream["recorded_to"]
                for slug, media in STREAMS
                for stream in rooms[slug]
                if stream["media"] == media
            ]
            return all(at is not None and utc_ns(at) > since for at in times)

        self.site.wait_for("recording of every stream", is_recorded)

    def kill(self, is_early: bool = False) -> None:
        self.site.capture.process.kill()
        self.kills.append(Kill(time.time_ns(), is_early))
        self.site.capture.process.wait()
        for slug, media in STREAMS:
            files = sorted((self.site.folder / "volume-a" / "media" / slug / f"cam-{media}").rglob("*.mp4"))
            if files:
                copy = self.site.folder / "left" / f"{len(self.kills):03}-{slug}-{media}.mp4"
                copy.parent.mkdir(exist_ok=True)
                shutil.copyfile(files[-1], copy)
                self.left.append(copy)
        time.sleep(RESTART_WAIT_S)

    def run(self, rounds: int) -> None:
        self.start_site()
        for number in range(rounds):
            self.wait_for_media()
            if self.chance.random() < NEW_SESSION_CHANCE:
                self.new_session()
            time.sleep(self.chance.uniform(0, 3))
            self.kill()
            self.site.start_capture()
            if self.chance.random() < SECOND_KILL_CHANCE:
                time.sleep(self.chance.uniform(0, 0.4))
                self.kill(is_early=True)
                self.site.start_capture()
            self.say(f"round {number + 1} of {rounds}")
        self.wait_for_media()
        self.site.candor("session", "end", self.session)
        self.site.stop()


def stream_ids(entries: list[dict]) -> dict[str, str]:
    return {entry["media"]: entry["stream"] for entry in entries if entry["type"] == "STREAM"}


def judge_stream(site: Site, slug: str, media: str, kills: list[Kill], clip: judge.Clip) -> dict:
    """Of each kill: what is missing before it and for how long; and every hole that nothing declares."""
    entries = read_log(site.folder / "volume-a" / "log" / slug / "1")
    gaps = declared_gaps(entries).get(stream_ids(entries)[media], [])
    files = sorted((site.folder / "volume-a" / "media" / slug / f"cam-{media}").rglob("*.mp4"))
    recording = Recording(files, media, clip)
    missing, outages = [], []
    for number, kill in enumerate(kills):
        if not kill.is_early:
            missing.append(recording.missing_ms(kill.at_ns))
        if number + 1 < len(kills) and kills[number + 1].is_early:
            continue  # The outage ends after the next kill.
        outages.append(outage_ms(recording, kill, gaps))
    return {
        "missing": missing,
        "outages": outages,
        "other_causes": sum(cause not in CAUSES for _, _, cause in gaps),
        "undeclared": recording.undeclared_holes(gaps),
        "broken": recording.faults,
    }


def outage_ms(recording: Recording, kill: Kill, gaps: list[tuple[int, int, str]]) -> float:
    """The whole gap that the log declares, over two kills too, or until what is recorded next: the longer.

    Gaps are found by the last unit before the kill: recorded times may be off the wall clock by as much as
    the first sample of a run came late."""
    before, after = recording.last_before(kill.at_ns), recording.first_after(kill.at_ns)
    if before is None or after is None:
        return float("inf")
    last_ns = recording.end_ns(before)
    declared = [
        end - begin
        for begin, end, cause in gaps
        if cause == "recorder-crash" and abs(begin - last_ns) < LAST_UNIT_NS and end > last_ns
    ]
    if not declared:
        return float("inf")  # Every kill must stand in the log.
    return max(after.first * recording.unit_ns - kill.at_ns, *declared) / 1e6


def judge_campaign(campaign: Campaign) -> tuple[dict, list[str]]:
    clips = make_clips(ROOT / "build" / "clips", [HEIGHT], ["panorama", "close-up"], 0)
    sound = judge.read_clip(clips["sound"], "audio")
    verdicts = []
    for slug, media in STREAMS:
        picture = clips[f"{CLIPS[slug]}-{HEIGHT}p"]
        clip = judge.read_clip(picture, "video") if media == "video" else sound
        verdicts.append(judge_stream(campaign.site, slug, media, campaign.kills, clip))
    undeclared = [
        hole
        for slug in CAMERAS
        for hole in undeclared_gaps(read_log(campaign.site.folder / "volume-a" / "log" / slug / "1"))
    ]
    undeclared += [hole for verdict in verdicts for hole in verdict["undeclared"]]
    segments = campaign.site.segments()
    broken = unplayable([path for path in segments + campaign.left if has_media(path)])
    broken += [fault for verdict in verdicts for fault in verdict["broken"]]
    missing = [one for verdict in verdicts for one in verdict["missing"]]
    outages = [one for verdict in verdicts for one in verdict["outages"]]
    report = {
        "streams": len(STREAMS),
        "kills": len(campaign.kills),
        "kills_while_starting": sum(kill.is_early for kill in campaign.kills),
        "judged": len(missing),
        "gaps_of_other_causes": sum(verdict["other_causes"] for verdict in verdicts),
        "worst_missing_ms": rounded(missing),
        "worst_outage_ms": rounded(outages),
        "undeclared_gaps": len(undeclared),
        "unplayable": len(broken),
        "segments": len(segments),
        "files_as_killed": len(campaign.left),
    }
    return report, undeclared + broken


def rounded(values: list[float]) -> int | None:
    """None: there was a kill after which nothing came, or that the log does not tell."""
    return None if not values or float("inf") in values else round(max(values))


def has_media(path: Path) -> bool:
    """A file that was killed before its first chunk holds nothing that could be played."""
    return any(kind == b"moof" for kind, _, _ in whole_boxes(path.read_bytes()))


def whole_boxes(data: bytes) -> list[tuple[bytes, int, int]]:
    found = []
    try:
        found.extend(boxes.boxes(memoryview(data), 0, len(data)))
    except boxes.BrokenFile:
        found.append((b"moof", 0, 0))  # A torn box: let ffmpeg say what it makes of it.
    return found


def is_kept(report: dict) -> bool:
    missing, outage = report["worst_missing_ms"], report["worst_outage_ms"]
    return (
        missing is not None
        and missing <= MISSING_MAX_MS
        and outage is not None
        and outage <= OUTAGE_MAX_MS
        and report["undeclared_gaps"] == 0
        and report["unplayable"] == 0
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the recording where it is")
    wanted = parser.parse_args()
    for program in ("candor", "candor-camsim", "candor-capture"):
        if not (binaries() / program).exists():
            parser.error(f"{binaries() / program} is not there; build it or set CANDOR_BIN")
    folder = Path(tempfile.mkdtemp(prefix="candor-kill-"))
    campaign = Campaign(Site(folder), random.Random(wanted.seed))
    try:
        campaign.run(wanted.rounds)
        report, complaints = judge_campaign(campaign)
    finally:
        campaign.site.stop()
        if wanted.keep:
            campaign.say(f"kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"rounds": wanted.rounds, **report}))
    for complaint in complaints:
        campaign.say(complaint)
    return 0 if is_kept(report) else 1


if __name__ == "__main__":
    sys.exit(main())
