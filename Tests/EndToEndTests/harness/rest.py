"""What an app does that knows nothing of WebSockets: plain requests to its API."""

from collections.abc import Callable
from typing import Any

from . import http
from .gateway import Gateway


def ask(
    gateway: Gateway,
    method: str,
    target: str,
    token: str | None = None,
    body: Any = None,
    *fields: str,
    within: float = 10,
) -> http.Response:
    """One request on a connection of its own, with a token and a body that is JSON or bytes."""
    with http.connect(gateway.endpoint) as stream:
        stream.send(request(gateway, method, target, token, body, *fields))
        return stream.read_response(within)


def request(
    gateway: Gateway, method: str, target: str, token: str | None, body: Any, *fields: str
) -> bytes:
    data = http.body_bytes(body)
    lines = [*fields]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if body is not None:
        lines.append("Content-Type: application/json")
    return http.request(gateway.endpoint, method, target, data, *lines)


def asking(gateway: Gateway, user: str) -> Callable[..., http.Response]:
    """Asks `gateway` as `user`, unless another `token` is given."""

    def send(method: str, target: str, body: Any = None, *fields: str, token: str | None = None):
        return ask(gateway, method, target, token or gateway.issuer.token(user), body, *fields)

    return send
