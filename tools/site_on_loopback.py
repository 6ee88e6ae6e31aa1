# SPDX-License-Identifier: Apache-2.0
"""A whole Candor site on loopback for the demo, the flow tests and the campaigns: cameras, capture and
monitor as real processes in one folder. What is checked is the caller's."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench" / "clip"))


def binaries() -> Path:
    """The folder of the built programs: CANDOR_BIN, else the release build."""
    return Path(os.environ.get("CANDOR_BIN", ROOT / "build" / "release" / "bin"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A child process with its log; ended by its own id only."""

    def __init__(self, name: str, arguments: list[str], folder: Path):
        self.name = name
        self.arguments = arguments
        self.log_path = folder / f"{name}.log"
        self.process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self.arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True)  # Ctrl-C reaches the parent only, which stops all in order.

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until_it_says(self, text: str, seconds: float = 20) -> None:
        """Until its log holds the text: a camera says where it listens."""
        deadline = time.monotonic() + seconds
        while text not in self.log_path.read_text(errors="replace"):
            if not self.is_running() or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not say '{text}':\n{self.tail()}")
            time.sleep(0.01)

    def signal(self, number: int) -> None:
        if self.is_running():
            self.process.send_signal(number)

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM, then waits. Returns the exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise RuntimeError(f"{self.name} did not stop within {seconds} s, see {self.log_path}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def tail(self, lines: int = 20) -> str:
        text = self.log_path.read_text(errors="replace").splitlines()
        return "\n".join(text[-lines:])


def source(name: str, url: str, sound: bool, en: str, zh: str) -> str:
    return f"""
[[room.source]]
id = "{name}"
kind = "rtsp"
url = "{url}"
sound = {"true" if sound else "false"}
label = {{ en = "{en}", zh = "{zh}" }}
"""


def room(slug: str, room_class: str, en: str, zh: str, sources: list[str]) -> str:
    return f"""
[[room]]
id = "{slug}"
class = "{room_class}"
name = {{ en = "{en}", zh = "{zh}" }}
{"".join(sources)}"""


def volume(folder: Path, name: str, more: str = "") -> str:
    return f"""
[[volume]]
name = "{name}"
path = "{folder}/volume-{name}"
{more}"""


def two_volumes(folder: Path) -> list[str]:
    """Folders of one disk: a real host has two disks, and does not say so."""
    return [volume(folder, name, "same_device = true\n") for name in ("a", "b")]


# Twelve hours of many cameras do not fit on every machine that tests.
SHORT_SESSIONS = "session_hours_max = 1"


def configuration(folder: Path, port: int, rooms: list[str], limits: str = "",
                  volumes: list[str] | None = None) -> str:
    limits = limits or "[limits]\n"
    if "session_hours_max" not in limits:
        limits = limits.replace("[limits]\n", f"[limits]\n{SHORT_SESSIONS}\n", 1)
    return f"""[site]
name = "demo"
authority = "candor.example"

[capture]
host = "host-1"
state = "{folder}/capture"
socket = "{folder}/capture.sock"
{"".join(volumes or [volume(folder, "a")])}
[monitor]
name = "monitor-1"
listen = "127.0.0.1:{port}"
state = "{folder}/monitor"
console = "{ROOT}/web/dist"

[[monitor.host]]
name = "host-1"
socket = "{folder}/capture.sock"
{limits}{"".join(rooms)}"""


class Site:
    """Starts cameras, capture and monitor; stops them in the order of the flow."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config_path = folder / "candor.toml"
        self.socket_path = folder / "capture.sock"
        self.cameras: Program | None = None
        self.capture: Program | None = None
        self.monitor: Program | None = None
        self.signer: Program | None = None  # evidence_on_loopback.py starts it.
        self.environment: list[str] = []  # Of capture: "NAME=VALUE" each.

    def start_cameras(self, port: int, count: int, height: int = 1080,
                      options: list[str] | None = None) -> None:
        from make_clip import make_clips
        clips = make_clips(ROOT / "build" / "clips", [height], ["panorama", "close-up"], 0)
        pictures = [clips[f"{picture}-{height}p"] for picture in ("panorama", "close-up")]
        self.start_cameras_of(port, count, [f"{picture},{clips['sound']}" for picture in pictures], options)

    def start_cameras_of(self, port: int, count: int, clips: list[str],
                         options: list[str] | None = None) -> None:
        """Camera n shows clip n modulo their number, "PICTURE,SOUND" each."""
        arguments = [str(binaries() / "candor-camsim"), "--port", str(port), "--cameras", str(count)]
        for clip in clips:
            arguments += ["--clip", clip]
        self.cameras = self.program("cameras", arguments + (options or []))
        self.cameras.wait_until_it_says("rtsp://")

    def program(self, name: str, arguments: list[str]) -> Program:
        return Program(name, arguments, self.folder)

    def at_console(self):
        """Sockets made inside reach the console."""
        return contextlib.nullcontext()

    def console_command(self, arguments: list[str]) -> list[str]:
        """The command as it runs where the console is."""
        return arguments

    def configure_all(self, port: int, rooms: list[str]) -> None:
        self.write_config(configuration(self.folder, port, rooms, volumes=two_volumes(self.folder)))

    def write_config(self, text: str) -> None:
        self.config_path.write_text(text)

    def start_capture(self) -> None:
        self.capture = self.program(
            "capture", ["env", *self.environment, str(binaries() / "candor-capture"),
                        "--config", str(self.config_path)])

    def start_monitor(self) -> None:
        self.monitor = self.program(
            "monitor", [str(binaries() / "candor-monitor"), "--config", str(self.config_path)])

    def candor(self, *arguments: str, text: str | None = None) -> str:
        """Runs the command line and returns what it prints; its error line becomes the exception."""
        done = subprocess.run(
            [str(binaries() / "candor"), *arguments, "--config", str(self.config_path)],
            input=text, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"candor {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def add_account(self, name: str, role: str) -> str:
        """Makes an account with a new password and returns the password."""
        password = secrets.token_urlsafe(12)
        self.candor("user", "add", name, "--role", role, "--password-stdin", text=password + "\n")
        return password

    def status(self) -> dict:
        """Capture's status, from its socket."""
        return json.loads(self.request("GET", "/v1/status"))

    def request(self, method: str, path: str, body: str = "") -> bytes:
        return http_over_unix(self.socket_path, method, path, body)

    def wait_for(self, what: str, is_so, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for program in (self.cameras, self.capture, self.monitor):
                if program is not None and not program.is_running():
                    raise RuntimeError(f"{program.name} ended:\n{program.tail()}")
            try:
                if is_so():
                    return
            except (OSError, ValueError, KeyError):
                pass  # Not up yet.
            time.sleep(0.1)
        raise RuntimeError(f"no {what} within {seconds} s, see {self.folder}/*.log")

    def wait_for_states(self, **states: str) -> None:
        """wait_for_states(interrogation_1="ready"): each room's state, '_' for '-'."""
        wanted = {slug.replace("_", "-"): state for slug, state in states.items()}

        def reached() -> bool:
            rooms = {found["room"]: found["state"] for found in self.status()["rooms"]}
            return all(rooms.get(slug) == state for slug, state in wanted.items())

        self.wait_for(f"state {wanted}", reached)

    def segments(self) -> list[Path]:
        return sorted((self.folder / "volume-a" / "media").rglob("*.mp4"))

    def stop(self) -> None:
        for program in (self.capture, self.signer, self.monitor, self.cameras):
            if program is not None and program.is_running():
                program.stop()


def http_over_unix(path: Path, method: str, target: str, body: str = "") -> bytes:
    """One HTTP/1.1 request over a Unix socket; the body of a 2xx answer, else an error with the body."""
    import http.client

    class Connection(http.client.HTTPConnection):
        def connect(self) -> None:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(10)
            self.sock.connect(str(path))

    connection = Connection("localhost", timeout=10)
    try:
        connection.request(method, target, body or None, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {target}: {answer.status} {content.decode(errors='replace')}")
    return content
