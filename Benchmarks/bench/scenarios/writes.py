"""What a write costs, and how many there are in a second, with an API that answers at once."""

from contextlib import ExitStack
from functools import partial

from ..bench import Bench
from ..figures import ratio
from ..load import Load
from ..servers.choice import has_node
from ..servers.gateway import API, Gateway, Live, NodeService
from ..table import Section, at_most
from .throughput import show_beside_gateway

HEADER = ["server", "µs a write", "writes/s", "gateway to it", "load"]
WRITERS = 64


class Writing:
    """Writers that each write to a note of their own, one write at a time."""

    def __init__(self, server: Live, load: Load) -> None:
        self._server = server
        self._load = load
        self.per_second: list[float] = []
        self.load_share = 0.0
        load.choose(server.writers(WRITERS))
        load.run(200)

    def measure(self) -> float:
        before = self._server.cpu_ns()
        result = self._load.run(2 * self._server.bench.milliseconds)
        cost = (self._server.cpu_ns() - before) / result.triggers
        self.per_second.append(result.triggers * 1e9 / result.wall_ns)
        self.load_share = max(self.load_share, result.load_share)
        return cost


def run(bench: Bench) -> Section:
    section = Section(f"Writes: {WRITERS} writers, a note each, 1 KiB", HEADER)
    with ExitStack() as stack:
        api = stack.enter_context(API(bench, 1024))

        def writing(kind: type[Live]) -> Writing:
            server = stack.enter_context(kind(bench, api))
            load = Load(bench, server.port, [], 0, rooms=WRITERS)
            return Writing(server, stack.enter_context(load))

        kinds = [Gateway, NodeService] if has_node(bench) else [Gateway]
        runs = bench.able("writes", {kind.name: partial(writing, kind) for kind in kinds})
        bench.say(f"writes: {len(runs)} servers")
        costs = bench.alternate({name: each.measure for name, each in runs.items()})
    mine = costs["gateway"]
    show_beside_gateway(section, costs, runs)
    node = ratio(mine, costs["node ws"]) if "node ws" in costs else None
    section.goals.append(at_most("a write: to node's", node, 0.33))
    return section
