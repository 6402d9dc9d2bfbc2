"""A server that sends what no server of a library would: pieces of bytes, one after the other, at its own pace."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

LONGEST_HEAD = 1 << 16


class RawServer:
    """Listens on loopback. Each connection gets the pieces of a fresh `speech`, `pause` seconds apart, then nothing.

    `heads` are the requests as they came.
    """

    def __init__(self, speech: Callable[[], Iterable[bytes]], pause: float = 0.0) -> None:
        self.heads: list[bytes] = []
        self._speech = speech
        self._pause = pause
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for one in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (self._listening, *self._open):
            one.close()

    def _begin(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._over.is_set():
                connection, _ = self._listening.accept()
                self._open.append(connection)
                self._begin(self._speak, connection)

    def _speak(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and len(head) < LONGEST_HEAD:
                piece = connection.recv(4096)
                if not piece:
                    return
                head += piece
            self.heads.append(head)
            for piece in self._speech():
                connection.sendall(piece)
                if self._over.wait(self._pause) if self._pause else self._over.is_set():
                    return
            self._over.wait()
