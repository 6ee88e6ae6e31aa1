# SPDX-License-Identifier: Apache-2.0
"""What candor-capture signs through candor-signer and shows to a witness, checked with openssl and sixty lines of
Python: every signed root is that of the entries on the disk, through kills and through a disk that was put back."""

import json
import os
import random
import shutil
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowCase, camera, main, room_of, wait_until  # noqa: E402
from site_on_loopback import binaries  # noqa: E402
from tlog_witness import Witness, is_signed, objection_to, parse_note, raw_entries  # noqa: E402

ORACLE = Path(os.environ.get("CANDOR_ORACLE", binaries().parent / "tests" / "evidence_oracle"))
ORIGIN = "candor.example/demo/waiting-1"
KILLS = int(os.environ.get("CANDOR_KILLS", "6"))


def cosigned_notes(log: Path) -> list[str]:
    notes = []
    for path in sorted((log / "cosigned").glob("*")):
        data, at = path.read_bytes(), 0
        while at < len(data):
            (length,) = struct.unpack_from(">H", data, at)
            notes.append(data[at + 2:at + 2 + length].decode())
            at += 2 + length
    return notes


class NotaryCase(FlowCase):
    def setUp(self) -> None:
        super().setUp()
        folder = self.site.folder
        self.witness = Witness(folder / "witness")
        self.addCleanup(self.witness.stop)
        (folder / "signer").mkdir(mode=0o750)
        signer = folder / "signer.toml"
        signer.write_text(f"""[site]
name = "demo"
authority = "candor.example"
[signer]
socket = "{folder}/signer/signer.sock"
state = "{folder}/signer-state"
""")
        self.signer = self.site.start_program("signer", [str(binaries() / "candor-signer"), "--config", str(signer)])
        self.signer.wait_until_it_says("signer.started")
        port = self.site.open_cameras(1)
        self.site.configure([room_of("waiting-1", "waiting", [camera(port)])], "segment_s = 5")
        text = self.site.config_path.read_text()
        self.site.write_config(text.replace("[monitor]", f"""[evidence]
signer = "{folder}/signer/signer.sock"
[[evidence.witness]]
vkey = "{self.witness.vkey}"
url = "{self.witness.url}"

[monitor]""", 1))

    def log(self, epoch: int = 1) -> Path:
        return self.site.folder / "volume-a" / "log" / "waiting-1" / str(epoch)

    def logs(self) -> dict[int, dict]:
        return {log["epoch"]: log for log in json.loads(self.site.request("GET", "/v1/logs"))["logs"]}

    def start(self) -> None:
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording")

    def wait_until_cosigned(self, more: int = 0, epoch: int = 1) -> None:
        at_least = self.logs()[epoch]["size"] + more

        def is_cosigned() -> bool:
            cosigned = self.logs()[epoch]["cosigned"].get(self.witness.name)
            return cosigned is not None and cosigned["size"] >= at_least

        wait_until("a cosignature", is_cosigned, 20)

    def check_all_notes(self, epoch: int = 1) -> None:
        checkpoint = self.log(epoch) / "checkpoint"
        notes = [checkpoint.read_text()] if checkpoint.exists() else []
        for note in notes + cosigned_notes(self.log(epoch)):
            self.assertEqual(objection_to(self.log(epoch), note), "", note)


class SigningTest(NotaryCase):
    def test_signs_and_shows_what_is_on_the_disk(self) -> None:
        self.start()
        self.wait_until_cosigned(more=20)
        wait_until("a heartbeat with a cosignature", self.has_quoting_heartbeat, 25)
        wait_until("three cosigned notes", lambda: len(cosigned_notes(self.log())) >= 3, 25)
        log = self.logs()[1]
        bundle = self.site.request("GET", "/v1/logs/waiting-1/1/tile/entries/000")
        note = self.site.request("GET", "/v1/logs/waiting-1/1/checkpoint").decode()
        status = self.site.status()
        self.site.stop_capture()

        self.assertEqual((log["origin"], log["state"]), (f"{ORIGIN}/1", "verified"))
        self.assertEqual(status["alarms"], [])
        self.assertTrue(is_signed(log["vkey"], note, self.site.folder))
        self.assertEqual(objection_to(self.log(), note), "")
        self.check_all_notes()
        entries = raw_entries(self.log())
        self.assertTrue(b"".join(struct.pack(">H", len(one)) + one for one in entries).startswith(bundle))
        _, last, _, _ = parse_note((self.log() / "checkpoint").read_text())
        self.assertEqual(last, len(entries), "the last entries are not signed")
        self.assertLessEqual(set(self.witness.statuses), {200})

    def test_gos_checker_agrees_with_the_disk(self) -> None:
        text = self.site.config_path.read_text()
        self.site.write_config(text.replace("segment_s = 5", "segment_s = 5\nunit_ms = 200", 1))
        self.start()
        wait_until("a whole tile", (self.log() / "tile" / "0" / "000").exists, 60)
        self.wait_until_cosigned()
        vkey = self.logs()[1]["vkey"]
        self.site.stop_capture()

        done = subprocess.run([str(ORACLE), "log", str(self.log()), vkey], capture_output=True, text=True, check=False)

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^\d+ entries, [1-9]\d* tiles$")

    def has_quoting_heartbeat(self) -> bool:
        return any(entry[5] == 8 and json.loads(entry[130:])["cosignature"] for entry in raw_entries(self.log()))

    def test_records_on_without_signer_and_witness(self) -> None:
        self.signer.stop()
        self.witness.stop()
        self.start()
        wait_until("an alarm", lambda: [one["kind"] for one in self.site.status()["alarms"]] == ["unsigned"], 20)
        self.assertEqual(self.site.room_state("waiting-1")["state"], "recording")

        self.witness.start()
        self.signer.start()
        self.wait_until_cosigned(more=5)
        self.assertEqual(self.site.status()["alarms"], [])

    def test_never_signs_what_a_kill_takes_back(self) -> None:
        rounds = random.Random(5)
        for _ in range(KILLS):
            self.start()
            time.sleep(rounds.uniform(0.2, 2.2))
            self.site.capture.kill()
            self.check_all_notes()
            size, _ = self.witness.heads.get(f"{ORIGIN}/1", (0, b""))
            self.assertLessEqual(size, len(raw_entries(self.log())))
            note = self.witness.notes.get(f"{ORIGIN}/1")
            if note:
                self.assertEqual(objection_to(self.log(), note), "")
        self.start()
        self.wait_until_cosigned(more=2)
        self.assertEqual(set(self.logs()), {1})
        self.assertEqual(self.logs()[1]["state"], "verified")


class RollbackTest(NotaryCase):
    def test_a_disk_that_was_put_back_begins_a_new_epoch(self) -> None:
        self.start()
        self.wait_until_cosigned(more=3)
        self.site.stop_capture()
        volume = self.site.folder / "volume-a"
        shutil.copytree(volume, self.site.folder / "snapshot")
        self.start()
        self.wait_until_cosigned(more=10)
        self.site.stop_capture()
        known = self.witness.notes[f"{ORIGIN}/1"]
        shutil.rmtree(volume)
        (self.site.folder / "snapshot").rename(volume)

        self.start()
        wait_until("a new epoch", lambda: 2 in self.logs(), 30)
        self.site.wait_for_states(waiting_1="recording")
        self.wait_until_cosigned(more=3, epoch=2)
        self.site.stop_capture()

        self.assertEqual(self.witness.notes[f"{ORIGIN}/1"], known, "the former epoch was signed again")
        self.check_all_notes(epoch=2)
        genesis, *others = raw_entries(self.log(2))
        self.assertEqual(json.loads(genesis[130:])["previous"], {"origin": f"{ORIGIN}/1", "checkpoint": known})
        link = next(json.loads(entry[130:]) for entry in others if entry[5] == 15)
        self.assertIn("supervision.example/w1 knows", link["reason"])
        self.assertIn("rolled-back", self.site.capture.log_path.read_text())
        gaps = [json.loads(entry[130:])["cause"] for entry in others if entry[5] == 6]
        self.assertEqual(gaps[:1], ["recorder-stop"])


if __name__ == "__main__":
    main()
