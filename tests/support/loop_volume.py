# SPDX-License-Identifier: Apache-2.0
"""A volume on a file system of its own, which can be filled, made read-only, pulled out and put back. Needs root
and loop devices."""

import contextlib
import fcntl
import os
import struct
import subprocess
import time
from pathlib import Path

MIB = 1 << 20
# _IOR('X', 125, __u32) of ext4: the file system gives EIO from then on; 2: its journal is not flushed.
EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2


class StillInUse(Exception):
    """A program holds files of a volume that it should have given up."""


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


def may_mount() -> bool:
    """Loop devices are there, and this process may mount them (CAP_SYS_ADMIN): a container's root may not."""
    words = Path("/proc/self/status").read_text().split()
    capabilities = int(words[words.index("CapEff:") + 1], 16)
    return capabilities >> 21 & 1 == 1 and Path("/dev/loop-control").exists()


def is_mounted(folder: Path) -> bool:
    """By the kernel's table: a file system that was shut down may refuse even to be looked at."""
    table = Path("/proc/self/mounts").read_text().splitlines()
    return str(folder) in (line.split()[1] for line in table)


class LoopVolume:
    """An ext4 file system in a sparse file, mounted at `folder`."""

    def __init__(self, folder: Path, bytes_total: int):
        self.folder = folder
        self.image = folder.with_suffix(".img")
        self.device = ""
        folder.mkdir(parents=True)
        with self.image.open("wb") as image:
            image.truncate(bytes_total)
        run("mkfs.ext4", "-q", "-m", "0", str(self.image))
        self.mount()

    def mount(self) -> None:
        self.device = self.device or run("losetup", "--find", "--show", str(self.image))
        run("mount", self.device, str(self.folder))

    def unmount(self, patience_s: float = 15) -> None:
        """Errors: StillInUse; it is then unmounted as soon as nobody uses it."""
        deadline = time.monotonic() + patience_s
        while is_mounted(self.folder):
            try:
                run("umount", str(self.folder))
            except OSError as error:
                if time.monotonic() > deadline:
                    self.unmount_lazily()
                    raise StillInUse(str(error)) from error
                time.sleep(0.2)

    def unmount_lazily(self) -> None:
        """The folder is an empty one of the file system below at once; open files stay usable."""
        run("umount", "--lazy", str(self.folder))

    def detach(self, patience_s: float = 15) -> None:
        """Takes the device away. Errors: StillInUse."""
        run("losetup", "--detach", self.device)
        self.device = ""
        deadline = time.monotonic() + patience_s
        while run("losetup", "--associated", str(self.image)):
            if time.monotonic() > deadline:
                raise StillInUse(f"{self.image}: its device is still in use")
            time.sleep(0.2)

    def shut_down(self) -> None:
        """As if the disk was pulled out: every call gives EIO."""
        fd = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(fd)

    def make_read_only(self) -> None:
        """What ext4 does by itself after an error; a plain remount is refused while a file is written."""
        run("mount", "-o", "remount,abort", str(self.folder))

    def check(self) -> None:
        """Repairs what ext4 has marked as faulty. It must not be mounted."""
        done = subprocess.run(["e2fsck", "-p", self.device], capture_output=True, text=True, check=False)
        if done.returncode > 1:
            raise OSError(f"e2fsck: {done.stdout.strip()} {done.stderr.strip()}")

    def fill(self, bytes_left: int) -> None:
        """A ballast takes all but so much."""
        status = os.statvfs(self.folder)
        free = status.f_bavail * status.f_frsize
        ballast = os.open(self.folder / "ballast", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.posix_fallocate(ballast, 0, free - max(bytes_left, MIB))
            with contextlib.suppress(OSError):  # No space left.
                while bytes_left == 0:
                    os.write(ballast, bytes(4096))
        finally:
            os.close(ballast)

    def empty(self) -> None:
        (self.folder / "ballast").unlink()

    def close(self) -> None:
        """Unmounts and detaches, whatever state it is in. Never fails."""
        with contextlib.suppress(OSError, StillInUse):
            self.unmount(2)
        with contextlib.suppress(OSError):
            if self.device:
                run("losetup", "--detach", self.device)


class PlainVolume:
    """A folder beside others, where no device can be had."""

    def __init__(self, folder: Path, bytes_total: int):
        del bytes_total
        self.folder = folder
        folder.mkdir(parents=True)

    def close(self) -> None:
        """Nothing is mounted."""
