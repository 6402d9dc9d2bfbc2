"""A server on loopback for tests: listens on one or more origins, records every request, applies fault rules."""

import contextlib
import random
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.servers.faults import Fault, Phase, answer_instead, phase_of, spoiled
from tests.servers.sockets import is_open, unacknowledged
from tests.servers.wire import CHUNK, Answer, Chunk, Request, Route, text_answer

LONGEST_REQUEST_BODY = 16 * 1024 * 1024


class LocalServer:
    """A context manager with one listening port for each named route.

    `requests` and `faults` may be read and changed at any time. An exception inside a route is answered with 500 and
    raised again when the context ends, so that a broken fake cannot pass for a broken network. Before the context
    begins, `tls` makes every origin speak https, and `host` names it by another address of this machine.
    """

    def __init__(self, **routes: Route) -> None:
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.tls: ssl.SSLContext | None = None
        self.host = "127.0.0.1"
        self._routes = routes
        self._listeners: dict[str, Listener] = {}
        self._lock = threading.Lock()
        self._dice = random.Random(0)  # noqa: S311 - repeatable, not secret
        self._mistakes: list[BaseException] = []

    def __enter__(self) -> Self:
        self._listeners = {name: Listener(name, self) for name in self._routes}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in self._listeners.values():
            listener.stop()
        self._listeners = {}
        if error is None and self._mistakes:
            raise self._mistakes[0]

    def origin_of(self, name: str) -> str:
        """`http://127.0.0.1:PORT` of a route, while the server runs."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self._listeners[name].server_port}"

    def most_connections(self, name: str) -> int:
        """How many connections were open to a route at the same time, at most, since requests were reset."""
        return self._listeners[name].most_open

    def reset_requests(self) -> None:
        with self._lock:
            self.requests.clear()
        for listener in self._listeners.values():
            listener.count_anew()

    def requested(self, match: str = "", origin: str | None = None, method: str | None = None) -> list[Request]:
        """The recorded requests whose decoded path and query contain `match`."""
        with self._lock:
            recorded = list(self.requests)
        return [
            request
            for request in recorded
            if match in request.target and origin in {None, request.origin} and method in {None, request.method}
        ]

    def bytes_sent(self, match: str = "", origin: str | None = None) -> int:
        """Bytes of bodies sent for matching requests."""
        return sum(request.sent for request in self.requested(match, origin))

    def answer(self, request: Request) -> Answer:
        """Route, with the first fault of each phase that strikes."""
        fault = self._struck("before", request)
        if fault is not None:
            return answer_instead(fault)
        asked = request if self._struck("range", request) is None else _without_range(request)
        answer = self._routes[request.origin](asked)
        fault = self._struck("after", request, answer)
        return answer if fault is None else spoiled(answer, fault)

    def record(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)

    def blame(self, mistake: BaseException) -> None:
        self._mistakes.append(mistake)

    def _struck(self, phase: Phase, request: Request, answer: Answer | None = None) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if phase_of(fault) == phase and fault.strikes(request, answer, self._dice):
                    return fault
        return None


def _without_range(request: Request) -> Request:
    return replace(request, headers={name: value for name, value in request.headers.items() if name != "range"})


class Listener(ThreadingHTTPServer):
    """One port with its threads; `stop` ends every connection and joins every thread."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, name: str, app: LocalServer) -> None:
        self.name = name
        self.app = app
        self.stopping = threading.Event()
        self.most_open = 0
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Conversation)
        self._loop = threading.Thread(target=self.serve_forever, args=(0.01,), name=f"listener-{name}")
        self._loop.start()

    def server_bind(self) -> None:
        """Without the look-up of the host's full name, which can take seconds."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self._loop.join()
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def count_anew(self) -> None:
        with self._open_lock:
            self.most_open = len(self._open)

    def get_request(self) -> tuple[socket.socket, Any]:
        """The greeting of TLS is left to the connection's own thread."""
        connection, address = super().get_request()
        if self.app.tls is not None:
            connection = self.app.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
            self.most_open = max(self.most_open, sum(map(is_open, self._open)))
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's signature
        """A client that goes away is no mistake of the server; anything else is."""
        error = sys.exception()
        if error is not None and not isinstance(error, (ConnectionError, ssl.SSLError)):
            self.app.blame(error)


class Conversation(BaseHTTPRequestHandler):
    """One connection: reads requests, sends answers, ends the way the answer says."""

    protocol_version = "HTTP/1.1"
    server_version = "LocalServer"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Listener

    def _converse(self) -> None:
        request = self._read_request()
        answer = self._answer(request)
        request.status = answer.status
        self.server.app.record(request)
        try:
            self._send(request, answer)
        except ConnectionError:
            self.close_connection = True

    do_GET = _converse  # noqa: N815 - the name that the base class looks up
    do_HEAD = _converse  # noqa: N815 - the name that the base class looks up
    do_POST = _converse  # noqa: N815 - the name that the base class looks up
    do_PATCH = _converse  # noqa: N815 - the name that the base class looks up

    def log_message(self, *_: Any) -> None:
        """Nothing: pytest shows what is printed."""

    def _read_request(self) -> Request:
        path, _, query = self.path.partition("?")
        length = min(int(self.headers.get("Content-Length") or 0), LONGEST_REQUEST_BODY)
        headers = {name.lower(): ", ".join(self.headers.get_all(name, [])) for name in self.headers}
        return Request(self.command, path, self.server.name, headers, query=query, body=self.rfile.read(length))

    def _answer(self, request: Request) -> Answer:
        try:
            return self.server.app.answer(request)
        except Exception as mistake:  # noqa: BLE001 - raised again when the context ends
            self.server.app.blame(mistake)
            return text_answer(500, repr(mistake))

    def _send(self, request: Request, answer: Answer) -> None:
        if answer.status:
            self._send_head(answer)
        if request.method != "HEAD":
            for chunk in self._framed(request, answer):
                self.wfile.write(chunk)
        self._end(answer)

    def _send_head(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.framing == "length":
            self.send_header("Content-Length", str(answer.length))
        elif answer.framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
        self.end_headers()

    def _framed(self, request: Request, answer: Answer) -> Iterator[Chunk]:
        for chunk in self._paced(answer):
            request.sent += len(chunk)
            if answer.framing != "chunked":
                yield chunk
            elif chunk:
                yield b"%x\r\n%b\r\n" % (len(chunk), bytes(chunk))
        if answer.framing == "chunked" and answer.ending == "keep":
            yield b"0\r\n\r\n"

    def _paced(self, answer: Answer) -> Iterator[Chunk]:
        rate = answer.bytes_per_second
        if rate is None:
            yield from answer.body
            return
        step = max(1, min(rate // 20, CHUNK))
        for chunk in answer.body:
            for at in range(0, len(chunk), step):
                yield chunk[at : at + step]
                if self.server.stopping.wait(step / rate):
                    return

    def _end(self, answer: Answer) -> None:
        if answer.ending == "keep" and answer.framing != "close":
            return
        self.close_connection = True
        if answer.ending == "stall":
            self._wait_for_the_end()
        elif answer.ending == "reset":
            self._reset()

    def _wait_for_the_end(self) -> None:
        """Until the client closes or the server stops, which shuts every connection down."""
        with contextlib.suppress(OSError):
            while self.connection.recv(CHUNK):
                pass

    def _reset(self) -> None:
        """RST instead of FIN, once what was sent has been acknowledged: a reset throws away what is still queued."""
        for _ in range(1000):
            if not unacknowledged(self.connection) or self.server.stopping.wait(0.001):
                break
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
