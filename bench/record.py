#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records N simulated cameras with candor-capture, measures what it costs, and compares every recorded
sample with what was sent. Prints one JSON line; ends with 1 when anything is missing.

A stream is one camera with picture and sound. Percent is of one core. ffmpeg and gst-launch record the
same cameras afterwards, for the ratios; --no-peers leaves them out.
"""

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "bench" / "clip"), str(ROOT / "tools"), str(ROOT / "tests" / "support")]
from make_clip import RATES_KBPS, Clip, ensure_picture, ensure_sound  # noqa: E402
from read_counter import judge_files  # noqa: E402
from recording import judge, peers  # noqa: E402
from recording.cost import Mark, resident_mb  # noqa: E402
from site_on_loopback import (  # noqa: E402
    Site,
    binaries,
    configuration,
    free_port,
    room,
    source,
    two_volumes,
)
from tlog_witness import Witness  # noqa: E402

PICTURES = ("panorama", "close-up")  # Camera n shows picture n mod 2.
# Of picture and sound, and how many packets of sound a second.
CODECS = {
    "h264": ("h264", "aac", 46.875),
    "h265": ("h265", "aac", 46.875),
    "h264b": ("h264b", "aac", 46.875),
    "pcma": ("h264", "pcma", 50),
    "opus": ("h264", "opus", 50),
}
HEIGHT = 1080
PEER_STREAMS_MAX = 10
PEER_SECONDS_MAX = 30
SETTLE_S = 3


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def room_name(number: int) -> str:
    return f"waiting-{number + 1:03}"


def url(port: int, number: int) -> str:
    return f"rtsp://127.0.0.1:{port}/cam/{number}"


def start_evidence(site: Site, stack: contextlib.ExitStack) -> str:
    """candor-signer and a witness beside capture, and the configuration that names them."""
    witness = Witness(site.folder / "witness")
    stack.callback(witness.stop)
    (site.folder / "signer").mkdir(mode=0o750)
    config = site.folder / "signer.toml"
    config.write_text(f"""[site]
name = "demo"
authority = "candor.example"
[signer]
socket = "{site.folder}/signer/signer.sock"
state = "{site.folder}/signer-state"
""")
    signer = site.program("signer", [str(binaries() / "candor-signer"), "--config", str(config)])
    stack.callback(signer.stop)
    signer.wait_until_it_says("signer.started")
    return f"""
[evidence]
signer = "{site.folder}/signer/signer.sock"
[[evidence.witness]]
vkey = "{witness.vkey}"
url = "{witness.url}"
"""


def evidence_bytes(volume: Path) -> int:
    """Tiles, checkpoints, cosigned notes: what is on the disk besides media and entries."""
    files = [path for path in (volume / "log").rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files
               if "entries" not in path.parts and path.name != "origin")


def write_config(site: Site, streams: int, port: int, volumes: int, more: str = "") -> None:
    """Rooms of a class that records always, one camera with sound in each."""
    rooms = []
    for number in range(streams):
        camera = source("panorama", url(port, number), True, "Panorama", "全景")
        name = f"Waiting room {number + 1}", f"候问室 {number + 1}"
        rooms.append(room(room_name(number), "waiting", *name, [camera]))
    folders = two_volumes(site.folder) if volumes == 2 else None
    text = configuration(site.folder, free_port(), rooms, volumes=folders)
    site.write_config(text.replace("[monitor]", f"{more}\n[monitor]", 1))


def all_are_recording(site: Site) -> bool:
    rooms = site.status()["rooms"]
    return bool(rooms) and all(found["state"] == "recording" for found in rooms)


def measure_capture(site: Site, streams: int, seconds: float) -> dict:
    """Runs capture for `seconds` after all rooms record, and returns what it cost in that time."""
    site.start_capture()
    site.wait_for(f"{streams} recording rooms", lambda: all_are_recording(site), 60)
    time.sleep(SETTLE_S)
    say(f"all {streams} record, measuring for {seconds:g} s")
    capture, cameras = [site.capture.process.pid], [site.cameras.process.pid]
    before, cameras_before = Mark.now(capture), Mark.now(cameras)
    time.sleep(seconds)
    after, cameras_after = Mark.now(capture), Mark.now(cameras)
    rss_mb = resident_mb(list(after.pids))
    status = site.status()
    volumes = status["volumes"]
    sync = status["sync_ms"]
    site.capture.stop()
    return {
        "cpu_percent_per_stream": after.cpu_percent_since(before) / streams,
        "rss_mb_per_stream": rss_mb / streams,
        "sync_ms_p50": sync.get("p50"),
        "sync_ms_p99": sync.get("p99"),
        "volumes": len(volumes),
        "camsim_cpu_percent_per_camera": cameras_after.cpu_percent_since(cameras_before) / streams,
    }


def clips_of(codec: str) -> tuple[list[str], str]:
    """The pictures' files, and the sound's."""
    picture, sound, _ = CODECS[codec]
    clips = (Clip(name, HEIGHT, RATES_KBPS[HEIGHT], picture) for name in PICTURES)
    folder = ROOT / "build" / "clips"
    return [ensure_picture(folder, clip) for clip in clips], ensure_sound(folder, sound)


def judge_recording(site: Site, streams: int, seconds: float, codec: str) -> dict:
    """Every sample against the clip; a stream shorter than the measured time is counted as short."""
    media = site.folder / "volume-a" / "media"
    paths, sound_path = clips_of(codec)
    pictures = [judge.read_clip(path, "video", CODECS[codec][0]) for path in paths]
    sound = judge.read_clip(sound_path, "audio", CODECS[codec][1])
    video, audio = [], []
    for number in range(streams):
        folder = media / room_name(number)
        video.append((folder / "panorama-video", pictures[number % len(PICTURES)]))
        audio.append((folder / "panorama-audio", sound))
    verdicts = judge.judge_streams(video + audio, workers=2)
    of_video, of_audio = verdicts[:streams], verdicts[streams:]
    short = sum(v.samples < 25 * seconds for v in of_video)
    short += sum(v.samples < CODECS[codec][2] * seconds for v in of_audio)
    whole, heard = judge.total(of_video), judge.total(of_audio)
    for problem in (whole["broken"] + heard["broken"])[:5]:
        say(f"broken: {problem}")
    return {
        "frames": whole["samples"],
        "audio_frames": heard["samples"],
        "lost_frames": whole["lost"] + heard["lost"],
        "repeated_frames": whole["repeated"] + heard["repeated"],
        "changed_frames": whole["unknown"] + heard["unknown"],
        "backward_times": whole["backwards"] + heard["backwards"],
        "broken_files": len(whole["broken"]) + len(heard["broken"]),
        "short_streams": short,
        "segments": len(site.segments()),
    }


def judge_pictures(site: Site, streams: int, wanted: int) -> dict:
    """Decodes a sample of the streams and reads the counter in the pictures."""
    chosen = sorted({number * streams // wanted for number in range(wanted)})
    lost = repeated = unreadable = 0
    for number in chosen:
        folder = site.folder / "volume-a" / "media" / room_name(number) / "panorama-video"
        verdict = judge_files(str(path) for path in sorted(folder.rglob("*.mp4")))
        lost += verdict.lost
        repeated += verdict.repeated
        unreadable += verdict.unreadable
    say(f"decoded {len(chosen)} streams: {lost} lost, {repeated} repeated, {unreadable} unreadable")
    return {
        "decoded_streams": len(chosen),
        "decoded_lost_frames": lost,
        "decoded_repeated_frames": repeated,
        "decoded_unreadable_frames": unreadable,
    }


def measure_peers(site: Site, streams: int, port: int, seconds: float, ours: float) -> dict:
    urls = [url(port, number) for number in range(min(streams, PEER_STREAMS_MAX))]
    window = min(seconds, PEER_SECONDS_MAX)
    found: dict = {"peer_streams": len(urls), "peer_seconds": window}
    for name, command in (("ffmpeg", peers.ffmpeg_command), ("gst", peers.gst_command)):
        say(f"{len(urls)} {name} processes for {window:g} s")
        cost = peers.measure(command, urls, site.folder / name, window)
        cpu = cost["cpu_percent_per_stream"]
        found[f"{name}_cpu_percent_per_stream"] = cpu
        found[f"{name}_rss_mb_per_stream"] = cost["rss_mb_per_stream"]
        found[f"{name}_written_megabits_per_second"] = cost["written_megabits_per_second"]
        found[f"ratio_to_{name}"] = ours / cpu if cpu else None
    return found


def run(wanted: argparse.Namespace, folder: Path) -> dict:
    pictures, sound = clips_of(wanted.codec)
    site = Site(folder)
    port = wanted.port or free_port()
    stack = contextlib.ExitStack()
    report: dict = {"codec": wanted.codec, "streams": wanted.streams, "seconds": wanted.seconds}
    try:
        site.start_cameras_of(port, wanted.streams, [f"{picture},{sound}" for picture in pictures])
        more = start_evidence(site, stack) if wanted.evidence else ""
        write_config(site, wanted.streams, port, wanted.volumes, more)
        report |= measure_capture(site, wanted.streams, wanted.seconds)
        if wanted.peers and wanted.codec == "h264":
            ours = report["cpu_percent_per_stream"]
            report |= measure_peers(site, wanted.streams, port, wanted.seconds, ours)
    finally:
        stack.close()
        site.stop()
    recorded = sum(path.stat().st_size for path in (site.folder / "volume-a").rglob("*") if path.is_file())
    report["evidence_bytes_percent"] = 100 * evidence_bytes(site.folder / "volume-a") / recorded
    say("comparing every sample with the clip")
    report |= judge_recording(site, wanted.streams, wanted.seconds, wanted.codec)
    report |= judge_pictures(site, wanted.streams, min(wanted.decode, wanted.streams))
    return report


def is_whole(report: dict) -> bool:
    faults = ("lost_frames", "repeated_frames", "changed_frames", "backward_times", "broken_files")
    faults += ("short_streams", "decoded_lost_frames", "decoded_repeated_frames")
    return not any(report[fault] for fault in (*faults, "decoded_unreadable_frames"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=10)
    parser.add_argument("--codec", choices=sorted(CODECS), default="h264", help="AAC or H.264 beside it")
    parser.add_argument("--volumes", type=int, choices=(1, 2), default=1, help="that hold the recording")
    parser.add_argument("--seconds", type=float, default=30, help="length of the measured window")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="ours only")
    parser.add_argument("--evidence", action="store_true", help="signed by candor-signer and cosigned by a witness")
    parser.add_argument("--decode", type=int, default=2, help="streams whose pictures are decoded")
    parser.add_argument("--port", type=int, default=0, help="of the cameras; default: a free one")
    parser.add_argument("--folder", type=Path, help="where to record; default: a temporary one")
    parser.add_argument("--keep", action="store_true", help="leave the recording where it is")
    wanted = parser.parse_args()
    if wanted.streams < 1 or wanted.seconds < 1:
        parser.error("--streams and --seconds must be at least 1")
    for program in ("candor-camsim", "candor-capture"):
        if not (binaries() / program).exists():
            parser.error(f"{binaries() / program} is not there; build it or set CANDOR_BIN")
    folder = Path(tempfile.mkdtemp(prefix="candor-bench-", dir=wanted.folder))
    try:
        report = run(wanted, folder)
    except RuntimeError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        if wanted.keep:
            say(f"kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in report.items()}
    print(json.dumps(rounded))
    return 0 if is_whole(report) else 1


if __name__ == "__main__":
    raise SystemExit(main())
