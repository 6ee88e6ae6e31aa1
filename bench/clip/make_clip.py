#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the looping test clips of the simulated cameras; a clip that exists is not made again.

A clip is 16 s: 400 frames, 8 GOPs of 2 s, 750 AAC frames, 800 packets of Opus or G.711. See README.md for
what can be read from it.
"""

import argparse
import fcntl
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import scenes  # noqa: E402
from counter import BLOCKS, FRAMES, strip_row  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
AAC_FRAMES = 750  # 16 s of 1024 samples at 48 kHz.
OPUS_PACKETS = 800  # 16 s of 20 ms.
RATES_KBPS = {1080: 4000, 720: 2000, 360: 400}
SOUNDS = {"aac": "sound.m4a", "opus": "sound-opus.mp4", "pcma": "sound-alaw.mov", "pcmu": "sound-ulaw.mov"}
# Groups of pictures are closed, so that the last frame leads into the first.
ENCODERS = {
    "h264": ["-c:v", "libx264", "-preset", "superfast", "-profile:v", "high", "-bf", "0"]
    + ["-x264-params", "slices=1"],
    "h264b": ["-c:v", "libx264", "-preset", "superfast", "-profile:v", "high", "-bf", "2"]
    + ["-x264-params", "slices=1:b-adapt=0:b-pyramid=none:open-gop=0"],
    "h265": ["-c:v", "libx265", "-preset", "superfast", "-tag:v", "hvc1"]
    + ["-x265-params", "bframes=0:scenecut=0:open-gop=0:info=0:log-level=error"],
}


@dataclass(frozen=True)
class Clip:
    picture: str
    height: int
    kbps: int
    codec: str = "h264"
    gop: int = 50

    @property
    def width(self) -> int:
        return self.height * 16 // 9

    @property
    def name(self) -> str:
        codec = "" if self.codec == "h264" else f"-{self.codec}"
        gop = "" if self.gop == 50 else f"-gop{self.gop}"
        return f"{self.picture}-{self.height}p-{self.kbps}k{codec}{gop}.mp4"


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
    run_ffmpeg(
        [
            *scenes.inputs(scene),
            *("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{BLOCKS}x1", "-r", "25"),
            *("-i", str(strip), "-filter_complex_script", str(graph), "-map", "[picture]"),
            *("-frames:v", str(FRAMES), "-r", "25", *ENCODERS[clip.codec]),
            *("-g", str(clip.gop), "-keyint_min", str(clip.gop)),
            *("-sc_threshold", "0", "-b:v", f"{clip.kbps}k", "-maxrate", f"{clip.kbps}k"),
            *("-bufsize", f"{clip.kbps}k"),
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


def wave() -> str:
    """A beep of 1 kHz at each full second and a murmur between, as an ffmpeg expression of 16 s' period."""
    speech = "+".join(
        f"{gain}*sin(2*PI*{pitch}*t)*(0.5+0.5*sin(2*PI*{beat}*t))"
        for gain, pitch, beat in ((0.10, 140, 3), (0.06, 430, 2.5), (0.04, 1210, 4.25))
    )
    # The hum's pitch wanders through the whole period, so that no two frames are the same.
    hum = "0.02*sin(2*PI*(180*t+40*sin(2*PI*t/16)))"
    return f"0.3*sin(2*PI*1000*t)*lt(mod(t,1),0.04)+({speech})*lt(mod(t,4),3)+{hum}"


def source(seconds: int, rate: int = 48000) -> list[str]:
    return ["-f", "lavfi", "-i", f"aevalsrc='{wave()}':s={rate}:d={seconds}"]


# AAC and Opus are seamless because they are the second period of a longer encoding: the first frame overlaps
# with what its own end sounds like.
def make_aac(target: Path, work: Path) -> None:
    adts = work / "two-periods.adts"
    run_ffmpeg([*source(34), *("-c:a", "aac", "-b:a", "64k", "-ac", "1", "-f", "adts", str(adts))])
    # Frame 0 holds only the encoder's delay of 1024 samples, so frame 751 begins the second period.
    period = adts_frames(adts.read_bytes())[AAC_FRAMES + 1 : 2 * AAC_FRAMES + 1]
    one = work / "one-period.adts"
    one.write_bytes(b"".join(period))
    run_ffmpeg(["-f", "aac", "-i", str(one), "-c", "copy", "-f", "mp4", str(target)])


def make_opus(target: Path, work: Path) -> None:
    two = work / "two-periods.ogg"
    run_ffmpeg(
        [
            *source(34),
            *("-c:a", "libopus", "-b:a", "32k", "-ac", "1", "-frame_duration", "20", str(two)),
        ]
    )
    outside = f"lt(n,{OPUS_PACKETS})+gte(n,{2 * OPUS_PACKETS})"
    second = f"noise=drop='{outside}',setts=ts=N*960:duration=960:time_base=1/48000"
    run_ffmpeg(["-i", str(two), "-c", "copy", "-bsf:a", second, "-f", "mp4", str(target)])


def make_g711(target: Path, codec: str) -> None:
    run_ffmpeg([*source(16, 8000), *("-c:a", codec, "-ac", "1", "-f", "mov", str(target))])


SOUND_MAKERS = {
    "aac": make_aac,
    "opus": make_opus,
    "pcma": lambda target, _: make_g711(target, "pcm_alaw"),
    "pcmu": lambda target, _: make_g711(target, "pcm_mulaw"),
}


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


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_picture(folder: Path, clip: Clip) -> str:
    with locked(folder):
        return str(ensure(folder, clip.name, lambda to, work: make_picture(clip, to, work)))


def ensure_sound(folder: Path, codec: str = "aac") -> str:
    with locked(folder):
        return str(ensure(folder, SOUNDS[codec], SOUND_MAKERS[codec]))


def make_clips(folder: Path, heights: list[int], pictures: list[str], kbps: int) -> dict[str, str]:
    """Makes what is missing of H.264 and AAC. Returns paths by "panorama-1080p", ..., and "sound"."""
    paths = {"sound": ensure_sound(folder)}
    for height in heights:
        for picture in pictures:
            clip = Clip(picture, height, kbps or RATES_KBPS[height])
            paths[f"{picture}-{height}p"] = ensure_picture(folder, clip)
    return paths


def make_others(folder: Path, wanted: argparse.Namespace, pictures: list[str]) -> dict[str, str]:
    """What the command line asks for beyond H.264 and AAC."""
    paths = {f"sound-{codec}": ensure_sound(folder, codec) for codec in wanted.sound}
    for codec in wanted.codec:
        for height in wanted.height or [1080, 360]:
            for picture in pictures:
                clip = Clip(picture, height, wanted.kbps or RATES_KBPS[height], codec)
                paths[f"{picture}-{height}p-{codec}"] = ensure_picture(folder, clip)
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "clips")
    parser.add_argument("--height", type=int, action="append", choices=sorted(RATES_KBPS))
    parser.add_argument("--picture", action="append", choices=sorted(scenes.SCENES))
    parser.add_argument("--kbps", type=int, default=0, help="default: by height")
    parser.add_argument("--codec", action="append", default=[], choices=sorted(ENCODERS))
    parser.add_argument("--sound", action="append", default=[], choices=sorted(SOUNDS))
    wanted = parser.parse_args()
    pictures = wanted.picture or list(scenes.SCENES)
    clips = make_clips(wanted.out, wanted.height or [1080, 360], pictures, wanted.kbps)
    print(json.dumps(clips | make_others(wanted.out, wanted, pictures)))


if __name__ == "__main__":
    main()
