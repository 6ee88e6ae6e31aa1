# SPDX-License-Identifier: Apache-2.0
"""The rows of the camera campaign: each fault, how long it lasts, and what the recorder must make of it."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from faulty_camera import Fault, rtp_time, with_rtp_time

BACK_MAX_S = 5.0
HOUR_TICKS = 3600 * 90_000  # Of the picture; of sound at 48 kHz nearly two hours, as wrong.
BACKWARD_TICKS = 10 * 90_000
LOSS = 0.05
GARBAGE_BYTES = 400
LONG_GOP_S = 10
OFFLINE, STALLED, GARBLED, LOST = "camera-offline", "camera-stalled", "invalid-bitstream", "packet-loss"


class Silent(Fault):
    """Takes connections and never answers. At its end the camera starts anew: what hung is closed."""

    cuts = cuts_at_end = True

    def answer(self, method: str, cseq: str) -> bytes | None:
        return b""


class HalfOpen(Fault):
    """Answers all, but no media comes any more."""

    def packet(self, packet: bytes) -> bytes:
        return b""


class Flapping(Fault):
    cuts = True
    close_after_play_s = 0.7


class WrongPassword(Fault):
    cuts = True

    def answer(self, method: str, cseq: str) -> bytes | None:
        challenge = 'Digest realm="camera", nonce="00112233"'
        return f"RTSP/1.0 401 Unauthorized\r\nCSeq: {cseq}\r\nWWW-Authenticate: {challenge}\r\n\r\n".encode()


class StaleSession(Fault):
    """The camera has forgotten the session and says so when it is kept alive."""

    def answer(self, method: str, cseq: str) -> bytes | None:
        if method != "GET_PARAMETER":
            return None
        return f"RTSP/1.0 454 Session Not Found\r\nCSeq: {cseq}\r\n\r\n".encode()


class WrongCodec(Fault):
    cuts = True

    def reply(self, text: str) -> str:
        head, mark, body = text.partition("\r\n\r\n")
        body = body.replace("H264/90000", "JPEG/90000").replace("MPEG4-GENERIC/48000/1", "G726-32/8000")
        return re.sub(r"Content-Length: \d+", f"Content-Length: {len(body)}", head) + mark + body


class Garbage(Fault):
    """Bytes that are neither a packet nor RTSP, between packets."""

    def __init__(self) -> None:
        self._chance = random.Random(1)

    def packet(self, packet: bytes) -> bytes:
        return packet + b"\xff" + self._chance.randbytes(GARBAGE_BYTES)


class NoStamps(Fault):
    def packet(self, packet: bytes) -> bytes:
        return with_rtp_time(packet, 0)


class JumpingStamps(Fault):
    """An hour ahead and back again, about each second of pictures."""

    def packet(self, packet: bytes) -> bytes:
        time = rtp_time(packet)
        return with_rtp_time(packet, time + HOUR_TICKS * (time // 90_000 % 2))


class BackwardStamps(Fault):
    """Ten seconds back at once."""

    def packet(self, packet: bytes) -> bytes:
        return with_rtp_time(packet, rtp_time(packet) - BACKWARD_TICKS)


class LongGop(Fault):
    """The camera's other stream, with a key frame each ten seconds, from the next connection on."""

    cuts = cuts_at_end = True

    def request(self, text: str) -> str:
        return text.replace("/cam/2", "/cam/3")


class PacketLoss(Fault):
    def __init__(self) -> None:
        self._chance = random.Random(1)

    def packet(self, packet: bytes) -> bytes:
        return b"" if self._chance.random() < LOSS else packet


@dataclass(frozen=True)
class Row:
    """`causes`: those the gaps may have; `needs_gap`: there must be one. `begins_within_s`: what is recorded
    while the fault lasts begins so long after it at the latest."""

    name: str
    make: Callable[[], Fault]
    hold_s: float
    causes: frozenset[str]
    needs_gap: bool = True
    begins_within_s: float | None = None


def row(name: str, make: Callable[[], Fault], hold_s: float, *causes: str, **more) -> Row:
    return Row(name, make, hold_s, frozenset(causes), **more)


# Who refuses is tried again after 1, 2, 5, 10 s: those rows end between the second and the third try.
ROWS = (
    row("silent", Silent, 7, OFFLINE),
    row("half-open", HalfOpen, 7, STALLED),
    row("flapping", Flapping, 6, OFFLINE),
    row("wrong-password", WrongPassword, 2.5, OFFLINE),
    row("stale-session", StaleSession, 6, OFFLINE),
    row("wrong-codec", WrongCodec, 2.5, OFFLINE),
    row("garbage", Garbage, 5, GARBLED),
    row("no-stamps", NoStamps, 5, needs_gap=False),
    row("jumping-stamps", JumpingStamps, 5, needs_gap=False),
    row("backward-stamps", BackwardStamps, 5, needs_gap=False),
    row("long-gop", LongGop, 16, OFFLINE, begins_within_s=BACK_MAX_S + LONG_GOP_S),
    row("packet-loss", PacketLoss, 6, LOST),
)
