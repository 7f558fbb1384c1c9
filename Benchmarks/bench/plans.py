"""What the load client is told to say, in the files that Programs/load/plan.c reads."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Step:
    """Bytes to send, and the frames to wait for, one of which must hold `expected`."""

    sent: bytes
    frames: int = 0
    expected: bytes = b""

    def packed(self) -> bytes:
        head = struct.pack("=I", len(self.sent)) + self.sent
        return head + struct.pack("=II", self.frames, len(self.expected)) + self.expected


Script = Sequence[Step]


def upgrade(path: str, frames: int = 0, expected: bytes = b"") -> Step:
    request = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    return Step(request.encode(), frames, expected)


def message(text: str) -> bytes:
    """A text frame of a client. Its mask is all zeros, and costs a server as much as any other."""
    payload = text.encode()
    if len(payload) < 126:
        head = struct.pack(">BB", 0x81, 0x80 | len(payload))
    elif len(payload) < 1 << 16:
        head = struct.pack(">BBH", 0x81, 0x80 | 126, len(payload))
    else:
        head = struct.pack(">BBQ", 0x81, 0x80 | 127, len(payload))
    return head + bytes(4) + payload


@dataclass
class Trigger:
    """What sets one room going: bytes sent at once, and what then comes to whom."""

    script: Script
    sent: bytes
    answers: int
    deliveries: int
    room: int = 0


@dataclass
class TriggerSet:
    port: int
    triggers: list[Trigger] = field(default_factory=list)
    is_http: bool = False
    uses_tls: bool = False


def packed_script(script: Script) -> bytes:
    return struct.pack("=I", len(script)) + b"".join(step.packed() for step in script)


def write_scripts(path: Path, scripts: Sequence[Script]) -> Path:
    path.write_bytes(struct.pack("=I", len(scripts)) + b"".join(map(packed_script, scripts)))
    return path


def write_triggers(path: Path, chosen: TriggerSet) -> Path:
    parts = [struct.pack("=IIII", chosen.is_http, chosen.port, chosen.uses_tls,
                         len(chosen.triggers))]
    for each in chosen.triggers:
        parts += [
            packed_script(each.script),
            struct.pack("=I", len(each.sent)) + each.sent,
            struct.pack("=III", each.answers, each.deliveries, each.room),
        ]
    path.write_bytes(b"".join(parts))
    return path
