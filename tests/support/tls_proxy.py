# SPDX-License-Identifier: Apache-2.0
"""TLS before a camera that has none: what comes on a port of loopback goes decrypted to another one."""

import asyncio
import hashlib
import ssl
import subprocess
import threading
from pathlib import Path

PIECE = 65536


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    certificate, key = folder / "camera.pem", folder / "camera.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "2", "-subj", "/CN=simulated camera"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-out", str(certificate), "-keyout", str(key)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the certificate itself, in lower case."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()


class TlsProxy:
    """Its own thread and event loop; close() ends both."""

    def __init__(self, camera_port: int, certificate: Path, key: Path):
        self._camera_port = camera_port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        opened = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        self.port: int = opened.sockets[0].getsockname()[1]
        self._server = opened

    async def _open(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        camera_reader, camera_writer = await asyncio.open_connection("127.0.0.1", self._camera_port)
        await asyncio.gather(copy(reader, camera_writer), copy(camera_reader, writer))

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass  # One side is gone: so is the other one.
    finally:
        writer.close()
