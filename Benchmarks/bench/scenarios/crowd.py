"""What a delivery in a room of 100 costs as silent connections grow in number."""

from contextlib import ExitStack

from ..bench import Bench
from ..figures import median, ratio
from ..load import Load
from ..servers.gateway import API, Gateway
from ..table import Section, at_most
from .fanout import Contestant

HEADER = ["silent connections", "µs each", "to none", "load"]
MEMBERS = 100
WANTED = 50_000


def counts(bench: Bench) -> list[int]:
    if bench.is_quick:
        return [0, 1000]
    most = min(WANTED, bench.connections_max() // 1000 * 1000)
    return [0, min(10_000, most), most] if most > 10_000 else [0, most]


def run(bench: Bench) -> Section:
    section = Section(f"Crowd: a delivery in a room of {MEMBERS} beside silent connections", HEADER)
    with ExitStack() as stack:
        api = stack.enter_context(API(bench))
        contestants = {}
        for count in counts(bench):
            gateway = stack.enter_context(Gateway(bench, api))
            # They have authenticated and joined, each another note than the one that is heard.
            if count:
                scripts = gateway.members(rooms=101)[1:]
                stack.enter_context(Load(bench, gateway.port, scripts, count))
            load = stack.enter_context(gateway.filled(MEMBERS))
            contestants[count] = Contestant(gateway, load)
            contestants[count].choose("single")
        bench.say(f"crowd: {len(contestants)} servers")
        costs = bench.alternate({count: each.measure for count, each in contestants.items()})
    for count, each in contestants.items():
        section.rows.append([f"{count:,}", f"{median(costs[count]) / 1000:.2f}",
                             f"{ratio(costs[count], costs[0]):.2f}x", f"{each.load_share:.0%}"])
    most = max(costs)
    section.goals.append(at_most(f"delivery beside {most:,} silent connections: to none",
                                 ratio(costs[most], costs[0]), 1.1))
    if most < WANTED and not bench.is_quick:
        section.notes.append(f"{WANTED:,} were wanted: {bench.descriptors:,} descriptors a process "
                             f"let {most:,} be.")
    return section
