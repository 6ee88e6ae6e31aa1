# SPDX-License-Identifier: Apache-2.0
"""A Candor site on two machines: cameras and capture on one, the monitor on the other, a cable between them.

The machines are network namespaces with folders of their own; they are enrolled by the commands that a person uses.
Needs root. What is checked is the caller's."""

import contextlib
import ctypes
import os
import secrets
import subprocess
from pathlib import Path

from site_on_loopback import ROOT, SHORT_SESSIONS, Program, Site, binaries, two_volumes

CAPTURE_ADDRESS = "192.0.2.1"  # Of RFC 5737; nobody else is in these namespaces.
MONITOR_ADDRESS = "192.0.2.2"
LINK_PORT = 8443
CLONE_NEWNET = 0x40000000


def ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def why_no_namespaces() -> str:
    """Empty when network namespaces can be made here."""
    name = f"candor-{os.getpid()}-try"
    try:
        ip("netns", "add", name)
        ip("netns", "del", name)
    except (OSError, RuntimeError) as error:
        return f"no network namespaces here: {error}"
    return ""


class Machine:
    """A network namespace with a name that nobody else has."""

    def __init__(self, kind: str, folder: Path):
        self.name = f"candor-{os.getpid()}-{secrets.token_hex(3)}-{kind}"
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")

    def command(self, arguments: list[str]) -> list[str]:
        return ["ip", "netns", "exec", self.name, *arguments]

    def connect(self, other: "Machine", address: str, other_address: str) -> None:
        ip("link", "add", "cable", "netns", self.name, "type", "veth", "peer", "name", "cable", "netns", other.name)
        for machine, own in ((self, address), (other, other_address)):
            ip("-n", machine.name, "address", "add", f"{own}/24", "dev", "cable")
            ip("-n", machine.name, "link", "set", "cable", "up")

    def plug(self, is_in: bool) -> None:
        """Pulls the cable or plugs it in."""
        ip("-n", self.name, "link", "set", "cable", "up" if is_in else "down")

    @contextlib.contextmanager
    def entered(self):
        """Sockets that this thread makes inside belong to the machine."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net") as before, open(f"/run/netns/{self.name}") as there:
            if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                libc.setns(before.fileno(), CLONE_NEWNET)

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)


def tls_section(section: str, folder: Path) -> str:
    return f"""
[{section}]
ca = "{folder}/ca.pem"
certificate = "{folder}/certificate.pem"
key = "{folder}/key.pem"
crl = "{folder}/crl.pem"
"""


class TwoMachineSite(Site):
    """As Site, whose folder is that of the capture host; the monitor's and the CA's lie beside it."""

    def __init__(self, folder: Path):
        super().__init__(folder / "host-1")
        self.ca = folder / "ca"
        self.passphrase = secrets.token_urlsafe(12)
        self.host = Machine("capture", self.folder)
        try:
            self.office = Machine("monitor", folder / "monitor-1")
            self.host.connect(self.office, CAPTURE_ADDRESS, MONITOR_ADDRESS)
        except RuntimeError:
            self.host.remove()
            raise
        self.office_config = self.office.folder / "candor.toml"

    def program(self, name: str, arguments: list[str]) -> Program:
        return Program(name, self.host.command(arguments), self.folder)

    def start_monitor(self) -> None:
        arguments = [str(binaries() / "candor-monitor"), "--config", str(self.office_config)]
        self.monitor = Program("monitor", self.office.command(arguments), self.office.folder)

    def at_console(self):
        return self.office.entered()

    def console_command(self, arguments: list[str]) -> list[str]:
        return self.office.command(arguments)

    def configure_all(self, port: int, rooms: list[str]) -> None:
        """Enrols both machines and writes their files; the console listens on the monitor's loopback."""
        self.make_ca()
        self.enrol("capture", "host-1", self.folder / "pki")
        self.enrol("monitor", "monitor-1", self.office.folder / "pki")
        site = '[site]\nname = "demo"\nauthority = "candor.example"\n'
        self.write_config(f"""{site}
[capture]
host = "host-1"
state = "{self.folder}/capture"
socket = "{self.folder}/capture.sock"
listen = "{CAPTURE_ADDRESS}:{LINK_PORT}"
{tls_section("capture.tls", self.folder / "pki")}
{"".join(two_volumes(self.folder))}
[limits]
{SHORT_SESSIONS}
{"".join(rooms)}""")
        self.office_config.write_text(f"""{site}
[monitor]
name = "monitor-1"
listen = "127.0.0.1:{port}"
state = "{self.office.folder}/monitor"
console = "{ROOT}/web/dist"
{tls_section("monitor.tls", self.office.folder / "pki")}
[[monitor.host]]
name = "host-1"
address = "{CAPTURE_ADDRESS}:{LINK_PORT}"
""")

    def candor(self, *arguments: str, text: str | None = None) -> str:
        """Accounts are the monitor's, sessions the host's."""
        path = self.office_config if arguments[0] == "user" else self.config_path
        return self.run([*arguments, "--config", str(path)], text)

    def run(self, arguments: list[str], text: str | None = None) -> str:
        done = subprocess.run([str(binaries() / "candor"), *arguments], input=text, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"candor {' '.join(arguments[:2])}: {done.stderr.strip()}")
        return done.stdout

    def run_ca(self, *arguments: str) -> str:
        return self.run(["ca", *arguments, "--folder", str(self.ca), "--passphrase-stdin"], self.passphrase + "\n")

    def make_ca(self) -> None:
        self.run_ca("init", "--site", "demo")

    def ask_to_enrol(self, role: str, name: str, folder: Path) -> Path:
        """The request of a host or monitor that was invited."""
        code = self.run(["ca", "invite", "--folder", str(self.ca), "--role", role, "--name", name]).strip()
        self.run(["enrol", "--folder", str(folder), "--site", "demo", "--role", role, "--name", name, "--code", code])
        return folder / "request.pem"

    def install(self, certificate: Path, folder: Path) -> None:
        self.run(["enrol", "--folder", str(folder), "--install", str(certificate), "--ca", str(self.ca / "ca.pem"),
                  "--crl", str(self.ca / "crl.pem")])

    def enrol(self, role: str, name: str, folder: Path) -> None:
        request = self.ask_to_enrol(role, name, folder)
        certificate = folder / "signed.pem"
        self.run_ca("sign", str(request), "--out", str(certificate))
        self.install(certificate, folder)

    def stop(self) -> None:
        try:
            super().stop()
        finally:
            self.host.remove()
            self.office.remove()
