# SPDX-License-Identifier: Apache-2.0
"""The witness as persons meet it: a log is offered, compared, enrolled, cosigned; it is rolled back, falls silent, opens a
new epoch; the console and the program for alarms say so. Real programs; signatures are checked without their code."""

import base64
import http.client
import http.server
import json
import os
import shutil
import socketserver
import stat
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support")]
from shown_log import ShownLog, cosignature_time, sha256  # noqa: E402
from site_on_loopback import binaries  # noqa: E402
from witness_site import WITNESS, WitnessSite  # noqa: E402


def wait_until(what: str, is_so, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        if time.monotonic() > deadline:
            raise AssertionError(f"no {what} within {seconds} s")
        time.sleep(0.05)
    return found


class HostOfLogs:
    """What a capture host says of its logs on its socket, for `candor witness enrol` without a key."""

    def __init__(self, path: Path, logs: list[ShownLog]):
        listed = [{"room": log.origin.split("/")[2], "epoch": 1, "origin": log.origin, "vkey": log.vkey} for log in logs]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps({"logs": listed}).encode()
                self.send_response(200 if self.path == "/v1/logs" else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def address_string(self) -> str:
                return "unix"

            def log_message(self, *_args) -> None:
                pass

        self.server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class WitnessFlowTest(unittest.TestCase):
    def setUp(self) -> None:
        self.site = WitnessSite(hook="HOOK")
        self.addCleanup(shutil.rmtree, self.site.folder, ignore_errors=True)
        self.told = self.site.folder / "told"
        hook = self.site.folder / "hook"
        hook.write_text(f"#!/bin/sh\ncat >> {self.told}\n")
        hook.chmod(0o700)
        self.site.write_config(self.site.config_path.read_text().replace('"HOOK"', f'"{hook}"'))
        self.log = ShownLog("rec.example/site7/room-03/1", base=1_000_000)
        self.addCleanup(self.site.stop)
        self.site.start()
        self.vkey = self.site.candor("witness", "show").strip()

    def offer(self, old: int, new: int, log: ShownLog | None = None):
        return self.site.ask("POST", "add-checkpoint", (log or self.log).request(old, new))

    def hook_lines(self) -> list[dict]:
        return [json.loads(line) for line in self.told.read_text().splitlines()] if self.told.exists() else []

    def told_of(self, event: str, kind: str) -> list[dict]:
        return [line for line in self.hook_lines() if (line["event"], line["kind"]) == (event, kind)]

    def console_alarms(self) -> list[dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=10)
        try:
            connection.request("POST", "/api/login", json.dumps({"name": "sue", "password": self.password}),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            connection.request("GET", "/api/rooms", headers={"Cookie": answer.getheader("Set-Cookie").split(";")[0]})
            return json.loads(connection.getresponse().read())["alarms"]
        finally:
            connection.close()

    def refusal(self, *arguments: str) -> str:
        done = subprocess.run([str(binaries() / "candor"), *arguments, "--config", str(self.site.config_path)],
                              capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=30)
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stderr

    def enrol_and_cosign(self) -> int:
        self.site.enrol(self.log)
        size = self.log.size
        self.assertEqual(self.offer(0, size).status, 200)
        return size

    def test_a_log_is_compared_enrolled_and_cosigned(self) -> None:
        size = self.log.size
        self.assertTrue(self.vkey.startswith(WITNESS + "+"))
        self.assertEqual(stat.S_IMODE((self.site.folder / "monitor" / "witness.key").stat().st_mode), 0o600)
        self.assertEqual(self.offer(0, size).status, 404)
        self.assertIn(f"{self.log.origin}  pending since ", self.site.candor("witness", "list"))
        self.assertIn("no host has the log", self.refusal("witness", "enrol", self.log.origin, "--yes"))
        stranger = ShownLog(self.log.origin)
        self.assertIn("is not signed by this key",
                      self.refusal("witness", "enrol", self.log.origin, "--vkey", stranger.vkey, "--yes"))

        host = HostOfLogs(self.site.socket_path, [self.log])
        self.addCleanup(host.close)
        self.assertIn("compare the key, then say --yes", self.refusal("witness", "enrol", self.log.origin))
        shown = self.site.candor("witness", "enrol", self.log.origin, "--yes")

        fingerprint = sha256(self.log.vkey.encode()).hex()
        self.assertIn(self.log.vkey, shown)
        self.assertIn(fingerprint, shown.replace(" ", ""))
        self.assertIn(f"size {size}, signed by this key", shown)
        reply = self.offer(0, size)
        self.assertEqual(reply.status, 200, reply.body)
        self.assertAlmostEqual(cosignature_time(self.vkey, self.log.text(size), reply.body), time.time(), delta=5)
        self.log.append(3)
        self.assertEqual(self.offer(size, size + 3).status, 200)
        shown = self.site.client().newest(self.log.origin).body
        text, lines = shown.split("\n\n")
        self.assertEqual(text + "\n", self.log.text(size + 3))
        cosignature_time(self.vkey, text + "\n", lines.splitlines()[1])
        self.assertIn(f"enrolled  {size + 3}", self.site.candor("witness", "list"))

    def test_a_rollback_is_told_until_a_person_has_looked_into_it(self) -> None:
        self.password = self.site.add_account("sue", "supervisor")
        size = self.enrol_and_cosign()
        self.log.append(4)
        self.assertEqual(self.offer(size, size + 4).status, 200)
        restored = self.log.forked(size)  # A snapshot was brought back, and recording went on.

        reply = self.offer(size, size + 2, restored)

        self.assertEqual((reply.status, reply.type, reply.body), (409, "text/x.tlog.size", f"{size + 4}\n"))
        line = wait_until("alarm", lambda: self.told_of("begun", "rolled-back"))[0]
        self.assertEqual((line["room"], line["origin"], line["monitor"]), ("room-03", self.log.origin, "monitor-1"))
        self.assertEqual([alarm["kind"] for alarm in self.console_alarms()], ["rolled-back"])
        self.assertEqual(self.offer(size + 4, size + 4, restored).status, 409)
        wait_until("alarm", lambda: self.told_of("begun", "rewritten"))
        self.site.monitor.stop()
        self.site.start()
        wait_until("alarms after a restart", lambda: len(self.console_alarms()) == 2)
        evidence = self.site.candor("witness", "refused", self.log.origin)
        self.assertIn(restored.note(size + 2), evidence)

        self.site.candor("witness", "settle", self.log.origin, "--reason", "restored by mistake, epoch 2 follows")
        wait_until("end", lambda: self.told_of("ended", "rolled-back") and self.told_of("ended", "rewritten"))
        self.assertEqual(self.console_alarms(), [])
        self.assertEqual(self.site.candor("witness", "refused", self.log.origin), evidence)

    def test_a_silent_log_is_told_and_its_return_too(self) -> None:
        size = self.enrol_and_cosign()
        begin = time.monotonic()
        wait_until("silence", lambda: self.told_of("begun", "log-silent"))
        self.assertGreater(time.monotonic() - begin, 14)
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(self.offer(size, size).status, 200, "the same again is no sign of life")
        time.sleep(2)
        self.assertFalse(self.told_of("ended", "log-silent"))
        self.log.append()
        self.assertEqual(self.offer(size, size + 1).status, 200)
        wait_until("end of silence", lambda: self.told_of("ended", "log-silent"))

    def test_a_new_epoch_takes_the_place_of_the_former(self) -> None:
        size = self.enrol_and_cosign()
        second = ShownLog("rec.example/site7/room-03/2")
        second.append(2)

        shown = self.site.enrol(second)

        self.assertIn(f"Retires {self.log.origin}", shown)
        self.assertIn(self.log.text(size), shown)
        self.log.append()
        self.assertEqual(self.offer(size, size + 1).status, 404)
        self.assertEqual(self.offer(0, 2, second).status, 200)
        self.assertEqual(self.site.client().newest(self.log.origin).body.splitlines()[1], str(size))
        self.assertIn("is a later epoch of this room", self.refusal("witness", "enrol", self.log.origin, "--vkey",
                                                                    self.log.vkey, "--yes"))
        self.assertIn(f"2\n{base64.b64encode(second.root(2)).decode()}",
                      self.site.candor("witness", "retire", second.origin))
        self.assertEqual(self.offer(2, 2, second).status, 404)

    def test_the_key_is_never_printed(self) -> None:
        self.enrol_and_cosign()
        key = (self.site.folder / "monitor" / "witness.key").read_text().split()[1]
        said = self.site.monitor.log_path.read_text() + self.site.candor("witness", "list")
        self.assertNotIn(key, said)
        self.assertIn(self.vkey, said)
        self.site.monitor.stop()
        os.remove(self.site.folder / "monitor" / "witness.db")
        done = subprocess.run([str(binaries() / "candor-monitor"), "--config", str(self.site.config_path)],
                              capture_output=True, text=True, check=False, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("has forgotten what it cosigned", done.stderr)
        self.assertNotIn(key, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
