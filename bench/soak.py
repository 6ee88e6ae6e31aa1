#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records simulated cameras for hours and samples what may creep: memory, threads, open files, and how far
sound and picture stand apart in the files. Prints one JSON line; ends with 1 when something crept or was
lost."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "bench" / "clip"), str(ROOT / "tools")]
from make_clip import RATES_KBPS, Clip, ensure_picture, ensure_sound  # noqa: E402
from recording import boxes, judge  # noqa: E402
from recording.cost import Mark, resident_mb  # noqa: E402
from site_on_loopback import Site, binaries, configuration, free_port, room, source  # noqa: E402

SAMPLES_MIN = 8
SAMPLE_EVERY_S = 60
SETTLE_S = 10
SKEW_MAX_MS = 40
RSS_GROWTH_MAX_MB = 32
UNITS_PER_SECOND = {"video": 25, "audio": 46.875}
TIMESCALE = {"video": 90_000, "audio": 48_000}


@dataclass(frozen=True)
class Sample:
    at_s: float
    rss_mb: float
    threads: int
    files: int
    skew_ms: float | None  # None: no file holds both yet.


class Soak:
    def __init__(self, site: Site, wanted: argparse.Namespace):
        self.site = site
        self.streams = wanted.streams
        self.seconds = wanted.hours * 3600
        folder = ROOT / "build" / "clips"
        rate = RATES_KBPS[wanted.height]
        picture = ensure_picture(folder, Clip("panorama", wanted.height, rate))
        sound = ensure_sound(folder)
        self.clip = f"{picture},{sound}"
        self.clips = {"video": judge.read_clip(picture, "video"), "audio": judge.read_clip(sound, "audio")}

    def start(self) -> None:
        port = free_port()
        self.site.start_cameras_of(port, self.streams, [self.clip], ["--phase", "0"])
        rooms = [
            room(
                f"waiting-{n}",
                "waiting",
                f"Room {n}",
                f"{n}室",
                [source("cam", f"rtsp://127.0.0.1:{port}/cam/{n}", True, "Camera", "摄像机")],
            )
            for n in range(self.streams)
        ]
        limits = f"[limits]\nsegment_s = {max(5, min(60, round(self.seconds / 10)))}\n"
        self.site.write_config(configuration(self.site.folder, free_port(), rooms, limits))
        self.site.start_capture()
        self.site.wait_for_states(**{f"waiting_{n}": "recording" for n in range(self.streams)})
        time.sleep(SETTLE_S)

    def files(self, number: int, media: str) -> list[Path]:
        folder = self.site.folder / "volume-a" / "media" / f"waiting-{number}" / f"cam-{media}"
        return sorted(folder.rglob("*.mp4"))

    def lateness_s(self, media: str) -> float | None:
        """Of the newest file's first unit: where it stands less when it was sent, modulo the clip."""
        clip = self.clips[media]
        part = next(first_fragments(self.files(0, media)[-1:]), None)
        places = clip.places.get(clip.digest(part.samples[0])) if part else None
        if not places:
            return None
        period_s = clip.period / UNITS_PER_SECOND[media]
        sent_s = min(places) / UNITS_PER_SECOND[media]
        late = part.decode_time / TIMESCALE[media] - sent_s
        return (late + period_s / 2) % period_s - period_s / 2

    def sample(self, began: float) -> Sample:
        pid = self.site.capture.process.pid
        late = [self.lateness_s(media) for media in ("audio", "video")]
        return Sample(
            at_s=time.monotonic() - began,
            rss_mb=resident_mb([pid]),
            threads=len(os.listdir(f"/proc/{pid}/task")),
            files=len(os.listdir(f"/proc/{pid}/fd")),
            skew_ms=None if None in late else 1000 * (late[0] - late[1]),
        )

    def run(self) -> list[Sample]:
        self.start()
        every_s = min(SAMPLE_EVERY_S, self.seconds / SAMPLES_MIN)
        began = time.monotonic()
        samples = [self.sample(began)]
        while samples[-1].at_s + every_s <= self.seconds + 0.5:
            time.sleep(max(0.0, began + len(samples) * every_s - time.monotonic()))
            samples.append(self.sample(began))
        return samples

    def judge(self) -> dict:
        media = self.site.folder / "volume-a" / "media"
        work = [
            (media / f"waiting-{n}" / f"cam-{kind}", clip)
            for n in range(self.streams)
            for kind, clip in self.clips.items()
        ]
        whole = judge.total(judge.judge_streams(work, workers=2))
        return {
            "samples_recorded": whole["samples"],
            "lost": whole["lost"],
            "repeated": whole["repeated"],
            "changed": whole["unknown"],
            "broken_files": len(whole["broken"]),
        }


def first_fragments(files: list[Path]):
    for path in files:
        try:
            yield next(boxes.fragments(memoryview(path.read_bytes())))
        except (StopIteration, boxes.BrokenFile):
            continue  # It has just begun.


def summary(samples: list[Sample]) -> dict:
    """What is to be compared with the start begins at a quarter: caches are filled then."""
    settled = samples[len(samples) // 4 :]
    skews = [sample.skew_ms for sample in samples if sample.skew_ms is not None]
    span_h = (settled[-1].at_s - settled[0].at_s) / 3600
    growth = settled[-1].rss_mb - settled[0].rss_mb
    return {
        "rss_mb_first": settled[0].rss_mb,
        "rss_mb_last": settled[-1].rss_mb,
        "rss_mb_max": max(sample.rss_mb for sample in samples),
        "rss_growth_mb": growth,
        "rss_growth_mb_per_hour": growth / span_h if span_h else None,
        "threads": [min(s.threads for s in settled), max(s.threads for s in settled)],
        "files": [min(s.files for s in settled), max(s.files for s in settled)],
        "skew_ms_first": skews[0] if skews else None,
        "skew_ms_last": skews[-1] if skews else None,
        "skew_ms_worst": max(skews, key=abs) if skews else None,
    }


def is_kept(report: dict) -> bool:
    crept = report["threads"][0] != report["threads"][1] or report["rss_growth_mb"] > RSS_GROWTH_MAX_MB
    # A file more while one is changed for the next.
    crept = crept or report["files"][1] - report["files"][0] > 2 * report["streams"]
    faults = ("lost", "repeated", "changed", "broken_files")
    skew = report["skew_ms_worst"]
    return not crept and skew is not None and abs(skew) < SKEW_MAX_MS and not any(report[f] for f in faults)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--streams", type=int, default=4, help="cameras with picture and sound")
    parser.add_argument("--height", type=int, default=1080, choices=sorted(RATES_KBPS))
    parser.add_argument("--keep", action="store_true", help="leave the recording where it is")
    wanted = parser.parse_args()
    for program in ("candor-camsim", "candor-capture"):
        if not (binaries() / program).exists():
            parser.error(f"{binaries() / program} is not there; build it or set CANDOR_BIN")
    site = Site(Path(tempfile.mkdtemp(prefix="candor-soak-")))
    try:
        soak = Soak(site, wanted)
        samples = soak.run()
        mark = Mark.now([site.capture.process.pid])
        site.stop()
        report = {"hours": wanted.hours, "streams": wanted.streams, "capture_cpu_s": mark.cpu_s}
        report |= {"samples": len(samples), **summary(samples), **soak.judge()}
    finally:
        site.stop()
        if wanted.keep:
            print(f"soak: kept {site.folder}", file=sys.stderr)
        else:
            shutil.rmtree(site.folder, ignore_errors=True)
    print(json.dumps({k: round(v, 2) if isinstance(v, float) else v for k, v in report.items()}))
    return 0 if is_kept(report) else 1


if __name__ == "__main__":
    raise SystemExit(main())
