"""A client that comes back, as real ones do, in an asyncio loop.

It joins one note. When it is told to go it stays until it is closed, and comes back when it was
told to; when it is cut off it comes back at once; what was not answered is said again.
"""

import asyncio
import collections
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import frames
from .endpoint import Endpoint
from .websocket import Handshake

# Between two tries of one who finds nobody.
RETRY = 0.1
# A note within one life of its numbering.
Line = tuple[str, str]


class _Closed(Exception):
    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class _Refused(Exception):
    """Something else came than what had to."""


@dataclass
class Record:
    """What has happened to all of them."""

    # Writes by their numbers: the note each is to, and how often it was answered.
    sent: dict[int, str] = field(default_factory=dict)
    answers: collections.Counter[int] = field(default_factory=collections.Counter)
    # The writes of each line by their `seq`.
    lines: dict[Line, dict[int, int]] = field(default_factory=dict)
    # The `reconnectAfter` that each who was told to go was told.
    told: list[int] = field(default_factory=list)
    # Connections that were cut off, or closed with another code than 1001.
    drops: list[str] = field(default_factory=list)
    # Connections that did not come to be, and requests that were not answered with 200.
    failures: list[str] = field(default_factory=list)
    # Breaches of the protocol's own order.
    faults: list[str] = field(default_factory=list)
    # How long each took from its first packet to its place in the room.
    times: list[float] = field(default_factory=list)


@dataclass
class World:
    """What connections to come are made with, and what has come of all so far."""

    endpoint: Endpoint
    token_of: Callable[[str], str]
    record: Record = field(default_factory=Record)


class ReturningClient:
    """`is_hasty`: comes back as soon as it hears that it is to go."""

    def __init__(self, world: World, note: str, user: str, is_hasty: bool) -> None:
        self.world, self.note, self.user, self.is_hasty = world, note, user, is_hasty
        # Writes that were not answered.
        self.pending: set[int] = set()
        self.is_ready = False
        self.position: tuple[str, int] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def live(self) -> None:
        while True:
            await asyncio.sleep(await self._be_connected())

    def write(self, number: int) -> None:
        self.pending.add(number)
        if self.is_ready:
            self._say_write(number)

    def _say_write(self, number: int) -> None:
        changes = {"number": number}
        self._say("note_update", noteId=self.note, changes=changes, requestId=str(number))

    def _say(self, type: str, **fields) -> None:
        text = json.dumps({"type": type, **fields}).encode()
        self._writer.write(frames.encode(frames.TEXT, text))

    async def _be_connected(self) -> float:
        """One connection from its beginning to its end. Returns how long to stay away then."""
        record, start = self.world.record, time.monotonic()
        try:
            reader = await self._connect()
            await self._enter(reader)
        except (OSError, EOFError, _Closed, _Refused) as error:
            record.failures.append(f"{type(error).__name__}: {error}")
            await self._leave()
            return RETRY
        record.times.append(time.monotonic() - start)
        back_at = None
        self.is_ready = True
        try:
            for number in sorted(self.pending):
                self._say_write(number)
            while True:
                message = await _receive(reader, self._writer)
                if message["type"] == "going_away":
                    record.told.append(message["reconnectAfter"])
                    back_at = time.monotonic() + message["reconnectAfter"] / 1000
                    if self.is_hasty and not self.pending:
                        return 0
                else:
                    self._hear(message)
        except _Closed as closed:
            if back_at is None or closed.code != 1001:
                record.drops.append(str(closed))
        except (OSError, EOFError) as error:
            record.drops.append(f"{type(error).__name__}: {error}")
        finally:
            self.is_ready = False
            await self._leave()
        return 0 if back_at is None else max(0.0, back_at - time.monotonic())

    async def _connect(self) -> asyncio.StreamReader:
        endpoint = self.world.endpoint
        reader, self._writer = await connect(endpoint)
        handshake = Handshake()
        self._writer.write(handshake.encode(endpoint))
        status, _ = await read_head(reader)
        if status != 101:
            raise _Refused(f"the upgrade was answered with {status}")
        return reader

    async def _enter(self, reader: asyncio.StreamReader) -> None:
        self._say("auth", token=self.world.token_of(self.user))
        self._say("join_note", noteId=self.note)
        for expected in ("connection_established", "auth_success", "note_joined"):
            message = await _receive(reader, self._writer)
            if message["type"] != expected:
                raise _Refused(f"{expected} was expected: {message}")
        self.position = message["epoch"], message["seq"]

    def _hear(self, message: dict) -> None:
        record = self.world.record
        if message["type"] == "note_update_success":
            number = int(message["requestId"])
            record.answers[number] += 1
            self.pending.discard(number)
        elif message["type"] == "note_sync":
            number = message["changes"]["number"]
        else:
            record.faults.append(f"unexpected: {message}")
            return
        epoch, seq = message["epoch"], message["seq"]
        if self.position != (epoch, seq - 1):
            record.faults.append(f"{self.position} was followed by {(epoch, seq)}")
        self.position = epoch, seq
        if record.lines.setdefault((self.note, epoch), {}).setdefault(seq, number) != number:
            record.faults.append(f"{self.note} has two writes of {epoch} {seq}")

    async def _leave(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.write(frames.encode(frames.CLOSE, frames.close_payload(1000)))
                writer.close()
                await writer.wait_closed()
            except OSError:
                # The gateway was faster.
                pass


async def connect(endpoint: Endpoint) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    name = endpoint.host if endpoint.tls else None
    return await asyncio.open_connection(
        endpoint.host, endpoint.port, ssl=endpoint.tls, server_hostname=name
    )


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """The status and the fields of an answer."""
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = text.rstrip("\r\n").split("\r\n")
    pairs = (entry.split(":", 1) for entry in fields)
    return int(line.split(" ")[1]), {name.lower(): value.strip() for name, value in pairs}


async def _receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> dict:
    """The next message. Pings are answered."""
    while True:
        first, second = await reader.readexactly(2)
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
        payload = await reader.readexactly(size)
        opcode = first & 15
        if opcode == frames.TEXT:
            return json.loads(payload)
        if opcode == frames.PING:
            writer.write(frames.encode(frames.PONG, payload))
        elif opcode == frames.CLOSE:
            raise _Closed(int.from_bytes(payload[:2], "big") if payload else None)
