"""The first flight of TLS as bytes: offers what no library would, and reads what is made of it.

Source: RFC 5246, 7.4; RFC 8446, 4; RFC 8422, 5.4.
"""

import os
import struct
from dataclasses import dataclass
from enum import IntEnum

from .endpoint import Endpoint
from .http import ByteStream
from .timing import Deadline

SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304

X25519, P_256, P_384 = 29, 23, 24
GROUPS_1_2 = tuple(range(1, 31))
"""The curves of RFC 8422 and before: binary ones, the short ones, Brainpool."""
GROUPS_1_3 = (*range(23, 31), *range(0x100, 0x105), *range(31, 42))
"""With the finite fields of RFC 7919, of which the largest costs a server much."""

CIPHERS = (*range(0x0001, 0x00FF), *range(0xC001, 0xC100), *range(0xCCA8, 0xCCAF))
"""All that was ever registered for TLS 1.2 and before, but for the two signals."""
CIPHERS_1_3 = tuple(range(0x1301, 0x1308))

_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO, _CERTIFICATE, _SERVER_KEY_EXCHANGE, _SERVER_HELLO_DONE = 2, 11, 12, 14
_NAMES, _GROUPS, _POINTS, _SIGNATURES, _PROTOCOLS = 0, 10, 11, 13, 16
_VERSIONS, _KEY_SHARES = 43, 51
_SIGNATURE_SCHEMES = (0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601)


class Alert(IntEnum):
    """What a server says when it takes nothing of an offer."""

    HANDSHAKE_FAILURE = 40
    PROTOCOL_VERSION = 70
    NO_APPLICATION_PROTOCOL = 120


@dataclass
class Choice:
    """What a server has taken of an offer. Certificates are DER, the server's own first; with 1.3
    they come encrypted, and there are none here."""

    version: int = 0
    cipher: int = 0
    compression: int = 0
    group: int = 0
    protocol: bytes = b""
    certificates: tuple[bytes, ...] = ()


def _sized(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width, "big") + data


def _numbers(numbers: tuple[int, ...]) -> bytes:
    return b"".join(struct.pack(">H", number) for number in numbers)


def _extension(kind: int, data: bytes) -> bytes:
    return struct.pack(">H", kind) + _sized(2, data)


@dataclass(frozen=True)
class Offer:
    """A ClientHello. With 1.3 it has no key share, so that the server names the group it wants."""

    version: int = TLS_1_2
    ciphers: tuple[int, ...] = CIPHERS
    groups: tuple[int, ...] = (X25519, P_256, P_384)
    signatures: tuple[int, ...] = _SIGNATURE_SCHEMES
    protocols: tuple[bytes, ...] = ()
    compressions: bytes = b"\0"
    name: str = ""

    def encode(self) -> bytes:
        """As one record."""
        body = struct.pack(">H", min(self.version, TLS_1_2)) + os.urandom(32) + _sized(1, b"")
        ciphers = CIPHERS_1_3 if self.version == TLS_1_3 else self.ciphers
        body += _sized(2, _numbers(ciphers)) + _sized(1, self.compressions)
        if self.version > SSL_3_0:
            body += _sized(2, self._extensions())
        message = b"\1" + _sized(3, body)
        return struct.pack(">BH", _HANDSHAKE, min(self.version, TLS_1_0)) + _sized(2, message)

    def _extensions(self) -> bytes:
        data = _extension(_GROUPS, _sized(2, _numbers(self.groups)))
        data += _extension(_POINTS, _sized(1, b"\0"))
        data += _extension(_SIGNATURES, _sized(2, _numbers(self.signatures)))
        if self.name:
            data += _extension(_NAMES, _sized(2, b"\0" + _sized(2, self.name.encode())))
        if self.protocols:
            names = b"".join(_sized(1, name) for name in self.protocols)
            data += _extension(_PROTOCOLS, _sized(2, names))
        if self.version == TLS_1_3:
            data += _extension(_VERSIONS, _sized(1, _numbers((TLS_1_3,))))
            data += _extension(_KEY_SHARES, _sized(2, b""))
        return data


class _Reader:
    """Takes numbers and sized pieces off the front of bytes."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def take(self, size: int) -> bytes:
        assert len(self.rest) >= size, self.rest
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def sized(self, width: int) -> bytes:
        return self.take(self.number(width))


def _read_hello(choice: Choice, data: bytes) -> None:
    hello = _Reader(data)
    choice.version = hello.number(2)
    hello.take(32)
    hello.sized(1)
    choice.cipher, choice.compression = hello.number(2), hello.number(1)
    extensions = _Reader(hello.sized(2) if hello.rest else b"")
    while extensions.rest:
        kind, content = extensions.number(2), _Reader(extensions.sized(2))
        if kind == _VERSIONS:
            choice.version = content.number(2)
        elif kind == _KEY_SHARES:
            choice.group = content.number(2)
        elif kind == _PROTOCOLS:
            choice.protocol = _Reader(content.sized(2)).sized(1)


def _read_certificates(choice: Choice, data: bytes) -> None:
    chain = _Reader(_Reader(data).sized(3))
    while chain.rest:
        choice.certificates += (chain.sized(3),)


def _read_key_exchange(choice: Choice, data: bytes) -> None:
    # 3 says that the curve has a name; what has none is not read here.
    exchange = _Reader(data)
    assert exchange.number(1) == 3
    choice.group = exchange.number(2)


def make(stream: ByteStream, offer: Offer) -> Choice | int:
    """Makes `offer`, and reads all that a server says to it before it waits for the client: what
    it has chosen, or the number of the alert that it ends with."""
    stream.send(offer.encode())
    deadline = Deadline(10)
    choice, messages = Choice(), b""
    while True:
        kind, _, size = struct.unpack(">BHH", stream.read(5, deadline))
        record = stream.read(size, deadline)
        if kind == _ALERT:
            return record[1]
        assert kind == _HANDSHAKE, kind
        messages += record
        while len(messages) >= 4 and len(messages) >= 4 + int.from_bytes(messages[1:4], "big"):
            message = _Reader(messages)
            kind, data = message.number(1), message.sized(3)
            messages = message.rest
            if kind == _SERVER_HELLO:
                _read_hello(choice, data)
            elif kind == _CERTIFICATE:
                _read_certificates(choice, data)
            elif kind == _SERVER_KEY_EXCHANGE:
                _read_key_exchange(choice, data)
            if kind == _SERVER_HELLO_DONE or choice.version == TLS_1_3:
                return choice


def answer(endpoint: Endpoint, offer: Offer) -> Choice | int:
    """What is made of `offer` on a connection of its own."""
    with ByteStream(endpoint.connect_plain()) as stream:
        return make(stream, offer)
