# SPDX-License-Identifier: Apache-2.0
"""Power cuts of real file systems: both volumes, ext4 on loop devices, are shut down under a recording, as if
their disks had lost their power, mounted again and recorded on. Judged as the kill campaign does."""

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/crash", "tests/support", "tools")]
from kill import Campaign, Kill, judge_campaign  # noqa: E402
from loop_volume import MIB, LoopVolume, may_mount  # noqa: E402
from site_on_loopback import Site  # noqa: E402

DISK_BYTES = 8192 * MIB  # Sparse; a session has to fit.


class Shutdowns(Campaign):
    """The rooms and volumes of the kill campaign on disks that lose their power together."""

    disks: list[LoopVolume]

    def say(self, text: str) -> None:
        print(f"power: {text}", file=sys.stderr, flush=True)

    def kill(self, is_early: bool = False) -> None:
        """The disks first: what the program does until it is killed too reaches nothing."""
        for disk in self.disks:
            disk.shut_down()
        self.kills.append(Kill(time.time_ns(), is_early))
        self.site.capture.process.kill()
        self.site.capture.process.wait()
        for disk in self.disks:
            disk.unmount()
            disk.mount()


def run(rounds: int, seed: int, keep: bool) -> tuple[dict, list[str]]:
    """What the kill campaign would say of it; none without root and loop devices."""
    if rounds and not may_mount():
        raise SystemExit("power: shutting ext4 down needs root and loop devices; without: --rounds 0")
    folder = Path(tempfile.mkdtemp(prefix="candor-power-"))
    campaign = Shutdowns(Site(folder), random.Random(seed))
    campaign.disks = []
    try:
        for name in ("volume-a", "volume-b"):
            campaign.disks.append(LoopVolume(folder / name, DISK_BYTES))
        campaign.run(rounds)
        return judge_campaign(campaign)
    finally:
        end(campaign, folder, keep)


def end(campaign: Shutdowns, folder: Path, keep: bool) -> None:
    try:
        if campaign.site.capture is not None and campaign.site.capture.is_running():
            campaign.site.capture.kill()
        campaign.site.stop()
        if keep:
            kept = shutil.copytree(folder, f"{folder}-kept", ignore=shutil.ignore_patterns("*.img", "*.sock"))
            campaign.say(f"kept {kept}")
    finally:
        for disk in campaign.disks:
            disk.unmount()
            disk.detach()
        shutil.rmtree(folder, ignore_errors=True)
