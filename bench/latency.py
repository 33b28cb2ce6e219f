"""A proxy in front of the emulated cloud that delays each round trip, as the network between a user and AWS does.

`python -m bench.latency <host> <port> <milliseconds>` prints the port that it listens on, and runs until it is killed.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK_BYTES = 1 << 16


async def _delayed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Copy a stream; each chunk arrives ``seconds`` after it was sent, and chunks do not wait for each other."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def receive() -> None:
        while data := await reader.read(_CHUNK_BYTES):
            chunks.put_nowait((loop.time() + seconds, data))
        chunks.put_nowait((loop.time() + seconds, b""))

    receiving = asyncio.create_task(receive())
    # The other side may have ended in the meantime.
    with suppress(OSError):
        while True:
            arrival, data = await chunks.get()
            await asyncio.sleep(max(0.0, arrival - loop.time()))
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    receiving.cancel()


async def _serve(host: str, port: int, seconds: float) -> None:
    # The event loop itself keeps only weak references to tasks.
    running: set[asyncio.Task[None] | None] = set()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.current_task())
        # A connection takes one round trip before its first request.
        await asyncio.sleep(seconds)
        cloud_reader, cloud_writer = await asyncio.open_connection(host, port)
        await asyncio.gather(_delayed(reader, cloud_writer, seconds / 2), _delayed(cloud_reader, writer, seconds / 2))
        for side in (writer, cloud_writer):
            side.close()
        running.discard(asyncio.current_task())

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def delayed_endpoint(endpoint: str, milliseconds: int) -> Iterator[str]:
    """Run the proxy in a process of its own, and yield its URL; without a delay, yield ``endpoint``."""
    if not milliseconds:
        yield endpoint
        return
    cloud = urlsplit(endpoint)
    command = [sys.executable, "-m", "bench.latency", str(cloud.hostname), str(cloud.port), str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(cast("IO[str]", process.stdout).readline())
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) / 1_000))
