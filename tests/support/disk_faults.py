# SPDX-License-Identifier: Apache-2.0
"""The rows of the disk campaign: what happens to a volume, how it is repaired, and what the recorder must say."""

import errno
import re
from collections.abc import Callable
from dataclasses import dataclass

from failing_calls import FailingCalls, Rule
from loop_volume import MIB, LoopVolume

NO_SPACE = "No space left on device|kept for the logs"
GONE = "Input/output error|no volume is there"
SLOW = "behind by|does not answer|too slow"


@dataclass
class Victim:
    """A volume as a fault sees it."""

    name: str
    disk: LoopVolume
    calls: FailingCalls

    def refuse(self, call: str, below: str = "/") -> None:
        self.calls.begin(Rule(call, f"{self.disk.folder}{below}", errno.EIO))

    def delay_syncs(self, wait_ms: int) -> None:
        rules = (Rule(call, f"{self.disk.folder}/", 0, wait_ms) for call in ("sync", "sync-folder"))
        self.calls.begin(*rules)

    def allow(self) -> None:
        self.calls.end()

    def take_back(self) -> None:
        """What a person does who has looked at the disk."""
        self.allow()
        (self.disk.folder / "volume.retired").unlink()

    def pull_out(self) -> None:
        self.disk.shut_down()
        self.disk.unmount_lazily()

    def plug_in(self) -> None:
        self.disk.unmount()
        self.disk.detach()
        self.disk.mount()

    def mend(self) -> None:
        self.disk.unmount()
        self.disk.check()
        self.disk.mount()


@dataclass(frozen=True)
class Row:
    """`cause`: what the status and the log must say, a pattern. `needs_device`: not for a plain folder."""

    name: str
    begin: Callable[[Victim], None]
    end: Callable[[Victim], None]
    cause: str
    hold_s: float = 6
    needs_device: bool = False

    def is_cause(self, text: str) -> bool:
        return re.search(self.cause, text) is not None


def on_device(name: str, begin: Callable[[Victim], None], end: Callable[[Victim], None], cause: str) -> Row:
    return Row(name, begin, end, cause, needs_device=True)


ROWS = (
    on_device("no-space", lambda it: it.disk.fill(0), lambda it: it.disk.empty(), NO_SPACE),
    on_device("nearly-full", lambda it: it.disk.fill(4 * MIB), lambda it: it.disk.empty(), NO_SPACE),
    Row("write-error", lambda it: it.refuse("write"), Victim.allow, "write: Input/output error"),
    Row("sync-error", lambda it: it.refuse("sync"), Victim.allow, "sync: Input/output error"),
    Row("file-sync-error", lambda it: it.refuse("sync", "/media/"), Victim.allow, "sync: Input/output error"),
    Row("folder-sync-error", lambda it: it.refuse("sync-folder"), Victim.take_back, "sync folder: Input/output"),
    Row("slow", lambda it: it.delay_syncs(2000), Victim.allow, SLOW, hold_s=15),
    Row("stuck", lambda it: it.delay_syncs(20_000), Victim.allow, SLOW, hold_s=15),
    on_device("read-only", lambda it: it.disk.make_read_only(), Victim.mend, "Read-only file system"),
    on_device("gone", lambda it: it.disk.shut_down(), Victim.plug_in, GONE),
    on_device("pulled-out", Victim.pull_out, Victim.plug_in, GONE),
    on_device("unmounted", lambda it: it.disk.unmount_lazily(), lambda it: it.disk.mount(), GONE),
)
QUICK = ("no-space", "sync-error", "unmounted")
