# SPDX-License-Identifier: Apache-2.0
"""What all flow tests share: a site in a folder of its own, and HTTP with its headers.

A flow test runs the built programs as an operator does and reads what they left with none of their code."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "bench"), str(ROOT / "tests" / "support")]
from recorded import read_log  # noqa: E402
from site_on_loopback import Program, Site, binaries, configuration, free_port, room, source  # noqa: E402

HEIGHT = 360  # Small pictures: what is tested is the flow, not the load.


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]  # Names in lower case.
    body: bytes


class FlowSite(Site):
    """A site in a temporary folder that ends all it started."""

    def __init__(self) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="candor-flow-")))
        self.programs: list[Program] = []

    def start_program(self, name: str, arguments: list[str]) -> Program:
        program = Program(name, arguments, self.folder)
        self.programs.append(program)
        return program

    def open_cameras(self, count: int = 1, options: list[str] | None = None, port: int = 0) -> int:
        """Cameras without phase: the frame's number follows from the wall clock alone. Returns their port."""
        port = port or free_port()
        self.start_cameras(port, count, HEIGHT, ["--phase", "0", *(options or [])])
        self.programs.append(self.cameras)
        return port

    def configure(self, rooms: list[str], limits: str = "") -> None:
        text = f"[limits]\n{limits}\n" if limits else ""
        self.write_config(configuration(self.folder, free_port(), rooms, text))

    def room_state(self, slug: str) -> dict:
        return next(found for found in self.status()["rooms"] if found["room"] == slug)

    def entries(self, slug: str) -> list[dict]:
        return read_log(self.folder / "volume-a" / "log" / slug / "1")

    def files(self, slug: str, stream: str = "") -> list[Path]:
        return sorted((self.folder / "volume-a" / "media" / slug / stream).rglob("*.mp4"))

    def stop_capture(self) -> None:
        """In order, and without a complaint of a sanitizer at its end."""
        code = self.capture.stop()
        if code != 0:
            raise AssertionError(f"candor-capture ended with {code}:\n{self.capture.tail()}")

    def close(self) -> None:
        if self.capture is not None and self.capture.is_running():
            self.stop_capture()
        for program in (program for program in self.programs if program.is_running()):
            program.signal(signal.SIGCONT)
            program.stop()

    def print_logs(self) -> None:
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}", file=sys.stderr)


class FlowCase(unittest.TestCase):
    """A site for each test."""

    def setUp(self) -> None:
        self.site = FlowSite()
        self.addCleanup(self.clean_up)

    def clean_up(self) -> None:
        self.site.close()
        outcome = self._outcome.result
        if any(case is self for case, _ in outcome.failures + outcome.errors):
            self.site.print_logs()
        shutil.rmtree(self.site.folder, ignore_errors=True)


class FlowStory(unittest.TestCase):
    """One recording that several tests judge: a subclass tells in `record` what happens."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.site = FlowSite()
        cls.addClassCleanup(shutil.rmtree, cls.site.folder, ignore_errors=True)
        cls.addClassCleanup(cls.site.close)
        try:
            cls.record()
        except Exception:
            cls.site.print_logs()
            raise

    @classmethod
    def record(cls) -> None:
        raise NotImplementedError


def refusal(program: str, *arguments: str) -> tuple[int, str]:
    """Exit code and standard error of a program that is expected not to run."""
    done = subprocess.run(
        [str(binaries() / program), *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stderr


def camera(port: int, number: int = 0, name: str = "cam", sound: bool = True) -> str:
    return source(name, f"rtsp://127.0.0.1:{port}/cam/{number}", sound, "Camera", "摄像机")


def room_of(slug: str, room_class: str, sources: list[str], pre_roll_s: int | None = None) -> str:
    keys = "" if pre_roll_s is None else f"pre_roll_s = {pre_roll_s}\n"
    return room(slug, room_class, f"Room {slug}", f"{slug}室", [keys, *sources])


def ask(site: Site, method: str, target: str, headers: dict[str, str] | None = None) -> Answer:
    """One request over capture's socket, with the answer's status and headers."""

    class Connection(http.client.HTTPConnection):
        def connect(self) -> None:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(15)
            self.sock.connect(str(site.socket_path))

    connection = Connection("localhost", timeout=15)
    connection.request(method, target, headers=headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)


def rfc3339(ns: int) -> str:
    second = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=ns // 1_000_000_000)
    return f"{second:%Y-%m-%dT%H:%M:%S}.{ns % 1_000_000_000:09}Z"


def wait_until(what: str, is_so, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"no {what} within {seconds} s")
        time.sleep(0.05)


def main() -> None:
    """A missing program is a failure that says so, not a test passed over."""
    missing = [
        name for name in ("candor", "candor-camsim", "candor-capture") if not (binaries() / name).exists()
    ]
    if missing:
        raise SystemExit(f"{binaries()} has no {', '.join(missing)}; build it or set CANDOR_BIN")
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    unittest.main(verbosity=2)
