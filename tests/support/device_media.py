# SPDX-License-Identifier: Apache-2.0
"""What is to be seen and heard in recordings of a test camera and of a tone, as ffmpeg decodes them."""

import array
import hashlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

SOUND_RATE = 48_000
WINDOW = SOUND_RATE // 10
LOUD = 300  # Of 32768, root of the mean square: a tone, and no noise of an encoder.
# vivid's and most cameras' first pattern, "75% Colorbar", from left to right.
BARS = [
    (191, 191, 191),
    (191, 191, 0),
    (0, 191, 191),
    (0, 191, 0),
    (191, 0, 191),
    (191, 0, 0),
    (0, 0, 191),
    (0, 0, 0),
]
BAR_TOLERANCE = 40


@dataclass
class Picture:
    frames: int = 0
    different: int = 0  # Frames that no other frame is equal to.
    sizes: set[tuple[int, int]] = field(default_factory=set)
    has_bars: bool = True  # In each file.


@dataclass
class Tone:
    seconds: float = 0
    loud_seconds: float = 0
    frequency: float = 0  # Hz: the median of what is loud; by zero crossings.


def decoded(path: Path, options: list[str]) -> bytes:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), *options, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def size_of(path: Path) -> tuple[int, int]:
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height"]
    done = subprocess.run([*command, "-of", "csv=p=0", str(path)], capture_output=True, text=True, check=True)
    width, height = done.stdout.strip().split(",")[:2]
    return int(width), int(height)


def look(files: list[Path], width: int, height: int) -> Picture:
    picture = Picture()
    seen = set()
    for path in files:
        picture.sizes.add(size_of(path))
        data = decoded(path, ["-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo"])
        frame = width * height
        for begin in range(0, len(data), frame):
            picture.frames += 1
            seen.add(hashlib.sha256(data[begin : begin + frame]).digest())
        picture.has_bars = picture.has_bars and has_bars(path)
    picture.different = len(seen)
    return picture


def has_bars(path: Path) -> bool:
    """The lowest eighth of the first picture, where vivid writes no text."""
    strip = f"format=rgb24,crop=iw:ih/8:0:ih*7/8,scale={len(BARS)}:1:flags=area"
    data = decoded(path, ["-frames:v", "1", "-vf", strip, "-f", "rawvideo"])
    return len(data) == 3 * len(BARS) and all(
        abs(data[3 * bar + part] - BARS[bar][part]) <= BAR_TOLERANCE
        for bar in range(len(BARS))
        for part in range(3)
    )


def hear(files: list[Path]) -> Tone:
    tone = Tone()
    crossings = []
    for path in files:
        samples = array.array("h")
        samples.frombytes(decoded(path, ["-f", "s16le", "-ac", "1", "-ar", str(SOUND_RATE)]))
        tone.seconds += len(samples) / SOUND_RATE
        for begin in range(0, len(samples) - WINDOW, WINDOW):
            window = samples[begin : begin + WINDOW]
            if sum(sample * sample for sample in window) < LOUD * LOUD * WINDOW:
                continue
            tone.loud_seconds += WINDOW / SOUND_RATE
            crossings.append(sum(before < 0 <= after for before, after in zip(window, window[1:])))
    tone.frequency = median(crossings) * SOUND_RATE / WINDOW if crossings else 0
    return tone
