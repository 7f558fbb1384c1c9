"""A small threaded HTTP/1.1 server whose answers may break every rule."""

import contextlib
import itertools
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Headers = list[tuple[str, str]]


@dataclass
class Request:
    """One request as it was read. Times are of `time.monotonic`."""

    method: str
    target: str
    headers: Headers
    body: bytes
    connection: int
    number: int = 0
    begun: float = 0.0
    ended: float | None = field(default=None)

    def header(self, name: str) -> str | None:
        """The value of the only field `name`; None where there is none."""
        values = [value for other, value in self.headers if other.lower() == name.lower()]
        assert len(values) <= 1, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    @property
    def bearer(self) -> str | None:
        """The token that was sent with the request."""
        scheme, _, token = (self.header("Authorization") or "").partition(" ")
        return token if scheme == "Bearer" and token else None


class Connection:
    """One accepted connection. `is_idle` while it waits for a request."""

    def __init__(self, plain: socket.socket, number: int) -> None:
        self.socket: socket.socket = plain
        self.number = number
        self.is_idle = True
        self._ends_with_reset = False

    def close(self) -> None:
        """Ends the connection in both directions; the reader's thread notices."""
        if not self._ends_with_reset:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)

    def end_with_reset(self) -> None:
        """Makes the end of the connection, when it comes, a reset."""
        self._ends_with_reset = True
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# Answers one request on its connection; false when the connection is to be closed.
Answer = Callable[[Request, Connection], bool]


class HTTPServer:
    """Listens on one port of 127.0.0.1; can be stopped and started again on the same."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self._answer = answer
        self._tls = tls
        self._listener: socket.socket | None = None
        self._connections: set[Connection] = set()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    @property
    def is_running(self) -> bool:
        return self._listener is not None

    @property
    def connections(self) -> list[Connection]:
        with self._lock:
            return list(self._connections)

    def start(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(512)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def stop(self) -> None:
        """From here on connections are refused; those that were open are closed."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in self.connections:
            connection.close()

    def close_idle_connections(self) -> int:
        """Closes the kept-alive connections that wait for a request, and says how many."""
        idle = [connection for connection in self.connections if connection.is_idle]
        for connection in idle:
            connection.close()
        return len(idle)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            connection = Connection(plain, next(self._numbers))
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        with contextlib.suppress(OSError, ValueError):
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection.socket = self._tls.wrap_socket(connection.socket, server_side=True)
            with connection.socket.makefile("rb") as stream:
                while request := _read(stream, connection):
                    connection.is_idle = False
                    if not self._answer(request, connection):
                        break
                    connection.is_idle = True
        connection.close()
        connection.socket.close()
        with self._lock:
            self._connections.discard(connection)


def _read(stream, connection: Connection) -> Request | None:
    line = stream.readline(65536).decode("latin-1")
    if not line:
        return None
    method, target, _ = line.rstrip("\r\n").split(" ")
    headers: Headers = []
    while (line := stream.readline(65536).decode("latin-1")) != "\r\n":
        if not line:
            return None
        name, _, value = line.rstrip("\r\n").partition(":")
        headers.append((name, value.strip()))
    request = Request(method, target, headers, b"", connection.number)
    if (request.header("Expect") or "").lower() == "100-continue":
        connection.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if (request.header("Transfer-Encoding") or "").lower() == "chunked":
        request.body = _read_chunks(stream)
    else:
        request.body = stream.read(int(request.header("Content-Length") or 0))
    return request


def _read_chunks(stream) -> bytes:
    body = b""
    while size := int(stream.readline().split(b";")[0], 16):
        body += stream.read(size)
        stream.readline()
    while stream.readline() not in (b"\r\n", b""):
        pass
    return body
