"""How much dearer a delivery gets as the room grows, of the gateway and of the floor."""

from contextlib import ExitStack

from ..bench import Bench
from ..figures import median, ratio
from ..servers.gateway import API, Gateway
from ..servers.server import Floor
from ..table import Section, at_most
from .fanout import Contestant

HEADER = ["server", "members", "µs each", "to the smallest room", "load"]
# What the gateway sends for 1 KiB of content.
PAYLOAD = 1218


def run(bench: Bench) -> Section:
    section = Section("Rooms: a delivery as the room grows", HEADER)
    few, many = 100, 1000 if bench.is_quick else min(10_000, bench.connections_max())
    with ExitStack() as stack:
        api = stack.enter_context(API(bench))
        contestants = {}
        for members in (few, many):
            for server in (Gateway(bench, api), Floor(bench, PAYLOAD)):
                stack.enter_context(server)
                load = stack.enter_context(server.filled(members))
                contestant = Contestant(server, load)
                contestant.choose("single")
                contestants[server.name, members] = contestant
        bench.say(f"rooms: {few} and {many:,} members")
        costs = bench.alternate({key: each.measure for key, each in contestants.items()})
    for (name, members), each in contestants.items():
        values = costs[name, members]
        section.rows.append([name, f"{members:,}", f"{median(values) / 1000:.2f}",
                             f"{ratio(values, costs[name, few]):.2f}x", f"{each.load_share:.0%}"])
    section.rows.sort(key=lambda row: row[0], reverse=True)
    value = ratio(costs["gateway", many], costs["gateway", few])
    section.goals.append(at_most(f"delivery: a room of {many:,} to one of {few}", value, 1.3))
    section.notes.append("A small room has fewer deliveries to spread the write itself over.")
    return section
