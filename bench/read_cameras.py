#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays many cameras of candor-camsim at once and counts what comes: the light counterpart that a
measurement of the simulator alone needs. One thread; payloads are thrown away.

Prints one JSON line: {"cameras","seconds","frames","frames_per_second","lost_packets","megabits_per_second"}.
"""

import argparse
import json
import selectors
import socket
import time

HEADER_BYTES = 4
RTP_BYTES = 12


class Camera:
    """One RTSP session; pictures on channel 0, sound, if there is any, on channel 2."""

    def __init__(self, host: str, port: int, number: int):
        self.socket = socket.create_connection((host, port), timeout=10)
        self.pending = bytearray()
        self.frames = 0
        self.bytes = 0
        self.lost = 0
        self._sequences: dict[int, int] = {}
        self._cseq = 0
        url = f"rtsp://{host}:{port}/cam/{number}"
        description = self._ask("DESCRIBE", url, "")
        for track in range(description.count(b"\r\nm=")):
            channels = f"interleaved={2 * track}-{2 * track + 1}"
            transport = f"Transport: RTP/AVP/TCP;unicast;{channels}\r\n"
            self._ask("SETUP", f"{url}/trackID={track}", transport)
        self._ask("PLAY", url, "")
        self.socket.setblocking(False)

    def _ask(self, method: str, url: str, headers: str) -> bytes:
        """Sends a request and returns the answer's body."""
        self._cseq += 1
        self.socket.sendall(f"{method} {url} RTSP/1.0\r\nCSeq: {self._cseq}\r\n{headers}\r\n".encode())
        while b"\r\n\r\n" not in self.pending:
            self.pending += self._receive()
        head, _, rest = bytes(self.pending).partition(b"\r\n\r\n")
        if not head.startswith(b"RTSP/1.0 200"):
            raise SystemExit(f"read_cameras: {method} {url}: {head.splitlines()[0].decode()}")
        body_bytes = 0
        for line in head.splitlines():
            if line.lower().startswith(b"content-length:"):
                body_bytes = int(line.split(b":")[1])
        while len(rest) < body_bytes:
            rest += self._receive()
        self.pending = bytearray(rest[body_bytes:])
        return rest[:body_bytes]

    def _receive(self) -> bytes:
        got = self.socket.recv(65536)
        if not got:
            raise SystemExit("read_cameras: a camera closed its connection")
        return got

    def read(self) -> None:
        data = self.pending + self._receive()
        at = 0
        while len(data) - at >= HEADER_BYTES + RTP_BYTES:
            length = data[at + 2] << 8 | data[at + 3]
            if len(data) - at < HEADER_BYTES + length:
                break
            if data[at + 1] % 2 == 0:
                self._count(data[at + 1], data[at + 5] >> 7, data[at + 6] << 8 | data[at + 7])
            at += HEADER_BYTES + length
        self.bytes += at
        self.pending = data[at:]

    def _count(self, channel: int, marker: int, sequence: int) -> None:
        expected = (self._sequences.get(channel, sequence - 1) + 1) & 0xFFFF
        self.lost += (sequence - expected) & 0xFFFF
        self._sequences[channel] = sequence
        if channel == 0:
            self.frames += marker


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--cameras", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    wanted = parser.parse_args()
    selector = selectors.DefaultSelector()
    cameras = [Camera(wanted.host, wanted.port, n) for n in range(wanted.cameras)]
    for camera in cameras:
        selector.register(camera.socket, selectors.EVENT_READ, camera)
    start = time.monotonic()
    frames_before = sum(camera.frames for camera in cameras)
    while time.monotonic() - start < wanted.seconds:
        for key, _ in selector.select(timeout=0.5):
            key.data.read()
    seconds = time.monotonic() - start
    frames = sum(camera.frames for camera in cameras) - frames_before
    report = {
        "cameras": wanted.cameras,
        "seconds": round(seconds, 2),
        "frames": frames,
        "frames_per_second": round(frames / seconds / wanted.cameras, 3),
        "lost_packets": sum(camera.lost for camera in cameras),
        "megabits_per_second": round(sum(c.bytes for c in cameras) * 8e-6 / seconds, 1),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
