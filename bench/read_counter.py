#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the burned-in frame counter of every decoded picture of recordings of the test clip.

Files are read in the order given, as one stream. Prints one JSON line:
{"frames","lost","repeated","unreadable","first","last"}. Also a module: read_counters, judge, count_streams.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "clip"))
from counter import BLOCKS, FRAMES, block_size, read_row  # noqa: E402


@dataclass
class Verdict:
    """What a row of counters says. `lost` counts missing pictures, modulo one period of the clip."""

    frames: int = 0
    lost: int = 0
    repeated: int = 0
    unreadable: int = 0
    first: int | None = None
    last: int | None = None


def judge(counters: Iterable[int | None], period: int = FRAMES) -> Verdict:
    """An unreadable picture counts as one step: it is neither lost nor repeated."""
    verdict = Verdict()
    expected: int | None = None
    for counter in counters:
        verdict.frames += 1
        if counter is None or counter >= period:
            verdict.unreadable += 1
            expected = None if expected is None else (expected + 1) % period
            continue
        if verdict.first is None:
            verdict.first = counter
        if expected is not None and counter != expected:
            ahead = (counter - expected) % period
            if ahead == period - 1:
                verdict.repeated += 1
            else:
                verdict.lost += ahead
        verdict.last = counter
        expected = (counter + 1) % period
    return verdict


def picture_size(path: str) -> tuple[int, int]:
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0"]
    command += ["-show_entries", "stream=width,height", "-of", "csv=p=0", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    numbers = done.stdout.strip().split(",")
    if done.returncode != 0 or len(numbers) < 2:
        raise ValueError(f"{path}: no picture in it: {done.stderr.strip()[-200:]}")
    return int(numbers[0]), int(numbers[1])


def read_counters(path: str) -> Iterator[int | None]:
    """The counter of each decoded picture; None where the strip cannot be read."""
    width, height = picture_size(path)
    block_width, block_height = block_size(width, height)
    strip = f"crop={BLOCKS * block_width}:{block_height}:0:0,scale={BLOCKS}:1:flags=area,format=gray"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", path, "-map", "0:v:0"]
    command += ["-vf", strip, "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "rawvideo", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as ffmpeg:
        while row := ffmpeg.stdout.read(BLOCKS):
            yield read_row(row)
    if ffmpeg.returncode != 0:
        raise ValueError(f"{path}: ffmpeg could not decode it")


def judge_files(paths: Iterable[str]) -> Verdict:
    return judge(counter for path in paths for counter in read_counters(path))


def count_streams(media: Path) -> dict[str, int]:
    """All video streams below a volume's media folder, <room>/<source>-video, each read as one stream:
    right where a stream was recorded in one go."""
    total = {"streams": 0, "frames": 0, "lost": 0, "repeated": 0, "unreadable": 0}
    for folder in sorted(media.glob("*/*-video")):
        verdict = judge_files(str(path) for path in sorted(folder.rglob("*.mp4")))
        total["streams"] += 1
        for count in ("frames", "lost", "repeated", "unreadable"):
            total[count] += getattr(verdict, count)
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    try:
        print(json.dumps(asdict(judge_files(parser.parse_args().files))))
    except ValueError as error:
        raise SystemExit(f"read_counter: {error}") from error


if __name__ == "__main__":
    main()
