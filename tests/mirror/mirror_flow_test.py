# SPDX-License-Identifier: Apache-2.0
"""The mirror with real programs: a recorder's log grows, the monitor holds it byte for byte, survives a kill, and says when
what it is offered is not what it was offered before. Between the two stands a host that offers what the test says."""

import http.client
import http.server
import json
import socket
import socketserver
import sys
import threading
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "flow"), str(ROOT / "tests" / "support")]
from flow_case import FlowCase, camera, main, room_of, wait_until  # noqa: E402

ROOM = "waiting-1"
ORIGIN = f"candor.example/demo/{ROOM}/1"


def frames(folder: Path) -> list[bytes]:
    """The entries of a log on disk, each with its length in front."""
    found = []
    for path in sorted(folder.glob("[0-9]*")):
        data, at = path.read_bytes(), 0
        while at + 2 <= len(data) and at + 2 + int.from_bytes(data[at : at + 2], "big") <= len(data):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            found.append(data[at:end])
            at = end
    return found


class OfferedLogs:
    """Capture's socket with its logs beside it, as docs/design/link.md has them."""

    def __init__(self, path: Path, capture: Path, log: Path):
        self.log = log
        self.offer = frames  # What of the log's folder is offered.
        offered = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = offered.answer(self.path, self.headers.get("Range"), capture)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def address_string(self) -> str:
                return "unix"

            def log_message(self, *_args) -> None:
                pass

        self.server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, target: str, wanted: str | None, capture: Path) -> tuple[int, bytes]:
        if not target.startswith("/v1/logs"):
            return self.pass_on(target, capture)
        entries = self.offer(self.log / "tile" / "entries")
        if target == "/v1/logs":
            log = {"room": ROOM, "epoch": 1, "origin": ORIGIN, "vkey": None, "size": len(entries), "signed_size": 0}
            return 200, json.dumps({"logs": [log]}).encode()
        number = int(target.rpartition("/")[2])
        body = b"".join(entries[256 * number : 256 * (number + 1)])
        if wanted is None:
            return 200, body
        begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
        return (206, body[begin:]) if begin < len(body) else (416, b"")

    @staticmethod
    def pass_on(target: str, capture: Path) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("localhost", timeout=5)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(capture))
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class MirrorFlowTest(FlowCase):
    def setUp(self) -> None:
        super().setUp()
        site = self.site
        port = site.open_cameras(1)
        site.configure([room_of(ROOM, "waiting", [camera(port)])], "segment_s = 5")
        site.start_capture()
        site.wait_for_states(waiting_1="recording")
        self.log = site.folder / "volume-a" / "log" / ROOM / "1"
        self.offered = OfferedLogs(site.folder / "offered.sock", site.socket_path, self.log)
        self.addCleanup(self.offered.close)
        text = site.config_path.read_text()
        head, host, tail = text.rpartition("[[monitor.host]]")
        site.write_config(head + host + tail.replace("capture.sock", "offered.sock", 1))
        self.mirror = site.folder / "monitor" / "mirror" / sha256(ORIGIN.encode()).hexdigest()
        self.start_monitor()

    def start_monitor(self) -> None:
        self.site.start_monitor()
        self.site.programs.append(self.site.monitor)

    def mirrored(self) -> list[bytes]:
        return frames(self.mirror / "tile" / "entries")

    def wait_for_mirror(self, count: int) -> None:
        wait_until(f"{count} entries", lambda: len(self.mirrored()) >= count, 60)
        held = self.mirrored()
        self.assertEqual(held, frames(self.log / "tile" / "entries")[: len(held)])

    def alarms(self) -> list[str]:
        lines = self.site.monitor.log_path.read_text().splitlines()
        return [line for line in lines if "monitor.alarm " in line and "clock-free" not in line]

    def test_a_log_is_held_judged_and_compared(self) -> None:
        self.wait_for_mirror(20)
        self.site.monitor.kill()
        self.start_monitor()
        self.wait_for_mirror(len(self.mirrored()) + 20)
        self.assertEqual(self.alarms(), [])

        held = len(self.mirrored())
        self.offered.offer = lambda folder: frames(folder)[: held - 5]
        wait_until("alarm", lambda: any("rewritten" in line for line in self.alarms()))
        self.assertGreaterEqual(len(self.mirrored()), held)
        self.assertIn("entries were mirrored", self.site.candor("mirror", "found", ORIGIN))
        self.assertIn(f"{ORIGIN}  1 open", self.site.candor("mirror", "list"))

        self.offered.offer = frames
        self.site.candor("mirror", "settle", ORIGIN, "--reason", "a test")
        self.site.monitor.wait_until_it_says("monitor.alarm-ended")
        self.wait_for_mirror(held + 5)


if __name__ == "__main__":
    main()
