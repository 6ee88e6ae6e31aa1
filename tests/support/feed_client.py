# SPDX-License-Identifier: Apache-2.0
"""A reader of capture's feed (docs/design/link.md): a WebSocket over the Unix socket; no code of ours."""

import base64
import json
import os
import socket
import struct
import time
from pathlib import Path
from typing import NamedTuple

HEAD = struct.Struct(">BBHIq")


class Media(NamedTuple):
    kind: int  # 1 init, 2 chunk.
    flags: int
    channel: int
    data: bytes


class Feed:
    """Texts and media of one room, for some seconds."""

    def __init__(self, socket_path: Path, room: str, seconds: float):
        self.texts: list[dict] = []
        self.media: list[Media] = []
        self._deadline = time.monotonic() + seconds
        with socket.socket(socket.AF_UNIX) as self._socket:
            self._socket.settimeout(seconds)
            self._socket.connect(str(socket_path))
            self._shake_hands(room)
            try:
                while time.monotonic() < self._deadline:
                    self._read_message()
            except TimeoutError:
                pass

    def streams(self) -> dict[int, dict]:
        """The announced streams by their channel."""
        return {text["channel"]: text for text in self.texts if text["type"] == "stream"}

    def _shake_hands(self, room: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /v1/feed?room={room} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._read(1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(f"feed of {room}: {head.decode(errors='replace')}")

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            self._socket.settimeout(max(0.01, self._deadline - time.monotonic()))
            piece = self._socket.recv(count - len(data))
            if not piece:
                raise RuntimeError("the feed ended")
            data += piece
        return data

    def _read_message(self) -> None:
        """RFC 6455, 5.2: what a server sends is not masked."""
        kind, payload = 0, b""
        while True:
            first, second = self._read(2)
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(self._read(2 if size == 126 else 8))
            kind = first & 0x0F or kind
            payload += self._read(size)
            if first & 0x80:
                break
        if kind == 1:
            self.texts.append(json.loads(payload))
        elif kind == 2:
            _, what, flags, channel, _ = HEAD.unpack_from(payload)
            self.media.append(Media(what, flags, channel, payload[HEAD.size :]))
