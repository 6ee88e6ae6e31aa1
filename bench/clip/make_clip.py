#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the looping test clips of the simulated cameras; a clip that exists is not made again.

A clip is 16 s: 400 frames, 8 GOPs of 2 s, 750 AAC frames. See README.md for what can be read from it.
"""

import argparse
import fcntl
import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import scenes  # noqa: E402
from counter import BLOCKS, FRAMES, strip_row  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
AAC_FRAMES = 750  # 16 s of 1024 samples at 48 kHz.
RATES_KBPS = {1080: 4000, 720: 2000, 360: 400}


@dataclass(frozen=True)
class Clip:
    picture: str
    height: int
    kbps: int

    @property
    def width(self) -> int:
        return self.height * 16 // 9

    @property
    def name(self) -> str:
        return f"{self.picture}-{self.height}p-{self.kbps}k.mp4"


def run_ffmpeg(arguments: list[str]) -> None:
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"make_clip: ffmpeg failed: {done.stderr.strip()[-500:]}")


def make_picture(clip: Clip, target: Path, work: Path) -> None:
    strip = work / "strip.gray"
    strip.write_bytes(b"".join(strip_row(counter) for counter in range(FRAMES)))
    graph = work / "graph.txt"
    scene = scenes.SCENES[clip.picture]
    graph.write_text(scenes.filter_graph(scene, clip.width, clip.height, noise=8))
    gop = "50"
    run_ffmpeg(
        [
            *scenes.inputs(scene),
            *("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{BLOCKS}x1", "-r", "25"),
            *("-i", str(strip), "-filter_complex_script", str(graph), "-map", "[picture]"),
            *("-frames:v", str(FRAMES), "-r", "25", "-c:v", "libx264", "-preset", "superfast"),
            *("-profile:v", "high", "-bf", "0", "-g", gop, "-keyint_min", gop),
            *("-sc_threshold", "0", "-b:v", f"{clip.kbps}k", "-maxrate", f"{clip.kbps}k"),
            *("-bufsize", f"{clip.kbps}k", "-x264-params", "slices=1"),
            *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
            *("-video_track_timescale", "90000", "-f", "mp4", str(target)),
        ]
    )


def adts_frames(data: bytes) -> list[bytes]:
    frames = []
    at = 0
    while at + 7 <= len(data):
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        frames.append(data[at : at + length])
        at += length
    return frames


def make_sound(target: Path, work: Path) -> None:
    """A beep at each full second and a murmur between; seamless, because it is the second period of
    a longer encoding: its first frame overlaps with what its own end sounds like."""
    speech = "+".join(
        f"{gain}*sin(2*PI*{pitch}*t)*(0.5+0.5*sin(2*PI*{beat}*t))"
        for gain, pitch, beat in ((0.10, 140, 3), (0.06, 430, 2.5), (0.04, 1210, 4.25))
    )
    # The hum's pitch wanders through the whole period, so that no two AAC frames are the same.
    hum = "0.02*sin(2*PI*(180*t+40*sin(2*PI*t/16)))"
    wave = f"0.3*sin(2*PI*1000*t)*lt(mod(t,1),0.04)+({speech})*lt(mod(t,4),3)+{hum}"
    adts = work / "two-periods.adts"
    run_ffmpeg(
        [
            *("-f", "lavfi", "-i", f"aevalsrc='{wave}':s=48000:d=34"),
            *("-c:a", "aac", "-b:a", "64k", "-ac", "1", "-f", "adts", str(adts)),
        ]
    )
    # Frame 0 holds only the encoder's delay of 1024 samples, so frame 751 begins the second period.
    period = adts_frames(adts.read_bytes())[AAC_FRAMES + 1 : 2 * AAC_FRAMES + 1]
    one = work / "one-period.adts"
    one.write_bytes(b"".join(period))
    run_ffmpeg(["-f", "aac", "-i", str(one), "-c", "copy", "-f", "mp4", str(target)])


def recipe() -> str:
    """Changes when a clip would come out differently, so that an old one is made anew."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parent
    for part in sorted([*here.glob("*.py"), *here.glob("pictures/*.svg")]):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def ensure(folder: Path, name: str, make) -> Path:
    target = folder / name
    stamp = folder / f"{name}.recipe"
    if target.exists() and stamp.exists() and stamp.read_text() == recipe():
        return target
    print(f"make_clip: making {name}", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        fresh = Path(work) / name
        make(fresh, Path(work))
        fresh.replace(target)
    stamp.write_text(recipe())
    return target


def make_clips(folder: Path, heights: list[int], pictures: list[str], kbps: int) -> dict[str, str]:
    """Makes what is missing. Returns paths by "panorama-1080p", ..., and "sound"."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        paths = {"sound": str(ensure(folder, "sound.m4a", make_sound))}
        for height in heights:
            for picture in pictures:
                clip = Clip(picture, height, kbps or RATES_KBPS[height])
                paths[f"{picture}-{height}p"] = str(
                    ensure(folder, clip.name, lambda to, work, c=clip: make_picture(c, to, work))
                )
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "clips")
    parser.add_argument("--height", type=int, action="append", choices=sorted(RATES_KBPS))
    parser.add_argument("--picture", action="append", choices=sorted(scenes.SCENES))
    parser.add_argument("--kbps", type=int, default=0, help="default: by height")
    wanted = parser.parse_args()
    pictures = wanted.picture or list(scenes.SCENES)
    print(json.dumps(make_clips(wanted.out, wanted.height or [1080, 360], pictures, wanted.kbps)))


if __name__ == "__main__":
    main()
