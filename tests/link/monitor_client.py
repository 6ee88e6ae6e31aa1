# SPDX-License-Identifier: Apache-2.0
"""A browser's part for the link tests: the monitor's API and its live WebSocket, from inside a machine."""

import base64
import http.client
import json
import os
import socket
import struct

SECONDS = 20


class MonitorClient:
    """Logged in to the monitor of a machine."""

    def __init__(self, machine, port: int, account: str, password: str):
        self.machine = machine
        self.port = port
        self.headers = {"Content-Type": "application/json"}
        status, head, body = self.send("POST", "/api/login", {"name": account, "password": password})
        assert status == 200, body
        self.headers["Cookie"] = head["set-cookie"].split(";")[0]
        self.headers["X-Candor-CSRF"] = json.loads(body)["csrf"]

    def send(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict[str, str], bytes]:
        with self.machine.entered():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
            connection.connect()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), self.headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def ask(self, method: str, path: str, body: dict | None = None) -> dict:
        status, _, content = self.send(method, path, body)
        assert status < 300, f"{method} {path}: {status} {content!r}"
        return json.loads(content)

    def host(self) -> dict:
        return self.ask("GET", "/api/rooms")["hosts"][0]

    def room(self, slug: str) -> dict:
        return next(room for room in self.ask("GET", "/api/rooms")["rooms"] if room["room"] == slug)

    def say_why(self, **target: str) -> None:
        self.ask("POST", "/api/viewings", {**target, "reason": "supervision", "note": ""})

    def watch(self, slug: str) -> "LiveView":
        self.say_why(room=slug)
        return LiveView(self, slug)


class LiveView:
    """One WebSocket that watches one room."""

    def __init__(self, client: MonitorClient, slug: str):
        with client.machine.entered():
            self.socket = socket.create_connection(("127.0.0.1", client.port), timeout=SECONDS)
        self.arrived = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                             f"Cookie: {client.headers['Cookie']}\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.arrived:
            self.fill()
        head, self.arrived = self.arrived.split(b"\r\n\r\n", 1)
        assert b" 101 " in head, head
        self.send({"type": "watch", "room": slug, "streams": None})

    def fill(self) -> None:
        block = self.socket.recv(1 << 16)
        if not block:
            raise EOFError("the monitor closed the live view")
        self.arrived += block

    def take(self, count: int) -> bytes:
        while len(self.arrived) < count:
            self.fill()
        taken, self.arrived = self.arrived[:count], self.arrived[count:]
        return taken

    def send(self, message: dict) -> None:
        payload = json.dumps(message).encode()
        assert len(payload) < 126
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.socket.sendall(bytes([0x81, 0x80 | len(payload)]) + mask + masked)

    def read(self) -> dict | bytes:
        """The next message: text as JSON, media as bytes."""
        while True:
            kind, size = self.take(2)
            if size == 126:
                (size,) = struct.unpack("!H", self.take(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self.take(8))
            payload = self.take(size)
            if kind & 0x0F == 1:
                return json.loads(payload)
            if kind & 0x0F == 2:
                return payload

    def message_type(self) -> str:
        """Of the next message; media is "media"."""
        message = self.read()
        return "media" if isinstance(message, bytes) else message["type"]

    def chunks(self, count: int) -> int:
        """Reads until so many chunks of media have come; returns their bytes."""
        size = 0
        while count > 0:
            message = self.read()
            if isinstance(message, bytes) and message[1] == 2:
                size += len(message)
                count -= 1
        return size

    def close(self) -> None:
        self.socket.close()
