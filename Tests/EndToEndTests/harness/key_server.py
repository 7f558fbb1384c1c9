"""A login service's JWKS endpoint: it counts how often it is asked, and can misbehave."""

import ssl
import threading
import time
from dataclasses import dataclass, field

from .http_server import Connection, HTTPServer, Request
from .timing import seconds
from .tokens import Issuer, jwks

PATH = "/.well-known/jwks.json"
ELSEWHERE = "/elsewhere.json"


@dataclass
class Behaviour:
    """How requests are answered."""

    status: int = 200
    # None for the published keys.
    body: str | None = None
    headers: list[str] = field(default_factory=list)
    # Only so many bytes of the body are sent, then the connection is closed.
    size_sent: int | None = None
    # Nothing is answered before it is set.
    gate: threading.Event | None = None


REDIRECT = Behaviour(302, "", [f"Location: {ELSEWHERE}"])


class KeyServer:
    """Publishes the keys of issuers."""

    def __init__(self, *issuers: Issuer, tls: ssl.SSLContext | None = None) -> None:
        self._server = HTTPServer(self._answer, tls)
        self._scheme = "https" if tls else "http"
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._keys = ""
        self._behaviour = Behaviour()
        self._gates: list[threading.Event] = []
        self.publish(*issuers)
        self.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.port}{PATH}"

    @property
    def requests(self) -> list[Request]:
        """What has been asked so far, in order of arrival."""
        with self._lock:
            return list(self._requests)

    @property
    def published(self) -> str:
        """The text of the key set."""
        with self._lock:
            return self._keys

    @property
    def fetch_count(self) -> int:
        return len(self.requests)

    def publish(self, *issuers: Issuer) -> None:
        """From now on these keys are the service's, and no others."""
        with self._lock:
            self._keys = jwks({issuer.kid: issuer.key for issuer in issuers})

    def misbehave(self, behaviour: Behaviour) -> None:
        with self._lock:
            self._behaviour = behaviour

    def behave(self) -> None:
        self.misbehave(Behaviour())

    def hold(self) -> threading.Event:
        """From now on answers nothing before the event is set."""
        gate = threading.Event()
        self._gates.append(gate)
        self.misbehave(Behaviour(gate=gate))
        return gate

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        for gate in self._gates:
            gate.set()
        self._server.stop()

    def _answer(self, request: Request, connection: Connection) -> bool:
        with self._lock:
            request.begun = time.monotonic()
            self._requests.append(request)
            behaviour = self._behaviour
        if behaviour.gate is not None:
            behaviour.gate.wait(seconds(60))
        with self._lock:
            body = (self._keys if behaviour.body is None else behaviour.body).encode()
        lines = [f"HTTP/1.1 {behaviour.status} Whatever", f"Content-Length: {len(body)}"]
        head = "\r\n".join(lines + behaviour.headers) + "\r\n\r\n"
        connection.socket.sendall(head.encode() + body[: behaviour.size_sent])
        return behaviour.size_sent is None
