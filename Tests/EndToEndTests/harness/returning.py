"""Clients that come back: many at a time, in one thread, as real ones behave.

Each has joined one note. One that is told to go stays until it is closed and comes back when it was
told to; one that is cut off comes back at once; what was not answered is said again. Some writes go
by plain REST. What they were answered and heard can be held against what the API has done.
"""

import asyncio
import collections
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import frames
from .endpoint import Endpoint
from .notes_api import NotesAPI
from .timing import seconds, wait_until
from .websocket import Handshake

# Between two tries of one who finds nobody.
_RETRY = 0.1
# Between the first connections of two.
_STAGGER = 0.002

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


class _Client:
    """`is_hasty`: comes back as soon as it hears that it is to go."""

    def __init__(self, crowd: "Crowd", note: str, user: str, is_hasty: bool) -> None:
        self.crowd, self.note, self.user, self.is_hasty = crowd, note, user, is_hasty
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
        record, start = self.crowd.record, time.monotonic()
        try:
            reader = await self._connect()
            await self._enter(reader)
        except (OSError, EOFError, _Closed, _Refused) as error:
            record.failures.append(f"{type(error).__name__}: {error}")
            await self._leave()
            return _RETRY
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
        endpoint = self.crowd.endpoint
        reader, self._writer = await connect(endpoint)
        handshake = Handshake()
        self._writer.write(handshake.encode(endpoint))
        status, _ = await read_head(reader)
        if status != 101:
            raise _Refused(f"the upgrade was answered with {status}")
        return reader

    async def _enter(self, reader: asyncio.StreamReader) -> None:
        self._say("auth", token=self.crowd.token_of(self.user))
        self._say("join_note", noteId=self.note)
        for expected in ("connection_established", "auth_success", "note_joined"):
            message = await _receive(reader, self._writer)
            if message["type"] != expected:
                raise _Refused(f"{expected} was expected: {message}")
        self.position = message["epoch"], message["seq"]

    def _hear(self, message: dict) -> None:
        record = self.crowd.record
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


class Crowd:
    """`client_count` clients in `note_count` notes of as many users, each tenth of them hasty."""

    def __init__(
        self,
        endpoint: Endpoint,
        api: NotesAPI,
        token_of: Callable[[str], str],
        client_count: int,
        note_count: int,
        name: str = "crowd",
    ) -> None:
        """`endpoint` and `token_of` are for connections to come, and may be replaced."""
        self.endpoint, self.api, self.token_of = endpoint, api, token_of
        self.record = Record()
        self.owners = {api.add(f"{name}-{n}", f"{name}-user-{n}"): f"{name}-user-{n}"
                       for n in range(note_count)}
        notes = list(self.owners)
        self.clients = [
            _Client(self, notes[n % note_count], f"{name}-user-{n % note_count}", n % 10 == 9)
            for n in range(client_count)
        ]
        self._random = random.Random(1)
        self._rest_pending: set[int] = set()
        self._writes_per_second = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    # For the thread that watches

    def start_writing(self, per_second: float) -> None:
        self._writes_per_second = per_second

    def wait_until_ready(self, within: float = 60) -> None:
        """Waits until all are connected at a time."""
        wait_until(
            lambda: all(client.is_ready for client in self.clients), within, "all to be connected"
        )

    def wait_for_answers(self, count: int, within: float = 30) -> None:
        """Waits until so many more writes were answered."""
        goal = len(self.record.answers) + count
        wait_until(lambda: len(self.record.answers) >= goal, within, f"{count} writes")

    def settle(self, within: float = 30) -> None:
        """Writes no more, and waits until all are connected and all writes are answered."""
        self._writes_per_second = 0
        self.wait_until_ready(within)
        wait_until(lambda: not self._unanswered, within, "the answers")

    @property
    def _unanswered(self) -> set[int]:
        return self.record.sent.keys() - self.record.answers.keys()

    def finish(self) -> None:
        """Ends all connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(seconds(10))
        assert not self._thread.is_alive()

    def done(self) -> dict[str, list[int]]:
        """The numbers of the writes that the API has done, by note, in its order."""
        done: dict[str, list[int]] = {note: [] for note in self.owners}
        for request in list(self.api.done):
            note = request.target.rsplit("/", 1)[1]
            if note in done:
                done[note].append(json.loads(request.body)["number"])
        return done

    def assert_done_is_answered(self) -> int:
        """Each write that the API has was answered, once, and each that was answered is there,
        once. Returns how many."""
        done = collections.Counter(number for line in self.done().values() for number in line)
        assert not done or done.most_common(1)[0][1] == 1, "a write was done twice"
        assert self.record.answers == done, (
            f"done and not answered: {sorted(done - self.record.answers)}, "
            f"answered and not done: {sorted(self.record.answers - done)}"
        )
        return len(done)

    def assert_sent_is_done(self) -> None:
        """After `settle`: no write was lost."""
        lost = self.record.sent.keys() - {n for line in self.done().values() for n in line}
        assert not lost, f"{len(lost)} writes were lost: {sorted(lost)[:20]}"

    def assert_order(self, is_one_process: bool = False) -> None:
        """What was heard is in the API's order, without a gap for any connection; with one process
        all of what was done was heard."""
        assert self.record.faults == [], self.record.faults[:10]
        done = self.done()
        for (note, epoch), line in self.record.lines.items():
            numbers = [line[seq] for seq in sorted(line)]
            if is_one_process:
                assert numbers == done[note], (note, epoch)
            positions = {number: index for index, number in enumerate(done[note])}
            found = [positions[number] for number in numbers]
            assert found == sorted(found), (note, epoch)

    def wait_until_all_heard_all(self, within: float = 10) -> None:
        """Waits until every connection is where the last one in its line is."""

        def is_done() -> bool:
            lines = self.record.lines
            return all(
                client.position[1] >= max(lines.get((client.note, client.position[0]), {0: 0}))
                for client in self.clients
                if client.position is not None
            )

        wait_until(is_done, within, "everybody to hear everything")

    # The loop's thread

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        tasks = [self._loop.create_task(self._write())]
        for index, client in enumerate(self.clients):
            self._loop.call_later(
                index * _STAGGER, lambda it=client: tasks.append(self._loop.create_task(it.live()))
            )
        self._loop.run_forever()
        everything = asyncio.all_tasks(self._loop)
        for task in everything:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*everything, return_exceptions=True))
        self._loop.close()

    async def _write(self) -> None:
        """Writes to one note after the other in no order, by turns in the two ways."""
        number, requests = 0, set()
        while True:
            if not self._writes_per_second:
                await asyncio.sleep(0.02)
                continue
            number += 1
            if number % 2:
                client = self._random.choice(self.clients)
                self.record.sent[number] = client.note
                client.write(number)
            else:
                note = self._random.choice(list(self.owners))
                self.record.sent[number] = note
                task = asyncio.ensure_future(self._put(note, number))
                requests.add(task)
                task.add_done_callback(requests.discard)
            await asyncio.sleep(1 / self._writes_per_second)

    async def _put(self, note: str, number: int) -> None:
        """One write by REST. What finds nobody is tried again; what was not answered is not."""
        while True:
            try:
                reader, writer = await connect(self.endpoint)
                break
            except OSError as error:
                self.record.failures.append(f"PUT: {type(error).__name__}: {error}")
                await asyncio.sleep(_RETRY)
        try:
            body = json.dumps({"number": number}).encode()
            writer.write(
                f"PUT /api/notes/{note} HTTP/1.1\r\nHost: {self.endpoint.authority}\r\n"
                f"Authorization: Bearer {self.token_of(self.owners[note])}\r\n"
                "Content-Type: application/json\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode() + body
            )
            status, _ = await read_head(reader)
            await reader.read()
            if status == 200:
                self.record.answers[number] += 1
            else:
                self.record.failures.append(f"PUT {number}: {status}")
        except (OSError, EOFError) as error:
            self.record.failures.append(f"PUT {number}: {type(error).__name__}: {error}")
        finally:
            writer.close()
