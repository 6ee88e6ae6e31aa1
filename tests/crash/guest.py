# SPDX-License-Identifier: Apache-2.0
"""Records from Linux' own test camera (vivid) and test sound card (snd-aloop) in a virtual machine, takes
both away while they are recorded, and judges what was recorded. Prints one JSON line; ends with 1 when a limit is
broken.

The picture must be vivid's colour bars and move, the sound a tone of 1 kHz; every hole must be declared with
its cause, and recording must go on within five seconds after a device is there again."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support")]
from device_media import Picture, Tone, hear, look  # noqa: E402
from virtual_machine import Guest  # noqa: E402
from recorded import declared_gaps, read_log, undeclared_gaps, unplayable, utc_ns  # noqa: E402
from site_on_loopback import Program, Site, binaries, configuration, room  # noqa: E402

NS = 1_000_000_000
ROOM = "waiting-1"
STREAMS = {"camera": "desk-video", "microphone": "microphone-audio"}
WIDTH, HEIGHT, RATE = 320, 180, 10
TONE_HZ = 1000
FAULT_S = 3
BACK_MAX_MS = 5000
MISSING_MAX_MS = 1500  # Frames on their way when the device goes; a TCG guest is slow.
SHARED = Path("/run/guest")
CARD = "snd_aloop.0"
DRIVER = Path("/sys/bus/platform/drivers/snd_aloop")
SOURCES = f"""
[[room.source]]
id = "desk"
kind = "v4l2"
device = "/dev/video0"
width = {WIDTH}
height = {HEIGHT}
frame_rate = {RATE}
bitrate_kbps = 300
label = {{ en = "Desk", zh = "桌面" }}

[[room.source]]
id = "microphone"
kind = "alsa"
device = "hw:Loopback,1,0"
label = {{ en = "Microphone", zh = "麦克风" }}
"""
LIMITS = "[limits]\nsegment_s = 10\nreconnect_ms = [500, 1000]\n"


def say(text: str) -> None:
    print(f"guest: {text}", file=sys.stderr, flush=True)


class Inside:
    """What runs in the virtual machine. Writes the volume and faults.json into the shared folder."""

    def __init__(self) -> None:
        self.site = Site(Path("/tmp/site"))
        self.tone: Program | None = None
        self.faults: list[dict] = []

    def run(self, rounds: int, seconds: float) -> None:
        rooms = [room(ROOM, "waiting", "Waiting", "候问室", [SOURCES])]
        self.site.write_config(configuration(self.site.folder, 8080, rooms, LIMITS))
        self.start_tone()
        try:
            self.site.start_capture()
            self.wait_for_media(list(STREAMS), 60)
            for number in range(rounds):
                time.sleep(seconds)
                self.take_away("camera", self.without_camera)
                time.sleep(1)
                self.take_away("microphone", self.without_microphone)
                say(f"round {number + 1} of {rounds}")
            time.sleep(2)
            self.site.stop()
        finally:
            self.keep()

    def keep(self) -> None:
        if self.tone is not None:
            self.tone.kill()
        (SHARED / "faults.json").write_text(json.dumps(self.faults))
        shutil.copytree(self.site.folder / "volume-a", SHARED / "volume-a")
        shutil.copy(self.site.folder / "capture.log", SHARED)

    def start_tone(self) -> None:
        command = f"speaker-test -t sine -f {TONE_HZ} -D hw:Loopback,0,0 -c 1 -r 48000 -l 0"
        self.tone = Program("tone", command.split(), self.site.folder)

    def take_away(self, device: str, fault) -> None:
        begin = time.time_ns()
        fault()
        end = time.time_ns()
        self.faults.append({"device": device, "begin_ns": begin, "end_ns": end})
        self.wait_for_media([device], 30)

    def without_camera(self) -> None:
        """vivid's camera is gone from now until the last one that has it open lets go."""
        holder = os.open("/dev/video0", os.O_RDWR)
        subprocess.run(["v4l2-ctl", "-d", "/dev/video0", "--set-ctrl=disconnect=1"], check=True)
        time.sleep(FAULT_S)
        os.close(holder)

    def without_microphone(self) -> None:
        self.tone.kill()
        (DRIVER / "unbind").write_text(CARD)
        time.sleep(FAULT_S)
        (DRIVER / "bind").write_text(CARD)
        self.start_tone()

    def wait_for_media(self, devices: list[str], seconds: float) -> None:
        """Until the devices' streams have media from after now on disk."""
        since = time.time_ns()

        def is_recorded() -> bool:
            (found,) = [one for one in self.site.status()["rooms"] if one["room"] == ROOM]
            ends = {stream["name"]: stream["recorded_to"] for stream in found["streams"]}
            times = [ends[STREAMS[device]] for device in devices]
            return all(at is not None and utc_ns(at) > since for at in times)

        self.site.wait_for(f"recording of {devices}", is_recorded, seconds)


def judge_faults(entries: list[dict], faults: list[dict]) -> tuple[dict, list[str]]:
    """Each fault must be one gap with the right cause; what lies before and after it is the recorder's."""
    ids = {entry["name"]: entry["stream"] for entry in entries if entry["type"] == "STREAM"}
    gaps = declared_gaps(entries)
    missing, back, complaints = [], [], []
    others = sum(len(found) for found in gaps.values())
    for fault in faults:
        during = [
            gap
            for gap in gaps.get(ids[STREAMS[fault["device"]]], [])
            if gap[0] < fault["end_ns"] and gap[1] > fault["begin_ns"] and gap[2] == "camera-offline"
        ]
        if len(during) != 1:
            complaints.append(f"{fault['device']}: {len(during)} gaps camera-offline for one fault")
            continue
        begin, end, _ = during[0]
        others -= 1
        missing.append((fault["begin_ns"] - begin) / 1e6)
        back.append((end - fault["end_ns"]) / 1e6)
    report = {
        "faults": len(faults),
        "worst_missing_ms": round(max([0, *missing])),
        "worst_back_ms": round(max([0, *back])),
        "other_gaps": others,
    }
    return report, complaints


def recorded_seconds(entries: list[dict], stream: str) -> float:
    (chosen,) = {e["stream"] for e in entries if e["type"] == "STREAM" and e["name"] == stream}
    return sum(
        e["duration"] / e["timescale"] for e in entries if e["type"] == "MEDIA" and e["stream"] == chosen
    )


def judge(output: Path, rounds: int) -> tuple[dict, list[str]]:
    volume = output / "volume-a"
    entries = read_log(volume / "log" / ROOM / "1")
    faults = json.loads((output / "faults.json").read_text())
    report, complaints = judge_faults(entries, faults)
    folder = volume / "media" / ROOM
    files = {name: sorted((folder / name).rglob("*.mp4")) for name in STREAMS.values()}
    picture = look(files["desk-video"], WIDTH, HEIGHT)
    tone = hear(files["microphone-audio"])
    complaints += picture_faults(picture, recorded_seconds(entries, "desk-video"))
    complaints += tone_faults(tone, recorded_seconds(entries, "microphone-audio"))
    undeclared = undeclared_gaps(entries)
    broken = unplayable([path for found in files.values() for path in found])
    report |= {
        "undeclared_gaps": len(undeclared),
        "unplayable": len(broken),
        "frames": picture.frames,
        "tone_hz": round(tone.frequency, 1),
        "sound_s": round(tone.seconds, 1),
    }
    if report["worst_missing_ms"] > MISSING_MAX_MS or report["worst_back_ms"] > BACK_MAX_MS:
        complaints.append("a limit of time is broken")
    if len(faults) != 2 * rounds:
        complaints.append(f"{len(faults)} faults in {rounds} rounds")
    return report, complaints + undeclared + broken


def picture_faults(picture: Picture, seconds: float) -> list[str]:
    found = []
    if picture.sizes != {(WIDTH, HEIGHT)}:
        found.append(f"pictures of {picture.sizes}")
    if abs(picture.frames - seconds * RATE) > 0.1 * seconds * RATE:
        found.append(f"{picture.frames} frames in {seconds:.1f} s at {RATE} a second")
    if picture.different < 0.9 * picture.frames:
        found.append(f"only {picture.different} of {picture.frames} frames differ: the picture stands still")
    if not picture.has_bars:
        found.append("no colour bars in the picture")
    return found


def tone_faults(tone: Tone, seconds: float) -> list[str]:
    found = []
    if abs(tone.frequency - TONE_HZ) > 0.02 * TONE_HZ:
        found.append(f"the tone has {tone.frequency:.1f} Hz")
    if tone.loud_seconds < 0.8 * tone.seconds:
        found.append(f"the tone is there for {tone.loud_seconds:.1f} of {tone.seconds:.1f} s")
    if abs(tone.seconds - seconds) > 0.02 * seconds + 0.5:
        found.append(f"{tone.seconds:.1f} s of sound in entries for {seconds:.1f} s")
    return found


def run_outside(wanted: argparse.Namespace) -> int:
    output = Path(tempfile.mkdtemp(prefix="candor-guest-out-"))
    is_good = False
    try:
        # The list of plugins is made here: the guest would need most of a minute for it.
        registry = {"GST_REGISTRY": str(output / "registry")}
        make_list = ["gst-inspect-1.0", "--version"]
        subprocess.run(make_list, env={**os.environ, **registry}, check=True, stdout=subprocess.DEVNULL)
        guest = Guest(
            output,
            modules=["vivid", "snd-aloop"],
            environment={"CANDOR_BIN": str(binaries()), "GST_REGISTRY": str(SHARED / "registry")},
        )
        inside = ["python3", str(Path(__file__).resolve()), "--inside"]
        inside += ["--rounds", str(wanted.rounds), "--seconds", str(wanted.seconds)]
        code = guest.run(inside, 120 + wanted.rounds * (wanted.seconds + 60))
        if code != 0:
            say(f"the guest's program ended with {code}\n{guest.tail()}")
            return 1
        report, complaints = judge(output, wanted.rounds)
        print(json.dumps({"rounds": wanted.rounds, **report}))
        for complaint in complaints:
            say(complaint)
        is_good = not complaints
        return 0 if is_good else 1
    finally:
        if wanted.keep or not is_good:
            say(f"kept {output}: log, serial, capture.log, volume-a")
        else:
            shutil.rmtree(output)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5, help="of recording before each fault")
    parser.add_argument("--keep", action="store_true", help="leave the recording where it is")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        Inside().run(wanted.rounds, wanted.seconds)
        return 0
    return run_outside(wanted)


if __name__ == "__main__":
    sys.exit(main())
