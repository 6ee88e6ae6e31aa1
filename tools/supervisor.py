# SPDX-License-Identifier: Apache-2.0
"""Starts a program again that has ended, as systemd does it on a real host (packaging/systemd): at once, for ever."""

import time

RESTART_WAIT_S = 0.5  # RestartSec of the units.


def start_again(program) -> None:
    """What the supervisor does when it finds a program ended."""
    time.sleep(RESTART_WAIT_S)
    program.start()


class Supervisor:
    """Looks after programs that have start() and is_running()."""

    def __init__(self, programs: list, say=print):
        self.programs = programs
        self.say = say
        self.restarts = 0

    def look(self) -> None:
        for program in self.programs:
            if not program.is_running():
                self.say(f"{program.name} ended; starting it again", flush=True)
                start_again(program)
                self.restarts += 1
