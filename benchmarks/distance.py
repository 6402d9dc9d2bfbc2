"""A link with a round trip's delay: a port that passes everything on, and lets every question wait.

A connection costs one round trip before its first byte, as the handshake of TCP does, and every question one more. The
bytes of answers are not slowed: the rate of a link is `file_server`'s subject.
"""

import argparse
import asyncio
import contextlib
from functools import partial

PIECE = 1 << 16


def main() -> None:
    """Print the port, then pass on until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--delay", type=float, default=0.05)
    asked = parser.parse_args()
    asyncio.run(_serve(asked.port, asked.delay))


async def _serve(port: int, delay: float) -> None:
    server = await asyncio.start_server(partial(_link, port, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def _link(port: int, delay: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    opened = asyncio.get_running_loop().time() + delay
    with contextlib.suppress(ConnectionError):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        back = asyncio.create_task(_answers(far_reader, writer))
        await _questions(reader, far_writer, opened, delay)
        far_writer.close()
        await back


async def _questions(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, opened: float, delay: float) -> None:
    """Pieces are late by the delay, each for itself: what is asked at once arrives at once."""
    loop = asyncio.get_running_loop()
    while piece := await reader.read(PIECE):
        loop.call_at(max(loop.time(), opened) + delay, writer.write, piece)
    await asyncio.sleep(delay)


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    main()
