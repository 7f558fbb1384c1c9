"""How long from a write to the last of a hundred who hear of it, at half of the peak rate."""

import operator
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from ..bench import Bench
from ..figures import median, merged, percentile
from ..load import Load
from ..servers.choice import has_node
from ..servers.gateway import API, Gateway, NodeService
from ..servers.server import Floor, FloorWithAPI, Server
from ..table import Section, at_least, below

HEADER = ["server", "peak writes/s", "at", "p50 ms", "p99 ms", "p99.9 ms", "waited", "load"]
MEMBERS = 100
# So many writes under way keep the server busy, which is its peak.
WINDOW = 16
NANOSECONDS = 1e6
# A share of the time in which a server could have run and did not: beyond it, it was disturbed.
WAITED_MAX = 0.02


class Listening:
    """A room and its writer, first at its peak, then at half of it."""

    def __init__(self, bench: Bench, server: Server, load: Load) -> None:
        self.server = server
        self._load = load
        self._milliseconds = 500 if bench.is_quick else 2000
        self.histograms: list[dict[str, int]] = []
        self.waited: list[float] = []
        self.load_share = 0.0
        load.choose(server.single())
        load.run(300, WINDOW)
        result = load.run(self._milliseconds // 2, WINDOW)
        self.frame = result.payload_max
        self.peak = result.triggers * 1e9 / result.wall_ns
        self.rate = max(1, int(self.peak / 2))

    def measure(self) -> float:
        """The 99th percentile, in ns."""
        before = self.server.waiting_ns()
        result = self._load.rate(self._milliseconds, self.rate)
        self.waited.append((self.server.waiting_ns() - before) / result.wall_ns)
        self.histograms.append(result.histogram)
        self.load_share = max(self.load_share, result.load_share)
        return percentile(merged([result.histogram]), 99)


class OwnClock(Listening):
    """The same of the gateway, which also says how long it took itself."""

    server: Gateway

    def __init__(self, bench: Bench, server: Gateway, load: Load) -> None:
        super().__init__(bench, server, load)
        self.shares: dict[str, list[float]] = {"delivery_seconds": [], "write_seconds": []}

    def measure(self) -> float:
        before = self.server.timed(self.shares)
        result = super().measure()
        after = self.server.timed(self.shares)
        for name, shares in self.shares.items():
            count, within = map(operator.sub, after[name], before[name])
            shares.append(100 * within / count)
        return result

    def share(self, name: str) -> float:
        """How many of a hundred took a millisecond at most, in the median of rounds."""
        return median(self.shares[name])


def run(bench: Bench) -> Section:
    section = Section(f"Latency: from a write to the last of {MEMBERS} members", HEADER)
    with ExitStack() as stack:
        api = stack.enter_context(API(bench))

        def listening(make: Callable[[], Server], kind: type[Listening] = Listening) -> Listening:
            server = stack.enter_context(make())
            return kind(bench, server, stack.enter_context(server.filled(MEMBERS)))

        makers = {Gateway.name: partial(listening, partial(Gateway, bench, api, 1024), OwnClock)}
        if has_node(bench):
            makers[NodeService.name] = partial(listening, partial(NodeService, bench, api, 1024))
        runs = bench.able("latency", makers)
        own = runs[Gateway.name]
        # What the machine takes for as many messages of that size, with and without the API.
        for floor in (partial(FloorWithAPI, bench, own.frame, api.port),
                      partial(Floor, bench, own.frame)):
            run = listening(floor)
            run.rate = own.rate
            runs[run.server.name] = run
        bench.say(f"latency: {len(runs)} servers")
        rounds = bench.alternate({name: each.measure for name, each in runs.items()})
    for name in rounds:
        each = runs[name]
        every = merged(each.histograms)
        times = [percentile(every, percent) / NANOSECONDS for percent in (50, 99, 99.9)]
        section.rows.append([name, f"{each.peak:,.0f}", f"{each.rate:,}/s",
                             *(f"{value:.2f}" for value in times),
                             f"{median(each.waited):.1%}", f"{each.load_share:.0%}"])
    typical = median(rounds["gateway"]) / NANOSECONDS
    section.goals.append(below("latency of a write, p99, median of rounds", typical, 1, " ms"))
    section.goals.append(at_least(
        "of that within 1 ms: from the API's answer to the last member, by the gateway's clock",
        own.share("delivery_seconds"), 99, " %"))
    if median(runs["gateway"].waited) > WAITED_MAX:
        section.notes.append("Others had the gateway's core while it had something to do "
                             "(\"waited\"): these times are the machine's more than its own.")
    section.notes.append(
        "Timed in the load client, from when a write was due to the last member's frame: the "
        "API's time and the client's own are in it, and a write that went out late counts as late. "
        "What the floors take is the machine's, at the gateway's rate.")
    section.notes.append(
        f"By the gateway's own clock {own.share('delivery_seconds'):.2f} % of the writes came from "
        "the API's answer to the last member's socket within 1 ms, and "
        f"{own.share('write_seconds'):.2f} % from the message to its success, the API's time "
        "included.")
    return section
