# SPDX-License-Identifier: Apache-2.0
"""One camera with one fault after another (tests/support/camera_faults.py), then many short cuts, while two
healthy ones record beside it. Judged against what the cameras sent. Prints one JSON line, a line for each
fault on standard error, and ends with 1 when a limit is broken: recording again within 5 s after a fault, no
frame of another stream lost, every hole declared with the right cause, no frame far from its time, every file
playable."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support"), str(ROOT / "bench" / "clip")]
from camera_faults import BACK_MAX_S, OFFLINE, ROWS, Fault, Row  # noqa: E402
from faulty_camera import FaultyCamera  # noqa: E402
from make_clip import RATES_KBPS, Clip, ensure_picture, ensure_sound  # noqa: E402
from recorded import declared_gaps, read_log, undeclared_gaps, unplayable, utc_ns  # noqa: E402
from sent import Recording, judge  # noqa: E402
from site_on_loopback import Site, binaries, configuration, free_port, room, source  # noqa: E402

HEIGHT = 360
NS = 1_000_000_000
MISSING_MAX_MS = 250  # Of what was sent before a fault began.
LATE_MAX_MS = 500  # Between where a frame stands in time and when it was sent, whatever the camera's clock.
BACK_PATIENCE_S = 25
SETTLE_S = 1.0
EDGE_NS = NS // 2  # A gap begins with the last unit, a little before its fault.
VICTIM = "waiting-3"
ROOMS = {"waiting-1": 0, "waiting-2": 1, VICTIM: 2}  # Each room's camera.
STREAMS = [(slug, media) for slug in ROOMS for media in ("video", "audio")]
CUT = Row("reconnect", Fault, 0, frozenset({OFFLINE}))
LIMITS = "[limits]\nsegment_s = 20\n"


@dataclass(frozen=True)
class Round:
    row: Row
    begin_ns: int
    end_ns: int


@dataclass
class Campaign:
    site: Site
    rounds: list[Round] = field(default_factory=list)

    def say(self, text: str) -> None:
        print(f"camera: {text}", file=sys.stderr, flush=True)

    def pictures(self) -> list[str]:
        """Of the cameras; the last one is the victim's with rare key frames."""
        rare = Clip("panorama", HEIGHT, RATES_KBPS[HEIGHT], gop=250)
        common = [Clip(name, HEIGHT, RATES_KBPS[HEIGHT]) for name in ("panorama", "close-up", "panorama")]
        return [ensure_picture(ROOT / "build" / "clips", clip) for clip in (*common, rare)]

    def start_site(self) -> None:
        port = free_port()
        sound = ensure_sound(ROOT / "build" / "clips")
        more = [part for picture in self.pictures()[2:] for part in ("--clip", f"{picture},{sound}")]
        self.site.start_cameras(port, 4, HEIGHT, ["--phase", "0", *more])
        self.faulty = FaultyCamera(port)
        password = self.site.folder / "password"
        password.write_text("right\n")
        password.chmod(0o600)
        login = f'user = "candor"\npassword_file = "{password}"\n'
        rooms = []
        for slug, number in ROOMS.items():
            where = self.faulty.port if slug == VICTIM else port
            camera = source("cam", f"rtsp://127.0.0.1:{where}/cam/{number}", True, "Camera", "摄像机")
            camera += login if slug == VICTIM else ""
            rooms.append(room(slug, "waiting", slug, f"{slug}室", [camera]))
        self.site.write_config(configuration(self.site.folder, free_port(), rooms, LIMITS))
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording", waiting_2="recording", waiting_3="recording")
        time.sleep(SETTLE_S)

    def wait_for_victim(self, since_ns: int) -> None:
        """Until both of its streams have media from after that moment on disk."""

        def is_recorded() -> bool:
            found = next(found for found in self.site.status()["rooms"] if found["room"] == VICTIM)
            times = [stream["recorded_to"] for stream in found["streams"]]
            return all(at is not None and utc_ns(at) > since_ns + NS // 5 for at in times)

        self.site.wait_for(f"recording of {VICTIM}", is_recorded, BACK_PATIENCE_S)

    def run_row(self, row: Row) -> None:
        begin_ns = time.time_ns()
        self.faulty.begin(row.make())
        time.sleep(row.hold_s)
        end_ns = time.time_ns()
        self.faulty.end()
        self.rounds.append(Round(row, begin_ns, end_ns))
        self.wait_for_victim(end_ns)
        self.say(f"{row.name}: over")
        time.sleep(SETTLE_S)

    def cut_once(self) -> None:
        at_ns = time.time_ns()
        self.faulty.cut()
        self.rounds.append(Round(CUT, at_ns, at_ns))
        self.wait_for_victim(at_ns)

    def run(self, rows: list[Row], reconnects: int) -> None:
        self.start_site()
        for row in rows:
            self.run_row(row)
        for number in range(reconnects):
            self.cut_once()
            if (number + 1) % 10 == 0:
                self.say(f"reconnect {number + 1} of {reconnects}")
        self.site.stop()

    def close(self) -> None:
        self.site.stop()
        if hasattr(self, "faulty"):
            self.faulty.close()


@dataclass
class Judged:
    """One stream as it was recorded."""

    recording: Recording
    gaps: list[tuple[int, int, str]]
    holes: list[str]


def judge_stream(campaign: Campaign, slug: str, media: str, clip: judge.Clip) -> Judged:
    volume = campaign.site.folder / "volume-a"
    entries = read_log(volume / "log" / slug / "1")
    named = (entry for entry in entries if entry["type"] == "STREAM")
    stream = next(entry["stream"] for entry in named if entry["media"] == media)
    gaps = declared_gaps(entries).get(stream, [])
    files = sorted((volume / "media" / slug / f"cam-{media}").rglob("*.mp4"))
    recording = Recording(files, media, clip)
    holes = [f"{slug}: {hole}" for hole in recording.undeclared_holes(gaps) + recording.faults]
    return Judged(recording, gaps, holes)


def joined(clips: list[judge.Clip]) -> judge.Clip:
    """Where a digest stands in any of them: they are the same pictures, coded differently."""
    places: dict[bytes, frozenset[int]] = {}
    for clip in clips:
        for digest, where in clip.places.items():
            places[digest] = places.get(digest, frozenset()) | where
    return judge.Clip(clips[0].period, places)


def judge_streams(campaign: Campaign) -> dict[tuple[str, str], Judged]:
    pictures = [judge.read_clip(path, "video") for path in campaign.pictures()]
    sound = judge.read_clip(ensure_sound(ROOT / "build" / "clips"), "audio")
    clips = {"waiting-1": pictures[0], "waiting-2": pictures[1], VICTIM: joined(pictures[2:])}
    return {
        (slug, media): judge_stream(campaign, slug, media, clips[slug] if media == "video" else sound)
        for slug, media in STREAMS
    }


def lost_frames(stream: Judged) -> int:
    """Of a healthy stream: all that is missing between its first frame and its last, declared or not."""
    fragments = stream.recording.fragments
    if not fragments:
        return sys.maxsize
    sent = fragments[-1].first + fragments[-1].count - fragments[0].first
    return sent - sum(fragment.count for fragment in fragments)


def worst_late_ms(recording: Recording, begin_ns: int, end_ns: int) -> float:
    """Of what was sent in that time: how far from it at most it stands in the recording."""
    unit_ns = recording.unit_ns
    late = (
        abs(fragment.begin_ns - fragment.first * unit_ns)
        for fragment in recording.fragments
        if begin_ns <= fragment.first * unit_ns < end_ns
    )
    return max(late, default=0) / 1e6


def judge_round(round_: Round, next_ns: int, streams: list[Judged]) -> dict:
    """What one fault did to the victim: missing before it, until it was recorded again, and its gaps."""
    row, missing, back, late, causes = round_.row, [], [], [], set()
    begins = []
    for stream in streams:
        late.append(worst_late_ms(stream.recording, round_.begin_ns, next_ns))
        missing.append(stream.recording.missing_ms(round_.begin_ns))
        after = stream.recording.first_after(round_.end_ns)
        back.append((after.first * stream.recording.unit_ns - round_.end_ns) / 1e6 if after else float("inf"))
        own = [gap for gap in stream.gaps if round_.begin_ns - EDGE_NS < gap[0] < next_ns - EDGE_NS]
        causes |= {cause for _, _, cause in own}
        begins += [(end - round_.begin_ns) / 1e9 for begin, end, _ in own if begin < round_.end_ns - EDGE_NS]
    complaints = []
    if max(late) > LATE_MAX_MS:
        complaints.append(f"recorded {max(late):.0f} ms from when it was sent")
    if max(back) > 1000 * BACK_MAX_S:
        complaints.append(f"recorded again after {max(back):.0f} ms")
    if max(missing) > MISSING_MAX_MS:
        complaints.append(f"{max(missing):.0f} ms before it are missing")
    if not causes <= row.causes or (row.needs_gap and not causes):
        complaints.append(f"gaps of {sorted(causes)}, not of {sorted(row.causes)}")
    if row.begins_within_s is not None and max(begins, default=0) > row.begins_within_s:
        complaints.append(f"recorded after {max(begins):.1f} s of it")
    return {
        "fault": row.name,
        "missing_ms": round(max(missing)),
        "back_ms": -1 if float("inf") in back else round(max(back)),
        "late_ms": round(max(late)),
        "causes": sorted(causes),
        "complaints": complaints,
    }


def judge_rounds(campaign: Campaign, streams: list[Judged]) -> list[dict]:
    ends = [round_.begin_ns for round_ in campaign.rounds[1:]] + [time.time_ns()]
    return [
        judge_round(round_, next_ns, streams)
        for round_, next_ns in zip(campaign.rounds, ends, strict=True)
    ]


def rows_of(rounds: list[dict]) -> list[dict]:
    """One for each fault; the reconnects are one with their worst."""
    rows: dict[str, dict] = {}
    for found in rounds:
        row = rows.setdefault(found["fault"], {**found, "rounds": 0, "causes": [], "complaints": []})
        row["rounds"] += 1
        row["missing_ms"] = max(row["missing_ms"], found["missing_ms"])
        backs = row["back_ms"], found["back_ms"]
        row["back_ms"] = -1 if -1 in backs else max(backs)
        row["late_ms"] = max(row["late_ms"], found["late_ms"])
        row["causes"] = sorted({*row["causes"], *found["causes"]})
        row["complaints"] += found["complaints"]
    return list(rows.values())


def judge_campaign(campaign: Campaign) -> tuple[dict, list[dict], list[str]]:
    streams = judge_streams(campaign)
    rounds = judge_rounds(campaign, [streams[VICTIM, media] for media in ("video", "audio")])
    logs = [read_log(campaign.site.folder / "volume-a" / "log" / slug / "1") for slug in ROOMS]
    undeclared = [hole for log in logs for hole in undeclared_gaps(log)]
    undeclared += [hole for stream in streams.values() for hole in stream.holes]
    broken = unplayable(campaign.site.segments())
    lost = sum(lost_frames(stream) for (slug, _), stream in streams.items() if slug != VICTIM)
    report = {
        "rounds": len(rounds),
        "worst_missing_ms": max(found["missing_ms"] for found in rounds),
        "worst_back_ms": -1 if any(found["back_ms"] < 0 for found in rounds)
        else max(found["back_ms"] for found in rounds),
        "worst_late_ms": max(found["late_ms"] for found in rounds),
        "lost_by_others": lost,
        "undeclared_gaps": len(undeclared),
        "unplayable": len(broken),
        "segments": len(campaign.site.segments()),
        "broken_rounds": sum(bool(found["complaints"]) for found in rounds),
    }
    return report, rows_of(rounds), undeclared + broken


def is_kept(report: dict) -> bool:
    zeros = ("lost_by_others", "undeclared_gaps", "unplayable", "broken_rounds")
    return all(report[name] == 0 for name in zeros)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reconnects", type=int, default=50, help="1000 for the full run, about an hour")
    parser.add_argument("--fault", action="append", choices=[row.name for row in ROWS], help="only these")
    parser.add_argument("--keep", action="store_true", help="leave the recording where it is")
    wanted = parser.parse_args()
    for program in ("candor-camsim", "candor-capture"):
        if not (binaries() / program).exists():
            parser.error(f"{binaries() / program} is not there; build it or set CANDOR_BIN")
    rows = [row for row in ROWS if wanted.fault is None or row.name in wanted.fault]
    campaign = Campaign(Site(Path(tempfile.mkdtemp(prefix="candor-camera-"))))
    try:
        campaign.run(rows, wanted.reconnects)
        report, found, complaints = judge_campaign(campaign)
    finally:
        campaign.close()
        if wanted.keep:
            campaign.say(f"kept {campaign.site.folder}")
        else:
            shutil.rmtree(campaign.site.folder, ignore_errors=True)
    for row in found:
        campaign.say(json.dumps(row))
    for complaint in complaints:
        campaign.say(complaint)
    print(json.dumps(report))
    return 0 if is_kept(report) else 1


if __name__ == "__main__":
    sys.exit(main())
