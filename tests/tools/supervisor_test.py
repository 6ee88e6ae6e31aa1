# SPDX-License-Identifier: Apache-2.0
"""The demo's supervisor: a program that dies is running again, the others are left alone."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from site_on_loopback import Program  # noqa: E402
from supervisor import Supervisor  # noqa: E402


def silence(*_: object, **__: object) -> None:
    pass


class SupervisorTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.programs = [Program(name, ["sleep", "60"], Path(folder.name)) for name in ("one", "two")]
        for program in self.programs:
            self.addCleanup(program.kill)
        self.supervisor = Supervisor(self.programs, silence)

    def test_program_that_was_killed_runs_again(self) -> None:
        one, two = self.programs
        other = two.process.pid
        one.kill()
        self.supervisor.look()
        self.assertTrue(one.is_running())
        self.assertEqual(two.process.pid, other)
        self.assertEqual(self.supervisor.restarts, 1)

    def test_programs_that_run_are_left_alone(self) -> None:
        self.supervisor.look()
        self.assertEqual(self.supervisor.restarts, 0)


if __name__ == "__main__":
    unittest.main()
