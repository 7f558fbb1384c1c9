"""What one delivery costs: a message to a room, and eight of them in one turn."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from ..bench import Bench, reason
from ..figures import median, ratio
from ..load import Load
from ..servers.choice import rivals, start_all
from ..servers.gateway import API, Gateway, GatewayOfNotes
from ..servers.server import FloorWithAPI, Server
from ..table import Section, at_most

HEADER = ["room, content, how", "frame", "server", "µs each", "to floor", "gateway to it", "load"]
NANOSECONDS = 1000


@dataclass(frozen=True)
class Field:
    """A room of so many members, and messages of so many bytes of content."""

    members: int
    content: int
    uses_tls: bool = False

    def __str__(self) -> str:
        size = f"{self.content // 1024} KiB" if self.content >= 1024 else f"{self.content} B"
        return f"{self.members:,}, {size}{', TLS' if self.uses_tls else ''}"


@dataclass
class Contestant:
    """A server whose room is full."""

    server: Server
    load: Load
    mode: str = ""
    load_share: float = 0

    def choose(self, mode: str) -> None:
        self.mode = mode
        self.load.choose(self.server.single() if mode == "single" else self.server.eight())
        self.load.run(50)
        self.load_share = 0

    def measure(self) -> float:
        """Processor time of the server for each delivery, in ns."""
        before = self.server.cpu_ns()
        result = self.load.run(self.server.bench.milliseconds)
        cost = (self.server.cpu_ns() - before) / result.deliveries
        self.load_share = max(self.load_share, result.load_share)
        return cost


Costs = dict[tuple[Field, str, str], list[float]]


def contest(
    bench: Bench, section: Section, field: Field, costs: Costs, has_eight_notes: bool = False
) -> None:
    """All servers side by side. With eight notes the gateway takes part a second time."""
    with ExitStack() as stack:
        api = stack.enter_context(API(bench))
        gateway = stack.enter_context(Gateway(bench, api, field.content, field.uses_tls))
        load = stack.enter_context(gateway.filled(field.members))
        contestants = [Contestant(gateway, load)]
        # What the gateway sends is what all send.
        contestants[0].load.choose(gateway.single())
        frame = contestants[0].load.run(1).payload_max
        starts = rivals(bench, api, frame, field.content, field.uses_tls)
        if not field.uses_tls:
            starts[FloorWithAPI.name] = partial(FloorWithAPI, bench, frame, api.port)
        if has_eight_notes:
            starts[GatewayOfNotes.name] = partial(
                GatewayOfNotes, bench, api, field.content, field.uses_tls)
        for server in start_all(bench, stack, starts):
            try:
                load = stack.enter_context(server.filled(field.members))
                contestants.append(Contestant(server, load))
            except RuntimeError as error:
                bench.leave_out(f"{server.name} in {field}", reason(error))
        for mode in ("single", "eight"):
            bench.say(f"fanout: {field}, {mode}: {len(contestants)} servers")
            able = choosing(bench, contestants, mode)
            values = bench.alternate({each.server.name: each.measure for each in able})
            for name, measured in values.items():
                costs[field, mode, name] = measured
            show(section, field, mode, frame, contestants, costs)


def choosing(bench: Bench, contestants: list[Contestant], mode: str) -> list[Contestant]:
    """Those that can do it, warm."""
    able = []
    for each in contestants:
        if mode not in each.server.modes:
            continue
        try:
            each.choose(mode)
            able.append(each)
        except (OSError, RuntimeError) as error:
            bench.leave_out(each.server.name, reason(error))
    return able


def show(
    section: Section, field: Field, mode: str, frame: int, contestants: list[Contestant],
    costs: Costs,
) -> None:
    mine = costs[field, mode, "gateway"]
    measured = {name: values for (a, b, name), values in costs.items() if (a, b) == (field, mode)}
    floor = next((values for name, values in measured.items() if name.startswith("floor")), None)
    for each in contestants:
        name = each.server.name
        if name not in measured:
            continue
        section.rows.append([
            f"{field}, {mode}", f"{frame:,} B", name,
            f"{median(measured[name]) / NANOSECONDS:.2f}",
            f"{ratio(measured[name], floor):.2f}x" if floor else "",
            f"{ratio(mine, measured[name]):.2f}x" if not name.startswith("gateway") else "",
            f"{each.load_share:.0%}",
        ])


def compared(costs: Costs, field: Field, mode: str, other: str) -> float | None:
    theirs = [values for (a, b, name), values in costs.items()
              if (a, b) == (field, mode) and name.startswith(other)]
    return ratio(costs[field, mode, "gateway"], theirs[0]) if theirs else None


def set_goals(section: Section, costs: Costs, field: Field) -> None:
    modes = [("single", 1.10), ("eight", 1.30)]
    for mode, bound in modes:
        value = compared(costs, field, mode, "floor")
        section.goals.append(at_most(f"delivery, {field}, {mode}: to the floor", value, bound))
    for rival in ("uWebSockets", "nchan", "node ws"):
        for mode, _ in modes:
            value = compared(costs, field, mode, rival)
            section.goals.append(at_most(f"delivery, {field}, {mode}: to {rival}", value, 1))


def run(bench: Bench) -> Section:
    section = Section("Fan-out: processor time for each delivery", HEADER)
    largest = min(10_000, bench.connections_max())
    fields = [Field(1000, 1024), Field(10, 1024), Field(100, 1024), Field(largest, 1024),
              Field(1000, 100), Field(100, 65536)]
    if bench.is_quick:
        fields = [Field(1000, 1024), Field(100, 1024)]
    costs: Costs = {}
    for field in fields:
        contest(bench, section, field, costs, has_eight_notes=field == fields[0])
    set_goals(section, costs, fields[0])
    return section
