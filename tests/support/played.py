# SPDX-License-Identifier: Apache-2.0
"""What two players that share no code make of a recorded file: the pictures and the sound they decode, and
the beep of the test clip in it (bench/clip)."""

import array
import cmath
import math
import subprocess
from dataclasses import dataclass
from pathlib import Path

RATE = 8000  # Hz that sound is brought to before it is judged.
HOP = RATE // 100
BEEP_HZ = 1000
BEEP_S = 0.04
PITCHES = (BEEP_HZ / 2, BEEP_HZ, 2 * BEEP_HZ)  # At half, right and double speed.
LOUD = 0.1  # Of full scale: the beep has 0.3, the murmur 0.04 at the most near its pitch.
PLAYERS = ("ffmpeg", "gstreamer")


class NotPlayed(Exception):
    """A player complained, with its first words."""


def output_of(command: list[str], path: Path) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False, timeout=120, stdin=subprocess.DEVNULL)
    if done.returncode or done.stderr.strip():
        words = done.stderr.decode(errors="replace").strip()[:300]
        raise NotPlayed(f"{path.name}: {command[0]} ended with {done.returncode}: {words}")
    return done.stdout


def decode(player: str, path: Path, ffmpeg: list[str], gstreamer: str) -> bytes:
    """Raw output of the whole file."""
    if player == "ffmpeg":
        command = ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", str(path), *ffmpeg, "-"]
        return output_of(command, path)
    pipeline = f"filesrc location={path} ! decodebin ! {gstreamer} ! fdsink fd=1 sync=false"
    return output_of(["gst-launch-1.0", "-q", *pipeline.split()], path)


def count_pictures(player: str, path: Path) -> int:
    """Decoded pictures; each is brought to one size first."""
    width, height = 64, 36
    sized = ["-vf", f"scale={width}:{height},format=gray", "-fps_mode", "passthrough"]
    sized += ["-enc_time_base", "-1", "-f", "rawvideo"]  # Its own times: rounded ones may coincide.
    caps = f"video/x-raw,format=GRAY8,width={width},height={height}"
    data = decode(player, path, sized, f"videoscale ! videoconvert ! {caps}")
    assert len(data) % (width * height) == 0
    return len(data) // (width * height)


def first_shown_s(path: Path) -> float:
    """When the first picture is shown, since 1970: behind its decode time where there are B-frames."""
    words = "ffprobe -v error -select_streams v:0 -show_entries stream=start_time -of csv=p=0"
    return float(output_of([*words.split(), str(path)], path))


def decode_sound(player: str, path: Path) -> array.array:
    """Mono, 16 bits, RATE."""
    caps = f"audio/x-raw,format=S16LE,rate={RATE},channels=1"
    data = decode(
        player,
        path,
        ["-ac", "1", "-ar", str(RATE), "-f", "s16le"],
        f"audioconvert ! audioresample ! {caps}",
    )
    return array.array("h", data)


@dataclass(frozen=True)
class Beep:
    at_s: float  # From the first sample.
    hertz: float


def strength(samples: array.array, hertz: float) -> float:
    """How much of that pitch is in the samples, 1 for a full sine."""
    turn = cmath.exp(-2j * math.pi * hertz / RATE)
    total, phase = 0j, 1 + 0j
    for sample in samples:
        total += sample * phase
        phase *= turn
    return 2 * abs(total) / len(samples) / 32768 if samples else 0.0


def loudness(samples: array.array) -> float:
    """The amplitude of the sine that would be as loud: cheap, and enough to pass most of a recording over."""
    return math.sqrt(2 * sum(sample * sample for sample in samples) / max(1, len(samples))) / 32768


def pitch_of(samples: array.array) -> float:
    """The loudest pitch between half and double of the beep's: what plays at the wrong speed is found too."""
    coarse = max(range(500, 2100, 20), key=lambda hertz: strength(samples, hertz))
    return max(range(coarse - 20, coarse + 21, 2), key=lambda hertz: strength(samples, hertz))


def beeps(samples: array.array) -> list[Beep]:
    """Every beep that is there whole. They are found by loudness at high pitches, whatever their own is."""
    length = round(BEEP_S * RATE)
    found: list[Beep] = []
    at = 0
    while at + 2 * length <= len(samples):
        window = samples[at : at + HOP]
        if loudness(window) < LOUD or max(strength(window, hertz) for hertz in PITCHES) < LOUD:
            at += HOP
            continue
        begin = max(0, at - HOP)
        middle = samples[begin + HOP : begin + length]
        found.append(Beep(begin_of(samples, begin) / RATE, pitch_of(middle)))
        at += 3 * length
    return found


def begin_of(samples: array.array, near: int) -> int:
    """Where the beep's pitch comes up to half of what it has in its middle, to a millisecond or two."""
    width = HOP // 2
    full = strength(samples[near + 2 * HOP : near + 3 * HOP], BEEP_HZ)
    for at in range(max(0, near - HOP), near + 3 * HOP, 8):
        if strength(samples[at : at + width], BEEP_HZ) > full / 2:
            return at + width // 2
    return near
