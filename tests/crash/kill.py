# SPDX-License-Identifier: Apache-2.0
"""Kills capture with SIGKILL at random moments and starts it again; what is missing is judged against what
the cameras sent. Prints one JSON line; ends with 1 when a limit is broken.

Two volumes, which must hold the same at the end. Rooms: one with picture and sound, one with a microphone
only, one session room whose session is running at every kill. Some rounds kill a second time while capture
starts. Files are judged twice: as the kill left them, and at the end."""

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
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support")]
from recorded import declared_gaps, read_log, undeclared_gaps, unplayable  # noqa: E402
from sent import Recording, boxes, judge  # noqa: E402
from site_on_loopback import Site, binaries, two_volumes  # noqa: E402
from supervisor import start_again  # noqa: E402
from three_rooms import CAMERAS, STREAMS, ThreeRooms, sent_clips  # noqa: E402
from volume_pair import VolumePair  # noqa: E402

MISSING_MAX_MS = 1200
OUTAGE_MAX_MS = 5000
COPIES_WAIT_S = 300
SECOND_KILL_CHANCE = 0.25
NEW_SESSION_CHANCE = 0.5
LAST_UNIT_NS = 250_000_000  # A last unit is as long as the recorder makes it (docs/design/time.md).
LIMITS = "[limits]\nsegment_s = 10\n"
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

    def __post_init__(self) -> None:
        self.rooms = ThreeRooms(self.site)

    def say(self, text: str) -> None:
        print(f"kill: {text}", file=sys.stderr, flush=True)

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

    def is_copied(self) -> bool:
        copies = self.site.status()["copies"]
        return copies["fault"] is None and copies["segments_below_two"] == 0

    def run(self, rounds: int) -> None:
        self.rooms.start(LIMITS, two_volumes(self.site.folder))
        for number in range(rounds):
            self.rooms.wait_for_media()
            if self.chance.random() < NEW_SESSION_CHANCE:
                self.rooms.new_session()
            time.sleep(self.chance.uniform(0, 3))
            self.kill()
            start_again(self.site.capture)
            if self.chance.random() < SECOND_KILL_CHANCE:
                time.sleep(self.chance.uniform(0, 0.4))
                self.kill(is_early=True)
                start_again(self.site.capture)
            self.say(f"round {number + 1} of {rounds}")
        self.rooms.wait_for_media()
        self.rooms.end_session()
        self.site.wait_for("copies", self.is_copied, COPIES_WAIT_S)
        self.site.stop()


def stream_ids(entries: list[dict]) -> dict[str, str]:
    return {entry["media"]: entry["stream"] for entry in entries if entry["type"] == "STREAM"}


def judge_stream(site: Site, slug: str, media: str, kills: list[Kill], clip: judge.Clip) -> dict:
    """Of each kill: what is missing before it and for how long; and every hole that nothing declares."""
    entries = read_log(site.folder / "volume-a" / "log" / slug / "1")
    gaps = declared_gaps(entries).get(stream_ids(entries)[media], [])
    files = sorted((site.folder / "volume-a" / "media" / slug / f"cam-{media}").rglob("*.mp4"))
    recording = Recording(files, media, clip)
    starts = [entry["real_ns"] for entry in entries if entry["type"] == "SESSION-OPEN"]
    missing, outages = [], []
    for number, kill in enumerate(kills):
        if not kill.is_early:
            missing.append(min(recording.missing_ms(kill.at_ns), since_last_ms(starts, kill.at_ns)))
        if number + 1 < len(kills) and kills[number + 1].is_early:
            continue  # The outage ends after the next kill.
        outages.append(outage_ms(recording, kill, gaps))
    return {
        "missing": missing,
        "late": [f"{slug}, {media}: {one:.0f} ms are missing" for one in missing if one > MISSING_MAX_MS],
        "outages": outages,
        "other_causes": sum(cause not in CAUSES for _, _, cause in gaps),
        "undeclared": recording.undeclared_holes(gaps),
        "broken": recording.faults,
    }


def since_last_ms(starts_ns: list[int], moment_ns: int) -> float:
    """How long a session had run. What is older of its pre-roll had only to be kept in memory before it began."""
    before = [start for start in starts_ns if start <= moment_ns]
    return (moment_ns - before[-1]) / 1e6 if before else float("inf")


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
    verdicts = [
        judge_stream(campaign.site, slug, media, campaign.kills, clip)
        for (slug, media), clip in sent_clips().items()
    ]
    undeclared = [
        hole
        for slug in CAMERAS
        for hole in undeclared_gaps(read_log(campaign.site.folder / "volume-a" / "log" / slug / "1"))
    ]
    undeclared += [hole for verdict in verdicts for hole in verdict["undeclared"]]
    segments = campaign.site.segments()
    broken = unplayable([path for path in segments + campaign.left if has_media(path)])
    broken += [fault for verdict in verdicts for fault in verdict["broken"]]
    differing = differing_copies(campaign.site.folder)
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
        "differing_copies": len(differing),
        "files_as_killed": len(campaign.left),
    }
    late = [text for verdict in verdicts for text in verdict["late"]]
    return report, undeclared + broken + differing + late


def differing_copies(folder: Path) -> list[str]:
    """Segments and logs that are not the same on both volumes."""
    pair = VolumePair(folder / "volume-a", folder / "volume-b")
    logs = [f"{slug}: the logs differ" for slug in CAMERAS if pair.logs_differ(slug)]
    return [difference for path in pair.best_copies() if (difference := pair.difference(path))] + logs


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
        and report["differing_copies"] == 0
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
