# SPDX-License-Identifier: Apache-2.0
"""The systemd units: systemd finds nothing wrong with them, and what they may do is little."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "packaging" / "systemd").glob("*.service"))
EXPOSURE_MAX = "20"  # Of 100: systemd's own measure of a unit's rights.

sys.path.insert(0, str(ROOT / "tools"))
from supervisor import RESTART_WAIT_S  # noqa: E402


def analyze(*arguments: object) -> tuple[int, str]:
    command = ["systemd-analyze", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


class UnitsTest(unittest.TestCase):
    def test_there_is_one_for_each_service(self) -> None:
        self.assertEqual([unit.stem for unit in UNITS], ["candor-capture", "candor-monitor", "candor-signer"])

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd here")
    def test_systemd_finds_nothing_wrong(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for unit in UNITS:
                # The programs need not be installed.
                copy = Path(folder) / unit.name
                copy.write_text(unit.read_text().replace("ExecStart=/usr/bin/candor-", "ExecStart=/bin/true candor-"))
                code, said = analyze("verify", "--man=no", copy)
                complaints = [line for line in said.splitlines() if unit.name in line or str(copy) in line]
                self.assertEqual((code, complaints), (0, []), said)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd here")
    def test_they_may_do_little(self) -> None:
        for unit in UNITS:
            code, said = analyze("security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", unit)
            self.assertEqual(code, 0, said)

    def test_they_are_started_again_for_ever_as_the_demo_does(self) -> None:
        for unit in UNITS:
            lines = unit.read_text().splitlines()
            for wanted in ("Type=notify", "Restart=always", "StartLimitIntervalSec=0", "WatchdogSec=30"):
                self.assertIn(wanted, lines, unit.name)
            self.assertIn(f"RestartSec={RESTART_WAIT_S * 1000:.0f}ms", lines, unit.name)


if __name__ == "__main__":
    unittest.main()
