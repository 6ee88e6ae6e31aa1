# SPDX-License-Identifier: Apache-2.0
"""Runs a program in a virtual machine: Debian's own kernel, and this machine's root as it is.

For devices and faults that this kernel does not have: V4L2 (vivid), ALSA (snd-aloop), netem, dm-flakey. The
guest sees all files of this machine read-only, with a layer in memory over them; what it writes into the
output folder stays. QEMU emulates the processor (TCG): expect a tenth of the machine's speed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

BOOT_SECONDS = 90
BOOT_TRIES = 2
UP = "GUEST-UP"
ENDED = "GUEST-ENDED"
TAIL_LINES = 30
# What the guest needs before it has a root.
ROOT_MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay"]
APPLETS = ["sh", "mount", "insmod", "mkdir", "chroot", "poweroff", "cat", "echo", "ln", "cut", "sync"]
NEEDED = ["qemu-system-x86_64", "cpio", "modprobe"]

# The first process of the guest. @VARIABLES@ are put in by make_initramfs().
INIT = """#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for module in $(cat /modules/order); do insmod /modules/$module || echo "insmod $module failed"; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose root /lower || poweroff -f
mount -t tmpfs -o size=75% layer /layer; mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work root /over
for folder in proc sys dev; do mount -o bind /$folder /over/$folder; done
mkdir -p /over/dev/shm /over/dev/pts
mount -t tmpfs run /over/run; mount -t tmpfs shm /over/dev/shm; mount -t tmpfs tmp /over/tmp
mount -t devpts devpts /over/dev/pts
ln -s /proc/self/fd /over/dev/fd
mkdir -p /over/run/guest
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none output /over/run/guest
echo "@UP@ $(cut -d' ' -f1 /proc/uptime)"
chroot /over /bin/bash /run/guest/start
echo "@ENDED@ $?"
sync
poweroff -f
"""

# Runs in the guest, over this machine's root.
START = """export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8
@ENVIRONMENT@
cd @FOLDER@
ip link set lo up
for module in @MODULES@; do modprobe "$module" || exit 98; done
exec @COMMAND@ >/run/guest/log 2>&1
"""


class GuestError(RuntimeError):
    """The guest did not come up, did not end in time, or lacks something on this machine."""


@dataclass
class Guest:
    """One virtual machine. `output` is /run/guest inside; the serial console is kept there."""

    output: Path
    modules: list[str] = field(default_factory=list)  # Loaded before the command: "vivid", "sch_netem", ...
    environment: dict[str, str] = field(default_factory=dict)
    memory_mib: int = 2048
    processors: int = 2

    def run(self, command: list[str], seconds: float) -> int:
        """Boots, runs the command in this machine's files, powers off. Returns the command's exit code; what
        it printed is in `output`/log. Errors: GuestError, with the end of the serial console."""
        check_installed()
        self.output.mkdir(parents=True, exist_ok=True)
        self.write_start(command)
        with tempfile.TemporaryDirectory(prefix="candor-guest-") as folder:
            initramfs = make_initramfs(Path(folder), kernel_release())
            for attempt in range(BOOT_TRIES):
                if self.boot(initramfs, seconds):
                    return self.exit_code()
                print(f"guest: not up within {BOOT_SECONDS} s, try {attempt + 1}", file=sys.stderr)
        raise GuestError(f"the guest does not boot\n{self.tail()}")

    @property
    def serial(self) -> Path:
        return self.output / "serial"

    def write_start(self, command: list[str]) -> None:
        start = START
        for name, value in {
            "ENVIRONMENT": "\n".join(f"export {key}={quoted(it)}" for key, it in self.environment.items()),
            "FOLDER": quoted(str(Path.cwd())),
            "MODULES": " ".join(quoted(module) for module in self.modules),
            "COMMAND": " ".join(quoted(word) for word in command),
        }.items():
            start = start.replace(f"@{name}@", value)
        (self.output / "start").write_text(start)

    def boot(self, initramfs: Path, seconds: float) -> bool:
        """False when the guest did not come up in time; then it may be tried again."""
        began = time.monotonic()
        with (self.output / "qemu").open("wb") as log:
            machine = subprocess.Popen(
                self.machine(initramfs),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            while machine.poll() is None:
                is_up = UP in self.console()
                if not is_up and time.monotonic() - began > BOOT_SECONDS:
                    return False
                if time.monotonic() - began > BOOT_SECONDS + seconds:
                    raise GuestError(f"the guest did not end within {seconds} s\n{self.tail()}")
                time.sleep(0.2)
            return UP in self.console()
        finally:
            end(machine)

    def machine(self, initramfs: Path) -> list[str]:
        release = kernel_release()
        shares = []
        for tag, path, mode in (("root", "/", ",readonly=on"), ("output", str(self.output.resolve()), "")):
            shares += [
                "-fsdev",
                f"local,id={tag},path={path},security_model=none,multidevs=remap{mode}",
                "-device",
                f"virtio-9p-pci,fsdev={tag},mount_tag={tag}",
            ]
        return [
            *("nice", "-n", "5", "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max"),
            *("-smp", str(self.processors), "-m", str(self.memory_mib)),
            *("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"),
            *("-serial", f"file:{self.serial}"),
            *("-kernel", f"/boot/vmlinuz-{release}", "-initrd", str(initramfs)),
            *("-append", "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on"),
            *shares,
        ]

    def console(self) -> str:
        return self.serial.read_text(errors="replace") if self.serial.exists() else ""

    def exit_code(self) -> int:
        for line in reversed(self.console().splitlines()):
            if line.startswith(ENDED):
                return int(line.split()[1])
        raise GuestError(f"the guest stopped before its command ended\n{self.tail()}")

    def tail(self) -> str:
        log = self.output / "log"
        lines = self.console().splitlines()[-TAIL_LINES:]
        lines += log.read_text(errors="replace").splitlines()[-TAIL_LINES:] if log.exists() else []
        return "\n".join(lines)


def quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def end(machine: subprocess.Popen) -> None:
    """Ends QEMU by its own id, if it still runs. It is nice's process too: nice becomes it."""
    if machine.poll() is None:
        machine.send_signal(signal.SIGKILL)
    machine.wait()


def check_installed() -> None:
    missing = [name for name in NEEDED if find_program(name) is None]
    if missing or not Path("/bin/busybox").exists():
        raise GuestError(f"missing {', '.join(missing) or 'busybox-static'}: ./dev campaign installs it")
    kernel_release()


def find_program(name: str) -> str | None:
    """Administrators' programs too, which are not in everybody's PATH."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def kernel_release() -> str:
    """The newest of Debian's kernels on this machine that has its modules."""
    found = [path.name.removeprefix("vmlinuz-") for path in Path("/boot").glob("vmlinuz-*")]
    found = [release for release in found if (Path("/lib/modules") / release / "modules.dep").exists()]
    if not found:
        raise GuestError("no kernel in /boot with its modules; install linux-image-amd64")
    return max(found, key=lambda release: [int(part) for part in re.findall(r"\d+", release)])


def module_files(release: str, modules: list[str]) -> list[Path]:
    """Files of the modules and of all they need, in the order of loading; what is built in has none."""
    done = subprocess.run(
        [find_program("modprobe"), "--set-version", release, "--show-depends", "--all", *modules],
        capture_output=True,
        text=True,
        check=False,
    )
    files = [Path(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("insmod ")]
    if not files:
        raise GuestError(f"modprobe knows none of {modules} for {release}: {done.stderr.strip()}")
    return list(dict.fromkeys(files))


def make_initramfs(folder: Path, release: str) -> Path:
    """A root of busybox and a few modules; about 2 MB."""
    root = folder / "initramfs"
    for name in ("bin", "proc", "sys", "dev", "lower", "layer", "over", "modules"):
        (root / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin" / "busybox")
    for applet in APPLETS:
        (root / "bin" / applet).symlink_to("busybox")
    files = module_files(release, ROOT_MODULES)
    for file in files:
        shutil.copy(file, root / "modules")
    (root / "modules" / "order").write_text("\n".join(file.name for file in files))
    (root / "init").write_text(INIT.replace("@UP@", UP).replace("@ENDED@", ENDED))
    (root / "init").chmod(0o755)
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    packed = folder / "initramfs.cpio"
    with packed.open("wb") as out:
        subprocess.run(
            ["cpio", "--create", "--format=newc", "--quiet"],
            input=names.encode(),
            stdout=out,
            cwd=root,
            check=True,
        )
    return packed
