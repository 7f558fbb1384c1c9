"""The admin listener of a gateway, asked as operators and the API ask it."""

import re
from typing import Any

from . import http
from .endpoint import Endpoint
from .gateway import Gateway
from .timing import wait_until

# For a gateway that is to have one.
LISTENING = {"admin": {"listen": "127.0.0.1:0"}}

_LISTENING = re.compile(r"admin listening .*\bport=(\d+)")
_SAMPLE = re.compile(r"([a-z_]+)(?:\{(.*)\})? ([0-9.]+)")
_LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')

Labels = frozenset[tuple[str, str]]


class Metrics:
    """What `/metrics` said at one time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.types: dict[str, str] = {}
        self._samples: dict[tuple[str, Labels], float] = {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                name, kind = line.split(" ")[2:]
                assert name not in self.types, line
                self.types[name] = kind
            elif not line.startswith("# HELP "):
                match = _SAMPLE.fullmatch(line)
                assert match, line
                key = match[1], frozenset(_LABEL.findall(match[2] or ""))
                assert key not in self._samples, line
                self._samples[key] = float(match[3])

    def __call__(self, name: str, **labels: str) -> float:
        """The value of a sample, 0 where there is none; `name` is without the prefix."""
        return self._samples.get((f"notes_gateway_{name}", frozenset(labels.items())), 0)

    def process(self, name: str) -> float:
        return self._samples[f"process_{name}", frozenset()]

    def labels(self, name: str) -> list[dict[str, str]]:
        """Those of all samples of a name, prefix included."""
        return [dict(labels) for other, labels in self._samples if other == name]


class Admin:
    """The admin listener of `gateway`, which listens on loopback unless `endpoint` says where."""

    def __init__(self, gateway: Gateway, endpoint: Endpoint | None = None) -> None:
        self.endpoint = endpoint or Endpoint(port=int(gateway.log.wait_for(_LISTENING)[1]))

    def ask(
        self,
        method: str,
        target: str,
        body: Any = None,
        *fields: str,
        token: str | None = None,
        host: str | None = None,
    ) -> http.Response:
        """One request on a connection of its own, with a body that is JSON or bytes."""
        data = http.body_bytes(body)
        lines = [f"Host: {self.endpoint.authority if host is None else host}", *fields]
        if token is not None:
            lines.append(f"Authorization: Bearer {token}")
        if data or method == "POST":
            lines.append(f"Content-Length: {len(data)}")
        text = "\r\n".join([f"{method} {target} HTTP/1.1", *lines]) + "\r\n\r\n"
        with http.connect(self.endpoint) as stream:
            # What is too large is answered before all of it has been read.
            stream.send_in_background(text.encode("latin-1") + data)
            return stream.read_response(has_body=method != "HEAD")

    def get(self, target: str) -> http.Response:
        return self.ask("GET", target)

    def metrics(self) -> Metrics:
        response = self.get("/metrics")
        assert response.status == 200, response
        assert response.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
        return Metrics(response.body.decode())

    def wait_for(self, name: str, value: float, **labels: str) -> None:
        """Waits until a sample has this value."""
        wait_until(
            lambda: self.metrics()(name, **labels) == value, what=f"{name} {labels} = {value}"
        )

    def wait_until_quiet(self) -> None:
        """Waits until nobody uses the gateway: what a test has left behind is gone."""

        def is_quiet() -> bool:
            metrics = self.metrics()
            states = ("authenticated", "unauthenticated", "http")
            others = ("rooms", "joined", "lane_queue", "upstream_in_flight")
            counts = [metrics("connections", state=state) for state in states]
            return not any([*counts, *map(metrics, others)])

        wait_until(is_quiet, what="a gateway that nobody uses")

    def publish(self, token: str | None, events: Any) -> http.Response:
        return self.ask("POST", "/publish", events, token=token)
