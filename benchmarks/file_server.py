"""One file over HTTP as fast as the system can, or at a distance: a round trip's delay, a rate for each connection."""

import argparse
import os
import re
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PIECE = 1 << 18
_RANGE = re.compile(rb"(?i)\r\nrange: bytes=(\d+)-(\d*)")


@dataclass(frozen=True, slots=True)
class Distance:
    """Seconds before every answer and every connection, and bytes a second for each connection (0: no limit)."""

    delay: float
    rate: int


def main() -> None:
    """Print the port, then serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--rate", type=int, default=0)
    asked = parser.parse_args()
    handle = os.open(asked.file, os.O_RDONLY)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            distance = Distance(asked.delay, asked.rate)
            threading.Thread(target=_talk, args=(connection, handle, distance), daemon=True).start()


def _talk(connection: socket.socket, handle: int, distance: Distance) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    time.sleep(distance.delay)
    left = b""
    try:
        while True:
            while b"\r\n\r\n" not in left:
                piece = connection.recv(1 << 16)
                if not piece:
                    return
                left += piece
            head, _, left = left.partition(b"\r\n\r\n")
            time.sleep(distance.delay)
            _answer(connection, handle, head, distance.rate)
    except OSError:
        return
    finally:
        connection.close()


def _answer(connection: socket.socket, handle: int, head: bytes, rate: int) -> None:
    size = os.fstat(handle).st_size
    asked = _RANGE.search(head)
    start, end = (int(asked[1]), int(asked[2]) + 1 if asked[2] else size) if asked else (0, size)
    span = b"206 Partial Content\r\nContent-Range: bytes %d-%d/%d" % (start, end - 1, size)
    common = b'Content-Length: %d\r\nAccept-Ranges: bytes\r\nETag: "1"\r\n\r\n' % (end - start)
    connection.sendall(b"HTTP/1.1 %b\r\n%b" % (span if asked else b"200 OK", common))
    if not head.startswith(b"HEAD"):
        _send(connection, handle, (start, end), rate)


def _send(connection: socket.socket, handle: int, span: tuple[int, int], rate: int) -> None:
    start, end = span
    begin, sent = time.monotonic(), 0
    while start + sent < end:
        sent += os.sendfile(connection.fileno(), handle, start + sent, min(PIECE, end - start - sent))
        if rate:
            time.sleep(max(0.0, begin + sent / rate - time.monotonic()))


if __name__ == "__main__":
    main()
