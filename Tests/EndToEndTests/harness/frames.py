"""WebSocket frames as bytes, RFC 6455 section 5.2: right ones and wrong ones."""

import os
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class Frame(NamedTuple):
    is_final: bool
    reserved: int
    opcode: int
    is_masked: bool
    payload: bytes


def masked(payload: bytes, key: bytes) -> bytes:
    """`payload` under `key`; the same again takes it off."""
    size = len(payload)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def head(
    opcode: int, size: int, is_final: bool = True, reserved: int = 0, mask: bool = True
) -> bytes:
    """The bytes before the masking key, for a payload that need not follow."""
    first = (0x80 if is_final else 0) | reserved << 4 | opcode
    bit = 0x80 if mask else 0
    if size < 126:
        return bytes([first, bit | size])
    if size < 1 << 16:
        return bytes([first, bit | 126]) + size.to_bytes(2, "big")
    return bytes([first, bit | 127]) + size.to_bytes(8, "big")


def encode(
    opcode: int, payload: bytes, is_final: bool = True, reserved: int = 0, mask: bool = True
) -> bytes:
    """One frame as a client sends it."""
    start = head(opcode, len(payload), is_final, reserved, mask)
    if not mask:
        return start + payload
    key = os.urandom(4)
    return start + key + masked(payload, key)


def fragmented(opcode: int, pieces: list[bytes]) -> bytes:
    """One message in as many frames as there are pieces."""
    last = len(pieces) - 1
    return b"".join(
        encode(CONTINUATION if index else opcode, piece, is_final=index == last)
        for index, piece in enumerate(pieces)
    )


def close_payload(code: int | None, reason: str = "") -> bytes:
    return b"" if code is None else code.to_bytes(2, "big") + reason.encode()
