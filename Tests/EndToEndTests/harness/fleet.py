"""Many devices that are connected at once and write all the time, in one thread."""

import collections
import itertools
import json
import select
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from .device import Device, Message
from .gateway import Gateway
from .http import ConnectionEnded
from .notes_api import NotesAPI
from .timing import seconds, wait_until
from .websocket import ClosedByGateway

_NOTE_COUNT = 10


class Fleet:
    """Devices of one user, each in one note of a few. They write by turns, each write with a number
    of its own, and are read all the time, until each was closed or `finish` was called and nothing
    is waited for any more."""

    def __init__(
        self,
        gateway: Gateway,
        api: NotesAPI,
        device_of: Callable[..., Device],
        new_name: Callable[[str], str],
        device_count: int,
    ) -> None:
        self.api = api
        self.user = new_name("user")
        self.notes = [api.add(new_name("note"), self.user) for _ in range(_NOTE_COUNT)]
        # The code that each device was closed with, None for one that was cut off.
        self.closed: dict[int, int | None] = {}
        self.answers: collections.Counter[int] = collections.Counter()
        self.sent: dict[int, str] = {}
        self.refused: list[Message] = []
        self.heard: dict[int, list[int]] = collections.defaultdict(list)
        self._numbers = itertools.count(1)
        self._is_finishing = threading.Event()
        self._thread: threading.Thread | None = None
        with ThreadPoolExecutor(16) as pool:
            self.devices = list(
                pool.map(
                    lambda index: device_of(gateway, self.user, self._note_of(index)),
                    range(device_count),
                )
            )

    def _note_of(self, index: int) -> str:
        return self.notes[index % _NOTE_COUNT]

    def start_writing(self, pause: float) -> None:
        """From now on one of the devices writes every `pause` seconds."""
        self._thread = threading.Thread(target=self._run, args=(seconds(pause),), daemon=True)
        self._thread.start()

    def wait_for_writes(self, count: int) -> None:
        """Waits until so many more writes were done."""
        goal = len(self.done) + count
        wait_until(lambda: len(self.done) >= goal, what=f"{count} writes")

    def finish(self, within: float = 30) -> None:
        """Writes no more, and waits for what is waited for."""
        self._is_finishing.set()
        self.join(within)

    def join(self, within: float = 30) -> None:
        """Waits until every device was closed."""
        assert self._thread is not None
        self._thread.join(seconds(within))
        assert not self._thread.is_alive(), f"{len(self.closed)} of {len(self.devices)} closed"

    @property
    def done(self) -> list[int]:
        """The numbers of the writes that the API has done, in its order."""
        bodies = [json.loads(request.body) for request in list(self.api.done)]
        return [body["number"] for body in bodies if body.get("fleet") == self.user]

    def assert_done_is_answered(self) -> None:
        """Each write that the API has was answered, once, and each that was answered is there."""
        done = collections.Counter(self.done)
        assert done.most_common(1)[0][1] == 1, "a write was done twice"
        assert self.answers == done, "writes that were done are those that were answered"
        assert self.refused == []

    def assert_nothing_was_missed(self) -> None:
        """Nobody was closed, each write was done, and heard by all others in its note."""
        assert self.closed == {}
        assert sorted(self.done) == sorted(self.sent)
        for index in range(len(self.devices)):
            note = self._note_of(index)
            in_note = [number for number in self.done if self.sent[number] == note]
            assert self.heard[index] == in_note

    # The thread

    def _run(self, pause: float) -> None:
        writers = itertools.cycle(range(len(self.devices)))
        next_write = time.monotonic()
        while len(self.closed) < len(self.devices):
            if self._is_finishing.is_set():
                if len(self.answers) + len(self.refused) == len(self.sent) and self._all_heard():
                    return
            elif time.monotonic() >= next_write:
                self._write(next(index for index in writers if index not in self.closed))
                next_write += pause
            self._read(max(0.0, min(pause, next_write - time.monotonic())))

    def _all_heard(self) -> bool:
        return sum(map(len, self.heard.values())) >= len(self.sent) * (
            len(self.devices) // _NOTE_COUNT
        )

    def _write(self, index: int) -> None:
        number = next(self._numbers)
        try:
            self.devices[index].send(
                "note_update",
                noteId=self._note_of(index),
                changes={"number": number, "fleet": self.user},
                requestId=str(number),
            )
            self.sent[number] = self._note_of(index)
        except OSError:
            # It was closed, which is read next.
            pass

    def _read(self, within: float) -> None:
        open_devices = {
            device.websocket.stream.socket: index
            for index, device in enumerate(self.devices)
            if index not in self.closed
        }
        for readable in select.select(list(open_devices), [], [], within)[0]:
            self._read_all(open_devices[readable])

    def _read_all(self, index: int) -> None:
        websocket = self.devices[index].websocket
        try:
            while True:
                self._note(index, Message(websocket.receive_text(within=0.0005)))
        except TimeoutError:
            pass
        except ClosedByGateway as closed:
            self.closed[index] = closed.code
            websocket.send_close(closed.code)
        except ConnectionEnded:
            self.closed[index] = None

    def _note(self, index: int, message: Message) -> None:
        if message["type"] == "note_update_success":
            number = int(message["requestId"])
            self.answers[number] += 1
            self.heard[index].append(number)
        elif message["type"] == "note_sync":
            self.heard[index].append(message["changes"]["number"])
        elif message["type"] != "going_away":
            self.refused.append(message)
