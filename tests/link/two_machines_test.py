# SPDX-License-Identifier: Apache-2.0
"""capture and monitor on two machines: enrolled by the commands, seen live, refused for each reason, away and back.

One site for all tests; the one that revokes the monitor itself comes last."""

import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(Path(__file__).resolve().parent)]
from monitor_client import MonitorClient  # noqa: E402
from site_on_loopback import binaries, free_port, room, source  # noqa: E402
from site_on_two_machines import CAPTURE_ADDRESS, LINK_PORT, TwoMachineSite, why_no_namespaces  # noqa: E402

SKIPPED = 77
HEIGHT = 360
RELOADED_WITHIN = 60  # The promise of docs/design/pki.md.


class TwoMachinesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="candor-link-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.site = TwoMachineSite(cls.folder)
        cls.addClassCleanup(cls.site.stop)
        try:
            cls.start()
        except Exception:
            cls.print_logs()
            raise

    @classmethod
    def start(cls) -> None:
        site = cls.site
        cameras, console = free_port(), free_port()
        url = f"rtsp://127.0.0.1:{cameras}/cam/0"
        site.configure_all(console, [
            room("waiting-1", "waiting", "Waiting room", "候问室", [source("cam", url, True, "Camera", "摄像机")]),
            room("inquiry-1", "inquiry", "Inquiry room", "询问室", [source("cam", url, True, "Camera", "摄像机")])])
        site.start_cameras(cameras, 1, HEIGHT)
        site.start_capture()
        site.wait_for_states(waiting_1="recording", inquiry_1="ready")
        password = site.add_account("anna", "supervisor")
        site.start_monitor()

        def is_connected() -> bool:
            cls.client = MonitorClient(site.office, console, "anna", password)
            return cls.client.host()["state"] == "connected"

        site.wait_for("connected host", is_connected)

    @classmethod
    def print_logs(cls) -> None:
        for log in sorted(cls.folder.rglob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)

    def enrolled(self, role: str, name: str) -> Path:
        folder = self.folder / name
        self.site.enrol(role, name, folder)
        return folder

    @contextmanager
    def connection(self, pki: Path | None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3):
        """To capture over the network, for a program with these credentials."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(self.site.ca / "ca.pem")
        context.minimum_version = context.maximum_version = version
        if pki is not None:
            context.load_cert_chain(pki / "certificate.pem", pki / "key.pem")
        with self.site.office.entered():
            plain = socket.create_connection((CAPTURE_ADDRESS, LINK_PORT), timeout=10)
        with plain, context.wrap_socket(plain) as secure:
            yield secure

    def ask(self, pki: Path | None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> str:
        """What such a program is answered: the body, or why not."""
        try:
            with self.connection(pki, version) as secure:
                secure.sendall(b"GET /v1/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return b"".join(iter(lambda: secure.recv(4096), b"")).decode()
        except OSError as error:
            return f"refused: {error}"

    def expect_refused(self, pki: Path | None, alert: str, reason: str) -> None:
        self.assertRegex(self.ask(pki), f"(?i)refused: .*({alert}|reset|EOF)")
        self.site.wait_for(f"reason '{reason}' in capture's log",
                           lambda: reason in self.site.capture.log_path.read_text())

    def test_01_a_room_is_seen_live_across_the_network(self) -> None:
        self.assertEqual(self.client.room("waiting-1")["state"], "recording")

        view = self.client.watch("waiting-1")
        self.addCleanup(view.close)

        self.assertGreater(view.chunks(50), 10_000)

    def test_02_a_session_is_started_ended_and_fetched(self) -> None:
        session = self.client.ask("POST", "/api/sessions", {
            "room": "inquiry-1", "case": "A-1", "person": {"name": "Zhang"}, "interrogators": [{"name": "Li"}]})
        self.site.wait_for("recording", lambda: self.client.room("inquiry-1")["state"] == "recording")

        ended = self.client.ask("POST", f"/api/sessions/{session['session']}/end", {"reason": "test"})

        self.assertEqual(ended["by"], "monitor-1/anna")
        self.client.say_why(session=session["session"])
        shown = self.client.ask("GET", f"/api/sessions/{session['session']}")
        stream = shown["streams"][0]["stream"]
        status, head, body = self.client.send("GET", f"/api/sessions/{session['session']}/streams/{stream}/media.mp4")
        self.assertEqual((status, head["content-type"], int(head["content-length"])), (200, "video/mp4", len(body)))
        self.assertEqual(body[4:8], b"ftyp")

    def test_03_a_monitor_is_let_in_and_nobody_without_certificate(self) -> None:
        self.assertIn('"link":1', self.ask(self.enrolled("monitor", "monitor-2")))
        self.expect_refused(None, "certificate required", "peer did not return a certificate")

    def test_04_another_role_is_refused(self) -> None:
        self.expect_refused(self.enrolled("capture", "host-2"), "handshake failure",
                            "it has the role capture; only monitor is let in here")

    def test_05_an_expired_certificate_is_refused(self) -> None:
        folder = self.folder / "monitor-3"
        request = self.site.ask_to_enrol("monitor", "monitor-3", folder)
        self.sign_as_of_last_year(request, folder / "certificate.pem", "candor://demo/monitor/monitor-3")
        (folder / "request.key").rename(folder / "key.pem")

        self.expect_refused(folder, "certificate expired", "its certificate has expired")

    def sign_as_of_last_year(self, request: Path, certificate: Path, uri: str) -> None:
        """With openssl: candor signs from now on only."""
        work = self.folder / "openssl"
        work.mkdir()
        (work / "index.txt").touch()
        (work / "serial").write_text("1234\n")
        (work / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={work}/index.txt\nserial={work}/serial\nnew_certs_dir={work}\n"
            "default_md=sha256\npolicy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n"
            f"[x]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
            f"subjectAltName=critical,URI:{uri}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always\n")
        year_ago = datetime.now(UTC) - timedelta(days=365)
        times = [f"{year_ago + timedelta(days=days):%Y%m%d%H%M%SZ}" for days in (0, 90)]
        subprocess.run(
            ["openssl", "ca", "-batch", "-notext", "-config", str(work / "ca.cnf"), "-in", str(request),
             "-cert", str(self.site.ca / "ca.pem"), "-keyfile", str(self.site.ca / "ca.key"),
             "-passin", f"pass:{self.site.passphrase}", "-startdate", times[0], "-enddate", times[1],
             "-out", str(certificate)], check=True, capture_output=True)

    def test_06_tls_1_2_and_plain_http_are_refused(self) -> None:
        self.assertRegex(self.ask(self.enrolled("monitor", "monitor-4"), ssl.TLSVersion.TLSv1_2), "refused: ")
        with self.site.office.entered():
            plain = socket.create_connection((CAPTURE_ADDRESS, LINK_PORT), timeout=10)
        with plain:
            plain.sendall(b"GET /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertNotIn(b"HTTP", plain.recv(4096))

    def test_07_one_revoked_while_all_runs_is_refused_at_its_next_connection(self) -> None:
        pki = self.enrolled("monitor", "monitor-5")
        self.assertIn('"link":1', self.ask(pki))
        self.revoke("monitor-5")

        self.site.wait_for("refusal", lambda: self.ask(pki).startswith("refused"), RELOADED_WITHIN)

        self.expect_refused(pki, "certificate revoked", "its certificate is revoked")
        self.assertEqual(self.client.host()["state"], "connected")

    def revoke(self, name: str, told: Path | None = None) -> None:
        """Brings the new list to one machine: capture's, unless told."""
        self.site.run_ca("revoke", "--name", name)
        folder = (told or self.site.folder) / "pki"
        self.site.run(["enrol", "--folder", str(folder), "--crl", str(self.site.ca / "crl.pem")])

    def test_08_an_open_feed_ends_when_its_monitor_is_revoked(self) -> None:
        with self.connection(self.enrolled("monitor", "monitor-6")) as feed:
            feed.sendall(b"GET /v1/feed?room=waiting-1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                         b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                         b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            self.assertIn(b" 101 ", feed.recv(4096))
            self.assertGreater(len(feed.recv(1 << 16)), 0)
            self.revoke("monitor-6")

            self.assertLess(self.seconds_until_end(feed), RELOADED_WITHIN)

    def seconds_until_end(self, feed: ssl.SSLSocket) -> float:
        """It is read on meanwhile: media comes until the other side closes."""
        begun = time.monotonic()
        with suppress(OSError):
            while feed.recv(1 << 16) and time.monotonic() - begun < RELOADED_WITHIN:
                pass
        return time.monotonic() - begun

    def test_09_the_host_is_away_without_a_cable_and_back_with_it(self) -> None:
        self.site.host.plug(False)
        self.site.wait_for("host away", lambda: self.client.host()["state"] == "away", 40)
        self.assertEqual(self.site.status()["rooms"][0]["state"], "recording")

        self.site.host.plug(True)

        self.site.wait_for("host back", lambda: self.client.host()["state"] == "connected", 40)
        view = self.client.watch("waiting-1")
        self.addCleanup(view.close)
        self.assertGreater(view.chunks(50), 10_000)

    def test_10_a_revoked_host_is_watched_no_more_and_is_back_when_it_is_enrolled_anew(self) -> None:
        view = self.client.watch("waiting-1")
        self.addCleanup(view.close)
        view.chunks(10)
        self.revoke("host-1", self.site.office.folder)

        self.assertIn("end", iter(view.message_type, None))

        self.site.wait_for("host away", lambda: self.client.host()["state"] == "away", RELOADED_WITHIN)
        self.assertIn("live.host-refused", self.site.monitor.log_path.read_text())
        self.site.enrol("capture", "host-1", self.site.folder / "pki")
        self.site.wait_for("host back", lambda: self.client.host()["state"] == "connected", RELOADED_WITHIN)

    def test_11_a_revoked_monitor_loses_what_it_watches(self) -> None:
        view = self.client.watch("waiting-1")
        self.addCleanup(view.close)
        view.chunks(10)
        self.revoke("monitor-1")

        self.site.wait_for("host away", lambda: self.client.host()["state"] == "away", RELOADED_WITHIN)

        self.assertIn("refuses our certificate", self.site.monitor.log_path.read_text())
        self.assertEqual(self.site.status()["rooms"][0]["state"], "recording")


def main() -> None:
    missing = [name for name in ("candor", "candor-camsim", "candor-capture", "candor-monitor")
               if not (binaries() / name).exists()]
    if missing:
        raise SystemExit(f"{binaries()} has no {', '.join(missing)}; build it or set CANDOR_BIN")
    if reason := why_no_namespaces():
        print(f"skipped: {reason}; run it as root")
        raise SystemExit(SKIPPED)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
