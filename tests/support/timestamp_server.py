# SPDX-License-Identifier: Apache-2.0
"""A time stamp authority of its own: a CA, a key, and `openssl ts -reply` behind HTTP. It is down, slow
or wrong when a test says so."""

import contextlib
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[authority]
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256
signer_digest = sha256
serial = {folder}/serial
accuracy = secs:1
ess_cert_id_alg = sha256
"""
KEYS = {
    "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}


class TimestampAuthority:
    """Listens on a port of its own until close(). `ways` are what happens to the next questions, then all goes
    well: "down" (500), "garbage", "imprint" (a token over other bytes), "slow" (no answer, for ever), "trickle" (a
    byte now and then), "long" (more than an answer may be)."""

    def __init__(self, folder: Path, name: str, key: str, ways: list[str] | None = None) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.ways = list(ways or [])
        self.log: list[str] = []
        self.lock = threading.Lock()
        (self.folder / "openssl.cnf").write_text(CONFIGURATION.format(name=name, folder=self.folder))
        self.make_keys(key)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    def openssl(self, *arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments],
            cwd=self.folder,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )

    def make_keys(self, key: str) -> None:
        for name in ("ca", "tsa"):
            self.openssl("genpkey", *KEYS[key], "-out", f"{name}.key")
        use = ["-config", "openssl.cnf", "-sha256"]
        self.openssl(
            "req", "-x509", "-new", *use, "-key", "ca.key", "-days", "30", "-extensions", "ca", "-out", "ca.pem"
        )
        self.openssl("req", "-new", *use, "-key", "tsa.key", "-subj", "/CN=stamping", "-out", "tsa.csr")
        self.openssl(
            *("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", "30", "-sha256", "-extfile", "openssl.cnf", "-extensions", "tsa", "-out", "tsa.pem"),
        )
        (self.folder / "serial").write_text("01\n")

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        self.openssl(
            *("ts", "-reply", "-queryfile", "query.tsq", "-config", "openssl.cnf", "-section", "authority"),
            *("-signer", "tsa.pem", "-inkey", "tsa.key", "-chain", "ca.pem", "-out", "reply.tsr"),
        )
        return (self.folder / "reply.tsr").read_bytes()

    def reply_over_other_bytes(self) -> bytes:
        (self.folder / "other").write_text("something else")
        self.openssl("ts", "-query", "-data", "other", "-sha256", "-cert", "-out", "other.tsq")
        return self.reply((self.folder / "other.tsq").read_bytes())

    def answer(self, query: bytes) -> tuple[int, bytes]:
        with self.lock:
            way = self.ways.pop(0) if self.ways else "good"
            self.log.append(way)
            if way == "down":
                return 500, b"out of order"
            if way == "garbage":
                return 200, b"<html>not a time stamp</html>"
            if way == "long":
                return 200, bytes(1 << 20)
            if way == "imprint":
                return 200, self.reply_over_other_bytes()
        while way == "slow":
            time.sleep(1)
        with self.lock:
            return 200, self.reply(query)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Content-Type"] != "application/timestamp-query" or self.path != "/tsa":
                    self.send_error(400)
                    return
                status, body = authority.answer(query)
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if authority.log[-1] != "trickle":
                    self.wfile.write(body)
                    return
                with contextlib.suppress(OSError):  # Who asked has gone.
                    for byte in body:
                        self.wfile.write(bytes([byte]))
                        time.sleep(0.2)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def main() -> None:
    """FOLDER NAME KEY [WAY...]: says its port and serves until standard input ends."""
    folder, name, key, *ways = sys.argv[1:]
    authority = TimestampAuthority(Path(folder), name, key, ways)
    sys.stdout.write(f"{authority.port}\n")  # In one piece.
    sys.stdout.flush()
    sys.stdin.read()
    authority.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
