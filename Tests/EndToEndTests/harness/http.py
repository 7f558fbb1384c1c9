"""HTTP/1.1 as bytes: what to send is the test's choice, what comes back is read strictly."""

import json
import select
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from .endpoint import Endpoint
from .timing import Deadline


class ConnectionEnded(Exception):
    """The other side closed or reset the connection before all that was expected had come."""


@dataclass
class Response:
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of the only field `name`; None where there is none."""
        values = [value for other, value in self.headers if other.lower() == name.lower()]
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None

    @property
    def json(self) -> Any:
        assert (self.header("Content-Type") or "").startswith("application/json"), self
        return json.loads(self.body)


class ByteStream:
    """A socket, plain or TLS, with deadlines and a buffer."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self._buffer = bytearray()
        self._unsent = memoryview(b"")

    def send(self, data: bytes, within: float = 10) -> None:
        self.socket.settimeout(Deadline(within).remaining)
        self.socket.sendall(data)

    def send_in_background(self, data: bytes) -> None:
        """Has `data` sent while the answer is read; the other side may stop reading it."""
        self._unsent = memoryview(data)

    def _send_some(self) -> None:
        # By turns with reading, since a TLS socket must not be used by two threads at once.
        self.socket.settimeout(0)
        try:
            sent = self.socket.send(self._unsent[: 1 << 16])
            self._unsent = self._unsent[sent:]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            self._unsent = memoryview(b"")

    def _receive(self, deadline: Deadline) -> bytes:
        while self._unsent:
            self._send_some()
            try:
                return self.socket.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                if deadline.has_passed:
                    raise TimeoutError from None
                select.select([self.socket], [self.socket], [], 0.1)
        self.socket.settimeout(max(deadline.remaining, 0.001))
        return self.socket.recv(65536)

    def close(self) -> None:
        self.socket.close()

    def _fill(self, deadline: Deadline) -> None:
        # Asked once: a socket with a time-out of 0 is one that never waits, and has other errors.
        remaining = deadline.remaining
        if remaining == 0:
            raise TimeoutError(f"nothing came in time; unread: {bytes(self._buffer[:200])!r}")
        try:
            data = self._receive(deadline)
        except TimeoutError:
            raise TimeoutError(f"nothing in time; unread: {bytes(self._buffer[:200])!r}") from None
        except OSError as error:
            raise ConnectionEnded(f"{error}; unread: {bytes(self._buffer[:200])!r}") from None
        if not data:
            raise ConnectionEnded(f"closed; unread: {bytes(self._buffer[:200])!r}")
        self._buffer += data

    def peek(self, size: int, deadline: Deadline) -> bytes:
        """Exactly `size` bytes, which stay to be read."""
        while len(self._buffer) < size:
            self._fill(deadline)
        return bytes(self._buffer[:size])

    def read(self, size: int, deadline: Deadline) -> bytes:
        """Exactly `size` bytes."""
        data = self.peek(size, deadline)
        del self._buffer[:size]
        return data

    def read_through(self, mark: bytes, deadline: Deadline) -> bytes:
        """All bytes up to the end of `mark`."""
        while (index := self._buffer.find(mark)) < 0:
            self._fill(deadline)
        return self.read(index + len(mark), deadline)

    def read_to_end(self, within: float = 10) -> bytes:
        """All that comes until the other side closes, which it has to do in time."""
        deadline = Deadline(within)
        try:
            while True:
                self._fill(deadline)
        except ConnectionEnded:
            data = bytes(self._buffer)
            self._buffer.clear()
            return data

    def read_head(self, deadline: Deadline) -> Response:
        """The status line and the fields of a response."""
        text = self.read_through(b"\r\n\r\n", deadline).decode("latin-1")
        line, *rest = text.removesuffix("\r\n\r\n").split("\r\n")
        version, status, *reason = line.split(" ", 2)
        assert version == "HTTP/1.1", line
        headers = []
        for row in rest:
            name, colon, value = row.partition(":")
            assert colon and name == name.strip(), row
            headers.append((name, value.strip()))
        return Response(int(status), "".join(reason), headers)

    def read_chunk(self, deadline: Deadline) -> bytes:
        """The next chunk of a chunked body; empty at its end, which has no trailers."""
        size = int(self.read_through(b"\r\n", deadline).removesuffix(b"\r\n"), 16)
        chunk = self.read(size, deadline)
        assert self.read(2, deadline) == b"\r\n"
        return chunk

    def read_response(self, within: float = 10, has_body: bool = True) -> Response:
        """One whole response that says where it ends."""
        deadline = Deadline(within)
        response = self.read_head(deadline)
        if not has_body:
            return response
        if response.header("Transfer-Encoding") == "chunked":
            assert response.header("Content-Length") is None
            response.body = b"".join(iter(lambda: self.read_chunk(deadline), b""))
        else:
            response.body = self.read(int(response.header("Content-Length") or 0), deadline)
        return response

    def __enter__(self) -> "ByteStream":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def connect(endpoint: Endpoint) -> ByteStream:
    return ByteStream(endpoint.connect())


def body_bytes(body: Any) -> bytes:
    """The bytes of a body that is given as such, or as a value for JSON, or not at all."""
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()


def request(
    endpoint: Endpoint,
    method: str = "GET",
    target: str = "/nothing-here",
    body: bytes = b"",
    *fields: str,
) -> bytes:
    """A well-formed request; `fields` are whole lines without their ends."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {endpoint.authority}", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def exchange(
    endpoint: Endpoint, data: bytes, within: float = 10, has_body: bool = True
) -> Response:
    """Sends `data` on a connection of its own and reads one response."""
    with connect(endpoint) as stream:
        stream.send(data)
        return stream.read_response(within, has_body)
