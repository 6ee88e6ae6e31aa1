# SPDX-License-Identifier: Apache-2.0
"""A log as it shows itself to a witness, and the witness's side checked: RFC 6962, C2SP signed-note and tlog-cosignature
written anew, with no code of ours."""

import base64
import hashlib
import http.client
import os
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def split_of(leaves: int) -> int:
    """The largest power of two below."""
    return 1 << ((leaves - 1).bit_length() - 1)


class ShownLog:
    """Its first `base` entries are unknown but for the roots of their whole subtrees: a log of any age costs nothing."""

    def __init__(self, origin: str, base: int = 0, seed: bytes | None = None, other: "ShownLog | None" = None):
        self.origin = origin
        self.base = base
        self.key = other.key if other else Ed25519PrivateKey.from_private_bytes(seed or os.urandom(32))
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        typed = b"\x01" + public  # Ed25519.
        self.key_id = sha256(origin.encode() + b"\n" + typed)[:4]
        self.vkey = f"{origin}+{self.key_id.hex()}+{base64.b64encode(typed).decode()}"
        self.known: dict[tuple[int, int], bytes] = {}
        self.leaves: list[bytes] = []
        begin = 0
        for bit in reversed(range(base.bit_length())):
            if base >> bit & 1:
                self.known[begin, begin + (1 << bit)] = other.known[begin, begin + (1 << bit)] if other else os.urandom(32)
                begin += 1 << bit

    @property
    def size(self) -> int:
        return self.base + len(self.leaves)

    def append(self, count: int = 1) -> None:
        for _ in range(count):
            self.leaves.append(sha256(b"\0" + os.urandom(8)))

    def forked(self, size: int) -> "ShownLog":
        """The same key and the same entries up to there, then others up to our size."""
        fork = ShownLog(self.origin, self.base, other=self)
        fork.leaves = self.leaves[: size - self.base]
        fork.append(self.size - fork.size)
        return fork

    def subtree(self, begin: int, end: int) -> bytes:
        if begin == end:
            return sha256(b"")
        found = self.known.get((begin, end))
        if found is None and end - begin == 1:
            return self.leaves[begin - self.base]
        if found is None:
            middle = begin + split_of(end - begin)
            found = sha256(b"\1" + self.subtree(begin, middle) + self.subtree(middle, end))
            if end - begin == 1 << (end - begin).bit_length() - 1 and begin % (end - begin) == 0:
                self.known[begin, end] = found
        return found

    def root(self, size: int) -> bytes:
        return self.subtree(0, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        def proof(known: int, begin: int, end: int, is_whole: bool) -> list[bytes]:
            if known == end - begin:
                return [] if is_whole else [self.subtree(begin, end)]
            middle = split_of(end - begin)
            if known <= middle:
                return [*proof(known, begin, begin + middle, is_whole), self.subtree(begin + middle, end)]
            return [*proof(known - middle, begin + middle, end, False), self.subtree(begin, begin + middle)]

        return [] if old in (0, new) else proof(old, 0, new, True)

    def text(self, size: int) -> str:
        return f"{self.origin}\n{size}\n{base64.b64encode(self.root(size)).decode()}\n"

    def note(self, size: int) -> str:
        text = self.text(size)
        signature = base64.b64encode(self.key_id + self.key.sign(text.encode())).decode()
        return f"{text}\n— {self.origin} {signature}\n"

    def request(self, old: int, new: int | None = None) -> str:
        """The body of add-checkpoint."""
        new = self.size if new is None else new
        proof = self.consistency(old, new) if old <= new else []
        lines = [f"old {old}", *(base64.b64encode(hash_).decode() for hash_ in proof), "", ""]
        return "\n".join(lines) + self.note(new)


class Reply(NamedTuple):
    status: int
    type: str
    body: str


class WitnessClient:
    """One connection that stays open, as a log has it."""

    def __init__(self, port: int, timeout: float = 15):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def ask(self, method: str, path: str, body: str | None = None) -> Reply:
        self.connection.request(method, f"/witness/{path}", body.encode() if body is not None else None)
        answer = self.connection.getresponse()
        return Reply(answer.status, answer.getheader("Content-Type", ""), answer.read().decode())

    def offer(self, body: str) -> Reply:
        return self.ask("POST", "add-checkpoint", body)

    def newest(self, origin: str) -> Reply:
        return self.ask("GET", f"{sha256(origin.encode()).hex()}/checkpoint")

    def close(self) -> None:
        self.connection.close()


def cosignature_time(vkey: str, text: str, line: str) -> int:
    """The time in a cosignature line over a checkpoint's text, seconds since 1970; an error if it does not verify."""
    name, key_id, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded)
    dash, signer, signature = line.rstrip("\n").split(" ")
    raw = base64.b64decode(signature)
    if (dash, signer, raw[:4].hex(), key[0], len(raw)) != ("—", name, key_id, 4, 76):
        raise ValueError(f"not a cosignature of {name}: {line}")
    if sha256(name.encode() + b"\n" + key)[:4].hex() != key_id:
        raise ValueError(f"not the key id of {vkey}")
    time_s = int.from_bytes(raw[4:12], "big")
    try:
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(
            raw[12:], f"cosignature/v1\ntime {time_s}\n{text}".encode())
    except InvalidSignature:
        raise ValueError(f"the cosignature does not verify: {line}") from None
    return time_s
