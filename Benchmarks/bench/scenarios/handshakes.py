"""What a client costs that comes: accept, upgrade, a token that was never seen, a join."""

from contextlib import ExitStack

from ..bench import Bench
from ..figures import median
from ..load import Load
from ..servers.choice import has_node
from ..servers.gateway import API, Gateway, Live, NodeService
from ..table import Section

HEADER = ["server", "token", "µs a client", "clients/s of a core", "load"]


class Arrivals:
    """Clients of users that nobody has seen, so many a round, and then gone again."""

    def __init__(self, bench: Bench, server: Live) -> None:
        self._bench = bench
        self.server = server
        self._count = 100 if bench.is_quick else 500
        self._round = 0
        self.load_share = 0.0

    def measure(self) -> float:
        self._round += 1
        users = [f"user_{self._round}_{number}" for number in range(self._count)]
        scripts = self.server.clients(users)
        self.server.settle()
        before = self.server.cpu_ns()
        with Load(self._bench, self.server.port, scripts, self._count,
                  uses_tls=self.server.uses_tls) as load:
            cost = (self.server.cpu_ns() - before) / self._count
            opening = load.opening
        self.load_share = max(self.load_share, opening["cpu_ns"] / opening["wall_ns"])
        return cost


def run(bench: Bench) -> Section:
    section = Section("Handshakes: accept, upgrade, auth, join", HEADER)
    with ExitStack() as stack:
        api = stack.enter_context(API(bench))
        arrivals = {}
        for algorithm in ("HS256", "RS256", "ES256"):
            gateway = stack.enter_context(Gateway(bench, api, algorithm=algorithm))
            arrivals["gateway", algorithm] = Arrivals(bench, gateway)
        gateway = stack.enter_context(Gateway(bench, api, uses_tls=True))
        arrivals["gateway, TLS", "HS256"] = Arrivals(bench, gateway)
        if has_node(bench):
            node = stack.enter_context(NodeService(bench, api))
            arrivals["node ws", "HS256"] = Arrivals(bench, node)
        for each in arrivals.values():
            each.measure()
        bench.say(f"handshakes: {len(arrivals)} servers")
        costs = bench.alternate({name: each.measure for name, each in arrivals.items()})
    for name, algorithm in costs:
        each = arrivals[name, algorithm]
        cost = median(costs[name, algorithm])
        section.rows.append([name, algorithm, f"{cost / 1000:.0f}", f"{1e9 / cost:,.0f}",
                             f"{each.load_share:.0%}"])
    section.notes.append("Every client is a user of its own: each token is verified, and each "
                         "join asks the API.")
    return section
