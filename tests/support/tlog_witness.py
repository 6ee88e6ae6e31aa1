# SPDX-License-Identifier: Apache-2.0
"""A witness by C2SP tlog-witness v1.0.0 and what anyone can check of a log with none of our code: trees, notes,
signatures by openssl. For flow tests."""

import base64
import hashlib
import struct
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what stands before an Ed25519 key.
PKCS8 = bytes.fromhex("302e020100300506032b657004220420")


def openssl(*arguments: str, data: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, of leaf hashes."""
    if not leaves:
        return hashlib.sha256().digest()
    while len(leaves) > 1:  # An odd one out goes up as it is.
        pairs = [hashlib.sha256(b"\1" + leaves[i] + leaves[i + 1]).digest() for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + ([leaves[-1]] if len(leaves) % 2 else [])
    return leaves[0]


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof
    path = ([old_root] if old & (old - 1) == 0 else []) + proof
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for node in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first = hashlib.sha256(b"\1" + node + first).digest()
            second = hashlib.sha256(b"\1" + node + second).digest()
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = hashlib.sha256(b"\1" + second + node).digest()
        fn, sn = fn >> 1, sn >> 1
    return first == old_root and second == new_root and sn == 0


def parse_note(text: str) -> tuple[str, int, bytes, dict[str, bytes]]:
    """Origin, size, root and signatures by name, key id in front."""
    body, _, lines = text.partition("\n\n")
    origin, size, root = body.split("\n")
    signatures = {}
    for line in lines.splitlines():
        dash, name, signature = line.split(" ")
        assert dash == "—"
        signatures[name] = base64.b64decode(signature)
    return origin, int(size), base64.b64decode(root), signatures


def is_signed(vkey: str, note: str, folder: Path) -> bool:
    """The log's own signature, by openssl."""
    name, _, encoded = vkey.split("+", 2)  # Base64 has that sign, too.
    *_, signatures = parse_note(note)
    (folder / "key.der").write_bytes(SPKI + base64.b64decode(encoded)[1:])
    (folder / "body").write_bytes((note.partition("\n\n")[0] + "\n").encode())
    (folder / "signature").write_bytes(signatures[name][4:])
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", folder / "key.der",
         "-in", folder / "body", "-sigfile", folder / "signature"], capture_output=True, check=False)
    return done.returncode == 0


class Witness:
    """Serves on loopback until stop(). Knows every log that is offered: enrolling is not tested here."""

    def __init__(self, folder: Path, name: str = "supervision.example/w1") -> None:
        self.name = name
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "witness.der").write_bytes(PKCS8 + hashlib.sha256(name.encode()).digest())
        public = openssl("pkey", "-inform", "DER", "-in", str(folder / "witness.der"), "-pubout",
                         "-outform", "DER")[len(SPKI):]
        typed = b"\x04" + public
        self.key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{base64.b64encode(typed).decode()}"
        self.lock = threading.Lock()
        self.heads: dict[str, tuple[int, bytes]] = {}
        self.notes: dict[str, str] = {}
        self.statuses: list[int] = []
        self.server: ThreadingHTTPServer | None = None
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/witness"

    def start(self) -> None:
        witness = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def answer(self, status: int, body: str = "", kind: str = "text/plain") -> None:
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:  # noqa: N802: the name that http.server calls.
                with witness.lock:
                    for origin, note in witness.notes.items():
                        if self.path == f"/witness/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint":
                            self.answer(200, note)
                            return
                self.answer(404)

            def do_POST(self) -> None:  # noqa: N802: likewise.
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                with witness.lock:
                    answered = witness.add(body)
                witness.statuses.append(answered[0])
                self.answer(*answered)

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def add(self, body: str) -> tuple:
        head, _, note = body.partition("\n\n")
        old_line, *proof = head.split("\n")
        old = int(old_line.removeprefix("old "))
        origin, size, root, _ = parse_note(note)
        known, known_root = self.heads.get(origin, (0, root_of([])))
        if old != known:
            return 409, f"{known}\n", "text/x.tlog.size"
        if not extends(known, known_root, size, root, [base64.b64decode(line) for line in proof]):
            return (422,)
        self.heads[origin] = (size, root)
        line = self.cosign(note.partition("\n\n")[0] + "\n")
        self.notes[origin] = note + line
        return 200, line

    def cosign(self, text: str) -> str:
        now = int(time.time())
        message = self.folder / "message"
        message.write_text(f"cosignature/v1\ntime {now}\n{text}")
        signature = openssl("pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey",
                            str(self.folder / "witness.der"), "-in", str(message))
        return f"— {self.name} {base64.b64encode(self.key_id + struct.pack('>Q', now) + signature).decode()}\n"


def raw_entries(log: Path) -> list[bytes]:
    """All whole entries of a log's folder, as bytes."""
    entries: list[bytes] = []
    bundle = 0
    while True:
        name = log / "tile" / "entries" / f"{bundle:03}"
        path = name if name.exists() else name.with_suffix(".part")
        if not path.exists():
            return entries
        data, at = path.read_bytes(), 0
        while at + 2 <= len(data):
            (length,) = struct.unpack_from(">H", data, at)
            if length == 0 or at + 2 + length > len(data):
                break
            entries.append(data[at + 2:at + 2 + length])
            at += 2 + length
        bundle += 1


def objection_to(log: Path, note: str) -> str:
    """Why the entries on this disk do not make the note's root; empty: they do."""
    _, size, root, _ = parse_note(note)
    entries = raw_entries(log)
    if len(entries) < size:
        return f"{size} signed, {len(entries)} on disk"
    return "" if root_of([leaf_hash(entry) for entry in entries[:size]]) == root else "another root"
