"""Many clients that come back, in one thread; some of the writes go by plain REST. What they were
answered and heard can be held against what the API has done."""

import asyncio
import collections
import json
import random
import threading
from collections.abc import Callable

from .endpoint import Endpoint
from .notes_api import NotesAPI
from .returning import RETRY, Record, ReturningClient, World, connect, read_head
from .timing import seconds, wait_until

# Between the first connections of two.
_STAGGER = 0.002


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
        # What connections to come are made with may be replaced.
        self.world, self.api = World(endpoint, token_of), api
        users = [f"{name}-user-{number}" for number in range(note_count)]
        self.owners = {api.add(f"{name}-of-{user}", user): user for user in users}
        places = list(self.owners.items())
        self.clients = [
            ReturningClient(self.world, *places[number % note_count], is_hasty=number % 10 == 9)
            for number in range(client_count)
        ]
        self._random = random.Random(1)
        self._rest_pending: set[int] = set()
        self._writes_per_second = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def record(self) -> Record:
        return self.world.record

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
                reader, writer = await connect(self.world.endpoint)
                break
            except OSError as error:
                self.record.failures.append(f"PUT: {type(error).__name__}: {error}")
                await asyncio.sleep(RETRY)
        try:
            body = json.dumps({"number": number}).encode()
            writer.write(
                f"PUT /api/notes/{note} HTTP/1.1\r\nHost: {self.world.endpoint.authority}\r\n"
                f"Authorization: Bearer {self.world.token_of(self.owners[note])}\r\n"
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
