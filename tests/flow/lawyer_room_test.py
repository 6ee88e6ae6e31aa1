# SPDX-License-Identifier: Apache-2.0
"""A lawyers' room is a name and nothing else: no connect, no path, no session (docs/decisions/0005)."""

import json
import os
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowCase, ask, binaries, camera, main, refusal, room_of, wait_until  # noqa: E402

LAWYER = "counsel-9"
CONNECT = re.compile(r"\bconnect\(\d+, \{sa_family=(\w+)(?:, sin_port=htons\((\d+)\))?")
NAMED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def traced_connects(trace: str) -> list[tuple[str, int]]:
    return [(family, int(port or 0)) for family, port in CONNECT.findall(trace)]


def traced_paths(trace: str) -> list[str]:
    """All that stands in quotes in system calls that take a path."""
    return [name for line in trace.splitlines() if "connect(" not in line for name in NAMED.findall(line)]


class LawyerRoomTest(FlowCase):
    def start_traced(self, trace: Path) -> None:
        os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # The leak check itself cannot be traced.
        self.site.capture = self.site.start_program(
            "capture",
            [
                "strace",
                "--daemonize",
                "--follow-forks",
                "--output",
                str(trace),
                "--string-limit=512",
                "--trace=%file,connect",
                "--signal=none",
                str(binaries() / "candor-capture"),
                "--config",
                str(self.site.config_path),
            ],
        )

    def record_beside_a_lawyer_room(self) -> str:
        """Traces a daemon that records one room, is asked for the lawyers' one, and is stopped."""
        port = self.site.open_cameras()
        self.port = port
        self.site.configure([room_of("waiting-1", "waiting", [camera(port)]), room_of(LAWYER, "lawyer", [])])
        trace = self.site.folder / "trace"
        self.start_traced(trace)
        self.site.wait_for_states(waiting_1="recording")
        self.asked = self.ask_for_everything()
        time.sleep(1.5)  # A round of the writer and a tick of the host.
        pid = self.site.capture.process.pid
        self.site.stop_capture()
        wait_until("end of the trace", lambda: re.search(rf"^{pid} .*\+\+\+ exited", trace.read_text(), re.M))
        return trace.read_text()

    def ask_for_everything(self) -> dict:
        targets = {
            "status": "/v1/status",
            "tracks": f"/v1/rooms/{LAWYER}/tracks",
            "sessions": f"/v1/sessions?room={LAWYER}",
        }
        return {name: json.loads(ask(self.site, "GET", target).body) for name, target in targets.items()}

    def test_no_connect_and_no_path_has_its_name(self) -> None:
        trace = self.record_beside_a_lawyer_room()
        paths = traced_paths(trace)
        self.assertTrue(
            [path for path in paths if "waiting-1" in path], "the trace must see the other room's"
        )
        self.assertEqual([path for path in paths if LAWYER in path], [])
        self.assertEqual(
            {port for family, port in traced_connects(trace) if family == "AF_INET"}, {self.port}
        )
        self.assertEqual([family for family, _ in traced_connects(trace) if family != "AF_INET"], [])
        shown = next(room for room in self.asked["status"]["rooms"] if room["room"] == LAWYER)
        self.assertEqual((shown["state"], shown["streams"], shown["session"]), ("private", [], None))
        self.assertEqual((self.asked["tracks"]["tracks"], self.asked["sessions"]["sessions"]), ([], []))
        written = [path for path in (self.site.folder / "volume-a").rglob("*") if LAWYER in path.name]
        self.assertEqual(written, [])

    def test_no_session_starts_in_it(self) -> None:
        port = self.site.open_cameras()
        self.site.configure([room_of("waiting-1", "waiting", [camera(port)]), room_of(LAWYER, "lawyer", [])])
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording")
        with self.assertRaisesRegex(RuntimeError, LAWYER):
            self.site.candor(
                "session",
                "start",
                "--room",
                LAWYER,
                "--case",
                "c-1",
                "--person",
                "P-1",
                "--interrogator",
                "I-1",
            )
        self.assertEqual(json.loads(self.site.candor("session", "list", "--json"))["sessions"], [])

    def test_a_source_under_it_is_refused_with_file_line_and_key(self) -> None:
        self.site.configure(
            [room_of("waiting-1", "waiting", [camera(1)]), room_of(LAWYER, "lawyer", [camera(1)])]
        )
        text = self.site.config_path.read_text().splitlines()
        line = max(number for number, words in enumerate(text, 1) if words.startswith("[[room.source]]"))
        for program, arguments in (
            ("candor-capture", ["--config", str(self.site.config_path)]),
            ("candor", ["config", "check", str(self.site.config_path)]),
        ):
            code, said = refusal(program, *arguments)
            self.assertNotEqual(code, 0)
            self.assertEqual(len(said.splitlines()), 1, said)
            found = re.search(rf"{re.escape(str(self.site.config_path))}:(\d+): key '([^']*)'", said)
            self.assertTrue(found, said)
            self.assertIn(int(found[1]), (line, line + 1), said)
            self.assertIn("source", found[2])
        self.assertEqual([path.name for path in self.site.folder.iterdir()], ["candor.toml"])


if __name__ == "__main__":
    main()
