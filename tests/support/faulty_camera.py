# SPDX-License-Identifier: Apache-2.0
"""A camera with faults: a proxy before a simulated one that understands RTSP and its interleaved packets.
What goes wrong is a Fault; it begins and ends at any time, for the connections that are open and for new
ones."""

import asyncio
import re
import struct
import threading
from collections.abc import Iterator

PIECE = 65536
INTERLEAVED = 0x24  # '$'
SESSION_TIMEOUT_S = 4  # A client keeps its session alive twice as often.
RTP_TIME = struct.Struct(">I")
TIME_AT = 8  # In an interleaved packet: four bytes, then the RTP header.


class Fault:
    """What a healthy camera does. `cuts`: connections that are open are closed when it begins."""

    cuts = False
    cuts_at_end = False
    close_after_play_s: float | None = None

    def answer(self, method: str, cseq: str) -> bytes | None:
        """In the camera's place; None: the camera answers, empty: nobody does."""
        return None

    def request(self, text: str) -> str:
        return text

    def reply(self, text: str) -> str:
        return text

    def packet(self, packet: bytes) -> bytes:
        """An interleaved packet of RTP, its four bytes before it."""
        return packet


def rtp_time(packet: bytes) -> int:
    return RTP_TIME.unpack_from(packet, TIME_AT)[0]


def with_rtp_time(packet: bytes, time: int) -> bytes:
    return packet[:TIME_AT] + RTP_TIME.pack(time % 2**32) + packet[TIME_AT + 4 :]


class MessageReader:
    """Whole requests, answers and packets out of a stream of bytes."""

    def __init__(self) -> None:
        self._pending = b""

    def take(self, piece: bytes) -> Iterator[bytes]:
        self._pending += piece
        while size := self._size_of_first():
            message, self._pending = self._pending[:size], self._pending[size:]
            yield message

    def _size_of_first(self) -> int:
        """0: more bytes are needed."""
        pending = self._pending
        if len(pending) < 4:
            return 0
        if pending[0] == INTERLEAVED:
            size = 4 + int.from_bytes(pending[2:4])
        else:
            head = pending.find(b"\r\n\r\n")
            if head < 0:
                return 0
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", pending[:head])
            size = head + 4 + (int(length[1]) if length else 0)
        return size if len(pending) >= size else 0


class Link:
    """One client and the connection to the camera that it got."""

    def __init__(self, owner: "FaultyCamera", client: tuple, camera: tuple):
        self.owner = owner
        self.client_reader, self.client = client
        self.camera_reader, self.camera = camera

    async def run(self) -> None:
        await asyncio.gather(self._requests(), self._answers())

    async def _requests(self) -> None:
        reader = MessageReader()
        try:
            while piece := await self.client_reader.read(PIECE):
                for message in reader.take(piece):
                    self._take_request(message)
        except OSError:
            pass
        self.close()

    def _take_request(self, message: bytes) -> None:
        text = message.decode(errors="replace")
        method = text.split(" ", 1)[0]
        cseq = re.search(r"(?i)\r\ncseq: *(\d+)", text)
        answer = self.owner.fault.answer(method, cseq[1] if cseq else "0")
        if answer is not None:
            self.client.write(answer)
            return
        self.camera.write(self.owner.fault.request(text).encode())
        if method == "PLAY" and self.owner.fault.close_after_play_s is not None:
            asyncio.get_running_loop().call_later(self.owner.fault.close_after_play_s, self.close)

    async def _answers(self) -> None:
        reader = MessageReader()
        try:
            while piece := await self.camera_reader.read(PIECE):
                self.client.write(b"".join(map(self._changed, reader.take(piece))))
                await self.client.drain()
        except OSError:
            pass
        self.close()

    def _changed(self, message: bytes) -> bytes:
        if message[0] != INTERLEAVED:
            text = message.decode().replace("timeout=60", f"timeout={SESSION_TIMEOUT_S}")
            return self.owner.fault.reply(text).encode()
        is_report = message[1] % 2 == 1
        return message if is_report else self.owner.fault.packet(message)

    def close(self) -> None:
        self.client.close()
        self.camera.close()


class FaultyCamera:
    """Its own thread and event loop; close() ends both."""

    def __init__(self, camera_port: int):
        self.fault = Fault()
        self._camera_port = camera_port
        self._links: set[Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def _do(self, what):
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            camera = await asyncio.open_connection("127.0.0.1", self._camera_port)
        except OSError:
            writer.close()
            return
        link = Link(self, (reader, writer), camera)
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)

    def begin(self, fault: Fault) -> None:
        self._do(self._change(fault, fault.cuts))

    def end(self) -> None:
        self._do(self._change(Fault(), self.fault.cuts_at_end))

    def cut(self) -> None:
        self._do(self._change(self.fault, True))

    async def _change(self, fault: Fault, cuts: bool) -> None:
        self.fault = fault
        for link in list(self._links) if cuts else []:
            link.close()

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
