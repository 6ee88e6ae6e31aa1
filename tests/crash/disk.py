# SPDX-License-Identifier: Apache-2.0
"""Breaks one of two volumes while both are recorded to, fault after fault (tests/support/disk_faults.py), repairs
it, and waits until both hold the recording again. Prints one JSON line, a line for each fault on standard error,
and ends with 1 when a limit is broken: no frame lost on the other volume, an alarm with the right cause within 5 s,
new segments on both within 15 s after the repair, logs equal byte for byte, every file playable.

Where nothing can be mounted the volumes are plain folders, and faults that need a device are left out."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support")]
from disk_faults import QUICK, ROWS, Row, Victim  # noqa: E402
from disk_verdict import NS, Round, is_kept, judge_campaign  # noqa: E402
from failing_calls import FailingCalls  # noqa: E402
from loop_volume import MIB, LoopVolume, PlainVolume, StillInUse, may_mount  # noqa: E402
from site_on_loopback import Site, binaries, volume  # noqa: E402
from three_rooms import CAMERAS, STREAMS, ThreeRooms  # noqa: E402
from volume_pair import VolumePair  # noqa: E402

VOLUME_BYTES = 16_384 * MIB  # A session must fit.
POLL_S = 0.05
BITE_PATIENCE_S = 12  # A folder is synced when a segment begins.
BACK_PATIENCE_S = 60
COPIES_PATIENCE_S = 60
NEXT_COPY_PATIENCE_S = 15
LIMITS = "[limits]\nsegment_s = 5\n"
LIBRARY = "libcandor_failing_calls.so"


@dataclass
class Campaign:
    site: Site
    has_devices: bool
    rounds: list[Round] = field(default_factory=list)
    disks: dict[str, LoopVolume | PlainVolume] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rooms = ThreeRooms(self.site)
        self.calls = FailingCalls(binaries() / LIBRARY, self.site.folder / "rules")
        self.site.environment = self.calls.environment
        self.pair = VolumePair(self.site.folder / "volume-a", self.site.folder / "volume-b")

    def say(self, text: str) -> None:
        print(f"disk: {text}", file=sys.stderr, flush=True)

    def start(self) -> None:
        for name in ("a", "b"):
            folder = self.site.folder / f"volume-{name}"
            make = LoopVolume if self.has_devices else PlainVolume
            self.disks[name] = make(folder, VOLUME_BYTES)
        more = "" if self.has_devices else "same_device = true\n"
        self.rooms.start(LIMITS, [volume(self.site.folder, name, more) for name in self.disks])
        self.rooms.wait_for_media()
        self.wait_for_both(time.time_ns())

    def state_of(self, name: str) -> tuple[str, str]:
        """The volume's state and detail."""
        found = next(found for found in self.site.status()["volumes"] if found["name"] == name)
        return found["state"], found["detail"]

    def is_back(self, since_ns: int) -> bool:
        return (
            all(self.state_of(name)[0] == "ok" for name in self.disks)
            and all(self.pair.is_begun_on_both(slug, media, since_ns) for slug, media in STREAMS)
            and all(self.pair.is_log_caught_up(slug) for slug in CAMERAS)
        )

    def wait_for_both(self, since_ns: int) -> None:
        self.site.wait_for("recording on both volumes", lambda: self.is_back(since_ns), BACK_PATIENCE_S)

    def watch(self, this: Round, victim: Victim) -> None:
        """While the fault lasts: when it bites, when it is told, and what is written where nothing may be."""
        deadline = time.monotonic() + this.row.hold_s
        patience = time.monotonic() + BITE_PATIENCE_S
        while time.monotonic() < deadline:
            time.sleep(POLL_S)
            if not os.path.ismount(victim.disk.folder) and self.has_devices:
                this.strays |= set(os.listdir(victim.disk.folder))
            if this.bite_ns is None:
                this.bite_ns = self.calls.first_hit_ns()
                if time.monotonic() < patience:
                    deadline = time.monotonic() + this.row.hold_s
            state, detail = self.state_of(victim.name)
            if state != "ok":
                this.alarm_ns = this.alarm_ns or time.time_ns()
                this.details.add(f"{state}: {detail}")

    def run_row(self, row: Row, name: str) -> None:
        victim = Victim(name, self.disks[name], self.calls)
        this = Round(row, name, time.time_ns())
        self.rounds.append(this)
        row.begin(victim)
        if not self.calls.rules.exists():
            this.bite_ns = this.begin_ns
        self.watch(this, victim)
        try:
            row.end(victim)
        except StillInUse as error:
            this.complaints.append(str(error))
        this.end_ns = time.time_ns()
        self.wait_for_both(this.end_ns)
        this.back_ns = time.time_ns()
        self.say(f"{row.name} on {name}: over, back after {(this.back_ns - this.end_ns) / NS:.1f} s")

    def run(self, rows: list[Row], names: list[str]) -> None:
        self.start()
        for row in rows:
            for name in names:
                self.run_row(row, name)
        self.rooms.end_session()
        self.wait_for_copies()
        self.site.stop()

    def wait_for_copies(self) -> None:
        """Until every closed segment is on both volumes, or no more come."""
        deadline = time.monotonic() + COPIES_PATIENCE_S
        missing, changed = len(self.pair.missing_closed(STREAMS)), time.monotonic()
        while missing and time.monotonic() < min(deadline, changed + NEXT_COPY_PATIENCE_S):
            time.sleep(1)
            before, missing = missing, len(self.pair.missing_closed(STREAMS))
            changed = time.monotonic() if missing < before else changed

    def close(self) -> None:
        """Whatever went wrong: no program, no mount and no device is left."""
        self.calls.end()
        try:
            self.site.stop()
        finally:
            for program in (self.site.capture, self.site.cameras):
                if program is not None and program.is_running():
                    program.kill()
            for disk in self.disks.values():
                disk.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}, each on one volume")
    parser.add_argument("--fault", action="append", choices=[row.name for row in ROWS], help="only these")
    parser.add_argument("--volume", action="append", choices=["a", "b"], help="only this one fails")
    parser.add_argument("--folders", action="store_true", help="plain folders, as where nothing can be mounted")
    parser.add_argument("--keep", action="store_true", help="leave configuration, program logs and volumes' images")
    wanted = parser.parse_args()
    for program in ("candor", "candor-camsim", "candor-capture", LIBRARY):
        if not (binaries() / program).exists():
            parser.error(f"{binaries() / program} is not there; build it or set CANDOR_BIN")
    has_devices = may_mount() and not wanted.folders
    names = wanted.fault or (QUICK if wanted.quick else [row.name for row in ROWS])
    rows = [row for row in ROWS if row.name in names and (has_devices or not row.needs_device)]
    campaign = Campaign(Site(Path(tempfile.mkdtemp(prefix="candor-disk-"))), has_devices)
    try:
        campaign.run(rows, wanted.volume or (["b"] if wanted.quick else ["b", "a"]))
        report, complaints = judge_campaign(campaign.pair, campaign.rounds)
    finally:
        campaign.close()
        if not wanted.keep:
            shutil.rmtree(campaign.site.folder, ignore_errors=True)
    for round_ in campaign.rounds:
        campaign.say(json.dumps(round_.row_of_report()))
    for complaint in complaints:
        campaign.say(complaint)
    print(json.dumps({**report, "loop_devices": has_devices}))
    return 0 if is_kept(report) else 1


if __name__ == "__main__":
    sys.exit(main())
