"""A login service's JWKS endpoint: it counts how often it is asked, and can misbehave."""

import re
import ssl
import threading
import time
from dataclasses import dataclass, field

from .configuration import Configuration
from .gateway import Gateway
from .http_server import Connection, HTTPServer, Request
from .timing import seconds
from .tokens import Issuer, jwks

PATH = "/.well-known/jwks.json"
ELSEWHERE = "/elsewhere.json"

# Once it has keys a gateway fetches at most once in so many seconds.
PAUSE = 30


def login(kid: str) -> Issuer:
    """A login service with a new key."""
    return Issuer("ES256", kid=kid)


def rules(server: "KeyServer", **keys: str) -> Configuration:
    """Has a gateway take its keys from `server`, and perhaps from a file."""
    others = {"hmac_secret_file": None, **keys}
    algorithms = ["ES256", "HS256"] if others["hmac_secret_file"] else ["ES256"]
    return {
        "authentication": {
            "keys": {"jwks_url": server.url, **others}, "algorithms": algorithms,
        }
    }


def wait_for_log(gateway: Gateway, text: str, within: float = 10) -> str:
    """The first line with `text`, a regular expression, in what a gateway has logged."""
    return gateway.log.wait_for(re.compile(f".*{text}.*"), within)[0]


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
