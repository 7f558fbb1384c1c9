"""What the gateway allocates for each message: Thresholds/allocations.json has what it may.

Who adds to a path that runs for each message meets these numbers, and either finds a way without,
or raises one and says why.
"""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from bench.allocations import AllocationCount
from bench.bench import Bench
from bench.programs import compile_all
from bench.servers.gateway import API, Gateway

THRESHOLDS = json.loads(
    (Path(__file__).parents[1] / "Thresholds" / "allocations.json").read_text())
MEMBERS = 100
COUNT = 300


class Counted:
    """A gateway whose allocations are counted."""

    def __init__(self, bench: Bench, stack: ExitStack) -> None:
        self.count = AllocationCount(bench)
        api = stack.enter_context(API(bench, 1024))
        self.gateway = stack.enter_context(Gateway(bench, api, env=self.count.environment))

    def a_write(self, members: int, eight: bool = False) -> float:
        """For a write, or eight syncs that are published, to a room."""
        with self.gateway.filled(members) as load:
            load.choose(self.gateway.eight() if eight else self.gateway.single())
            load.run(300)
            return min(self.count.during(lambda: load.run(300).triggers) for _ in range(3))

    def a_request(self) -> float:
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port)

        def ask() -> int:
            for _ in range(COUNT):
                connection.request("GET", "/api/notes/note-0")
                assert len(connection.getresponse().read()) >= 1024
            return COUNT

        ask()
        return self.count.during(ask)

    def a_client(self) -> float:
        def come() -> int:
            with self.gateway.filled(COUNT):
                return COUNT

        come()
        return self.count.during(come)


@pytest.fixture(scope="module")
def counted(tmp_path_factory) -> Iterator[Counted]:
    bench = Bench(rounds=1, is_quick=True, directory=tmp_path_factory.mktemp("bench"))
    compile_all(bench, ["load", "api"])
    with ExitStack() as stack:
        yield Counted(bench, stack)


CASES: dict[str, Callable[[Counted], float]] = {
    "write": lambda counted: counted.a_write(1),
    "delivery": lambda counted: (counted.a_write(MEMBERS) - counted.a_write(1)) / (MEMBERS - 1),
    "delivery, eight at once": lambda counted: (
        counted.a_write(MEMBERS, eight=True) - counted.a_write(1, eight=True)) / (MEMBERS - 1),
    "request passed on": Counted.a_request,
    "client": Counted.a_client,
}


@pytest.mark.parametrize("what", THRESHOLDS)
def test_no_more_is_allocated_than_it_takes(counted: Counted, what: str):
    assert CASES[what](counted) <= THRESHOLDS[what]
