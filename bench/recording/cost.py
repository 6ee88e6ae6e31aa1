# SPDX-License-Identifier: Apache-2.0
"""What processes cost: processor time and memory of a process and its children, from /proc."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # Ended meanwhile.
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time; children that have ended count once they were waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[i]) for i in (11, 12)) / TICKS_PER_SECOND


def resident_mb(pids: list[int]) -> float:
    pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return sum(pages) * PAGE_MB


@dataclass(frozen=True)
class Mark:
    """A moment and what a set of processes had used until then."""

    at: float
    cpu_s: float
    pids: tuple[int, ...]

    @staticmethod
    def now(roots: list[int]) -> "Mark":
        pids = tuple(member for root in roots for member in family(root))
        return Mark(time.monotonic(), sum(cpu_seconds(pid) for pid in pids), pids)

    def cpu_percent_since(self, before: "Mark") -> float:
        """Percent of one core."""
        return 100 * (self.cpu_s - before.cpu_s) / (self.at - before.at)
