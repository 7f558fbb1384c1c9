"""One who connects every few milliseconds, and notices each time that it is not served."""

import asyncio
import contextlib
import itertools
import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from .endpoint import Endpoint
from .returning import connect, read_head
from .timing import seconds
from .websocket import Handshake

_ASK_EACH = 8
_PATIENCE = 20


@dataclass
class Probes:
    failures: list[str] = field(default_factory=list)
    # From the first packet to the answer, in seconds.
    times: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.times) + len(self.failures)

    @property
    def slow_count(self) -> int:
        """Those whose first packet was dropped, and repeated a second later."""
        return sum(time > 0.9 for time in self.times)


class Prober:
    """Becomes a WebSocket by turns and asks the API by plain HTTP, each time on a connection of its
    own. In a process of its own, so that nobody holds it up."""

    def __init__(self, endpoint: Endpoint, pause: float) -> None:
        context = multiprocessing.get_context("fork")
        self._told, tells = context.Pipe()
        self._process = context.Process(target=_run, args=(endpoint, pause, tells), daemon=True)
        self._process.start()
        assert self._told.poll(seconds(_PATIENCE)) and self._told.recv() == "started"

    def finish(self) -> Probes:
        """Begins no more, waits for those that have begun, and returns what they saw."""
        self._told.send("finish")
        assert self._told.poll(seconds(2 * _PATIENCE)), "the prober has ended"
        probes = self._told.recv()
        self._process.join()
        return probes


def _run(endpoint: Endpoint, pause: float, told: Connection) -> None:
    asyncio.run(_probe_on(endpoint, pause, told))


async def _probe_on(endpoint: Endpoint, pause: float, told: Connection) -> None:
    probes, tasks = Probes(), set()
    told.send("started")
    numbers = itertools.count(1)
    while not told.poll():
        task = asyncio.ensure_future(_probe(endpoint, next(numbers), probes))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await asyncio.sleep(pause)
    await asyncio.gather(*tasks)
    told.send(probes)


async def _probe(endpoint: Endpoint, number: int, probes: Probes) -> None:
    start = time.monotonic()
    try:
        async with asyncio.timeout(seconds(_PATIENCE)):
            await _be_served(endpoint, is_plain=number % _ASK_EACH == 0)
        probes.times.append(time.monotonic() - start)
    except (OSError, EOFError, AssertionError) as error:
        probes.failures.append(f"{type(error).__name__}: {error}")


async def _be_served(endpoint: Endpoint, is_plain: bool) -> None:
    reader, writer = await connect(endpoint)
    try:
        if is_plain:
            line = f"GET /probe HTTP/1.1\r\nHost: {endpoint.authority}\r\nConnection: close\r\n\r\n"
            writer.write(line.encode())
            status, _ = await read_head(reader)
            assert status == 401, status
        else:
            writer.write(Handshake().encode(endpoint))
            status, _ = await read_head(reader)
            assert status == 101, status
            # The first message.
            await reader.readexactly(2)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
