"""What a second worker brings."""

from contextlib import ExitStack

from ..bench import Bench
from ..figures import median, ratio
from ..load import Load
from ..servers.gateway import API, Gateway
from ..table import Section, at_least

HEADER = ["workers", "deliveries/s", "µs each", "deliveries/s of the busiest thread", "load"]
ROOMS = 16
MEMBERS = 64 * ROOMS


class Rooms:
    """Rooms that are all written to at once."""

    def __init__(self, server: Gateway, load: Load) -> None:
        self._server = server
        self._load = load
        self.per_second: list[float] = []
        self.costs: list[float] = []
        self.load_share = 0.0
        load.choose(server.writers(ROOMS))
        load.run(200)

    def measure(self) -> float:
        """Deliveries for each second of the thread that worked most: what bounds throughput."""
        before = self._server.thread_times()
        result = self._load.run(2 * self._server.bench.milliseconds)
        after = self._server.thread_times()
        spent = [time - before.get(thread, 0) for thread, time in after.items()]
        self.per_second.append(result.deliveries * 1e9 / result.wall_ns)
        self.costs.append(sum(spent) / result.deliveries)
        self.load_share = max(self.load_share, result.load_share)
        return result.deliveries * 1e9 / max(spent)


def run(bench: Bench) -> Section:
    section = Section(f"Workers: {ROOMS} rooms of {MEMBERS // ROOMS}, all written to", HEADER)
    has_cores = len(bench.cores) >= 4
    with ExitStack() as stack:
        api = stack.enter_context(API(bench))
        runs = {}
        for workers in (1, 2):
            cores = bench.cores[-workers:]
            gateway = stack.enter_context(Gateway(bench, api, workers=workers, cores=cores))
            load = Load(bench, gateway.port, gateway.members(ROOMS), MEMBERS, rooms=ROOMS)
            runs[workers] = Rooms(gateway, stack.enter_context(load))
        bench.say("workers: 1 and 2")
        bounds = bench.alternate({workers: each.measure for workers, each in runs.items()})
    for workers, each in runs.items():
        section.rows.append([
            str(workers), f"{median(each.per_second):,.0f}", f"{median(each.costs) / 1000:.2f}",
            f"{median(bounds[workers]):,.0f}", f"{each.load_share:.0%}",
        ])
    measured = ratio(runs[2].per_second, runs[1].per_second) if has_cores else None
    section.goals.append(at_least("two workers to one: deliveries/s", measured, 1.8))
    section.goals.append(at_least("two workers to one: what the busiest thread allows",
                                  ratio(bounds[2], bounds[1]), 1.8))
    if not has_cores:
        section.notes.append(
            "With less than four cores the second worker shares one with the load: deliveries/s "
            "say little. What the busiest thread allows is what two cores of its own would give.")
    return section
