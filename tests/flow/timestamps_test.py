# SPDX-License-Identifier: Apache-2.0
"""Capture, signer, two time stamp authorities and a chronyc that is none: what is stamped is verified with
`openssl ts`, and what the clock is worth stands in every entry."""

import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowStory, binaries, camera, main, room_of, wait_until  # noqa: E402
from site_on_loopback import configuration, free_port, two_volumes  # noqa: E402
from timestamp_server import TimestampAuthority  # noqa: E402

ROOM = "interrogation-1"
TRACKING = (
    "C0000207,192.0.2.7,2,1790000000.123456789,-0.000010000,0.000002000,0.000030000,-13.262,0.001,"
    "0.057,0.001000000,0.000200000,64.7,Normal"
)
SOURCES = "^,*,192.0.2.7,1,6,377,30,0.000001,0.000002,0.000100"
AUTHDATA = "192.0.2.7,NTS,1,15,256,33,0,0,8,100"
SESSION_SECONDS = 3


def write_chronyc(path: Path, tracking: str, sources: str) -> None:
    text = f"""#!/bin/sh
case "$3" in
tracking) echo '{tracking}' ;;
sources) echo '{sources}' ;;
authdata) echo '{AUTHDATA}' ;;
esac
"""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.chmod(0o755)
    os.replace(new, path)


class TimestampsTest(FlowStory):
    @classmethod
    def evidence(cls) -> str:
        text = f'[evidence]\nsigner = "{cls.socket}"\nchronyc = "{cls.chronyc}"\n'
        for name, authority in cls.authorities.items():
            text += (
                f'[[evidence.timestamp_authority]]\nname = "{name}"\nurl = "{authority.url}"\n'
                f'ca = "{authority.ca}"\n'
            )
        return text

    @classmethod
    def start_signer(cls) -> None:
        for name in ("signer-run", "signer-state"):
            (cls.site.folder / name).mkdir(mode=0o700)
        config = cls.site.folder / "signer.toml"
        config.write_text(
            '[site]\nname = "demo"\nauthority = "candor.example"\n'
            f'[signer]\nsocket = "{cls.socket}"\nstate = "{cls.site.folder}/signer-state"\n'
        )
        cls.site.start_program("signer", [str(binaries() / "candor-signer"), "--config", str(config)])
        wait_until("signer's socket", lambda: cls.socket.exists())

    @classmethod
    def tokens(cls, volume: str) -> dict[str, bytes]:
        folder = cls.site.folder / f"volume-{volume}" / "log" / ROOM / "1" / "timestamps"
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.suffix != ".tmp"}

    @classmethod
    def anchors(cls) -> list[dict]:
        return [entry for entry in cls.site.entries(ROOM) if entry["type"] == "TIME-ANCHOR"]

    @classmethod
    def record(cls) -> None:
        site = cls.site
        cls.socket = site.folder / "signer-run" / "signer.sock"
        cls.chronyc = site.folder / "chronyc"
        write_chronyc(cls.chronyc, TRACKING, SOURCES)
        cls.authorities = {
            "tsa-1": TimestampAuthority(site.folder, "one", "ec"),
            "tsa-2": TimestampAuthority(site.folder, "two", "rsa", ["down"]),
        }
        for authority in cls.authorities.values():
            cls.addClassCleanup(authority.close)
        cls.start_signer()
        port = site.open_cameras()
        rooms = [room_of(ROOM, "interrogation", [camera(port)], 0)]
        volumes = two_volumes(site.folder)
        site.write_config(configuration(site.folder, free_port(), rooms, volumes=volumes) + cls.evidence())
        site.start_capture()
        site.wait_for_states(interrogation_1="ready")
        # The hour since the stamp before is over at the first start; the second authority is down then.
        wait_until("first token", lambda: len(cls.anchors()) == 1)
        started = json.loads(
            site.candor(
                *("session", "start", "--room", ROOM, "--case", "case-1", "--person", "P-7"),
                *("--interrogator", "I-1", "--interrogator", "I-2", "--json"),
            )
        )
        time.sleep(SESSION_SECONDS)
        site.candor("session", "end", started["session"])
        wait_until("token of the session's end", lambda: len(cls.anchors()) == 2)
        write_chronyc(cls.chronyc, TRACKING, SOURCES.replace("*", "?"))
        site.stop_capture()
        # What the second authority has not stamped yet stands in the state: a restart asks at once.
        cls.pending = sorted(path.name for path in (site.folder / "capture" / "timestamps").glob("*.json"))
        site.start_capture()
        wait_until("all tokens", lambda: len(cls.anchors()) == 3)
        jobs = site.folder / "capture" / "timestamps"
        wait_until("end of the jobs", lambda: [path.name for path in jobs.glob("*.json")] == ["last.json"])
        wait_until("holdover", lambda: cls.site.entries(ROOM)[-1]["clock_state"] == 3)
        cls.status = site.status()["timestamps"]
        site.stop_capture()
        cls.log = site.entries(ROOM)

    def test_tokens_stand_on_both_volumes(self) -> None:
        tokens = self.tokens("a")
        self.assertEqual(tokens, self.tokens("b"))
        self.assertEqual(len([name for name in tokens if name.endswith(".note")]), 2)
        self.assertEqual(len([name for name in tokens if name.endswith("-tsa-1.tsr")]), 2)
        self.assertEqual(len([name for name in tokens if name.endswith("-tsa-2.tsr")]), 1)

    def test_openssl_verifies_each_token_over_its_note(self) -> None:
        folder = self.site.folder / "volume-b" / "log" / ROOM / "1" / "timestamps"
        for anchor in self.anchors():
            moment = datetime.fromisoformat(anchor["gen_time"][:19]).replace(tzinfo=UTC)
            done = subprocess.run(
                [
                    *("openssl", "ts", "-verify", "-data", str(folder / f"{anchor['size']}.note")),
                    *("-in", str(folder / f"{anchor['size']}-{anchor['authority']}.tsr")),
                    *("-CAfile", str(self.authorities[anchor["authority"]].ca)),
                    *("-attime", str(int(moment.timestamp()))),
                ],
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("Verification: OK", done.stdout)

    def test_the_log_holds_the_digests_and_the_checkpoint(self) -> None:
        tokens = self.tokens("a")
        self.assertEqual({anchor["authority"] for anchor in self.anchors()}, {"tsa-1", "tsa-2"})
        for anchor in self.anchors():
            note = tokens[f"{anchor['size']}.note"]
            token = tokens[f"{anchor['size']}-{anchor['authority']}.tsr"]
            self.assertEqual(anchor["token_digest"], hashlib.sha256(token).hexdigest())
            self.assertEqual(anchor["note_digest"], hashlib.sha256(note).hexdigest())
            origin, size = note.decode().split("\n")[:2]
            self.assertEqual((anchor["origin"], str(anchor["size"])), (origin, size))
            self.assertGreater(anchor["index"], anchor["size"] - 1)

    def test_the_end_of_the_session_is_stamped(self) -> None:
        end = next(entry["index"] for entry in self.log if entry["type"] == "SESSION-CLOSE")
        covering = [anchor for anchor in self.anchors() if anchor["size"] > end]
        self.assertEqual({anchor["authority"] for anchor in covering}, {"tsa-1", "tsa-2"})
        self.assertLess(min(anchor["size"] for anchor in covering) - end, 20, "soon after it")

    def test_what_was_open_at_the_stop_was_kept(self) -> None:
        self.assertEqual(len([name for name in self.pending if name.startswith(ROOM)]), 1)
        self.assertEqual(self.authorities["tsa-2"].log[0], "down")

    def test_the_status_names_both_authorities(self) -> None:
        self.assertEqual([entry["authority"] for entry in self.status], ["tsa-1", "tsa-2"])
        self.assertEqual([(entry["pending"], entry["fault"]) for entry in self.status], [(0, None)] * 2)
        self.assertIsNotNone(self.status[1]["last"])

    def test_entries_say_what_the_clock_is_worth(self) -> None:
        states = [entry["clock_state"] for entry in self.log]
        self.assertIn(1, states)
        self.assertEqual({entry["clock_error_us"] for entry in self.log if entry["clock_state"] == 1}, {710})
        told = [entry for entry in self.log if entry["type"] == "CLOCK" and "state" in entry]
        self.assertEqual(told[0]["state"], 1)
        self.assertEqual({(entry["state"], entry["source"]) for entry in told}, {(1, "192.0.2.7"), (3, "192.0.2.7")})


if __name__ == "__main__":
    main()
