"""What a request costs that is passed on, against nginx."""

import re
import resource
import subprocess
from contextlib import ExitStack

from ..bench import Bench
from ..figures import ratio
from ..servers.choice import has_nginx
from ..servers.gateway import API, Gateway
from ..servers.nginx import NginxProxy
from ..servers.server import Server
from ..table import Section, at_most
from .throughput import show_beside_gateway

HEADER = ["server", "µs a request", "requests/s", "gateway to it", "load"]
CONNECTIONS = 32


class Requests:
    """wrk's requests to one server, and what they came to."""

    def __init__(self, bench: Bench, server: Server) -> None:
        self._bench = bench
        self._server = server
        self.per_second: list[float] = []
        self.load_share = 0.0

    def measure(self) -> float:
        seconds = 1 if self._bench.is_quick else 2
        command = ["taskset", "-c", ",".join(map(str, self._bench.load_cores)), "wrk", "-t1",
                   f"-c{CONNECTIONS}", f"-d{seconds}s",
                   f"http://127.0.0.1:{self._server.port}/api/notes/note-0"]
        before, own_before = self._server.cpu_ns(), _children_seconds()
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        cpu = self._server.cpu_ns() - before
        self.load_share = max(self.load_share, (_children_seconds() - own_before) / seconds)
        if "Non-2xx" in text or "Socket errors" in text:
            raise RuntimeError(f"{self._server.name} answers wrongly:\n{text}")
        count = int(re.search(r"(\d+) requests in", text)[1])
        self.per_second.append(count / seconds)
        return cpu / count


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(bench: Bench) -> Section:
    section = Section(f"Proxy: {CONNECTIONS} kept connections, answers of 1 KiB", HEADER)
    with ExitStack() as stack:
        api = stack.enter_context(API(bench, 1024))
        servers: list[Server] = [stack.enter_context(Gateway(bench, api))]
        if has_nginx(bench):
            servers += [stack.enter_context(NginxProxy(bench, api.port, four))
                        for four in (True, False)]
        runs = {server.name: Requests(bench, server) for server in servers}
        for each in runs.values():
            each.measure()
            each.per_second.clear()
        bench.say(f"proxy: {len(runs)} servers")
        costs = bench.alternate({name: each.measure for name, each in runs.items()})
    mine = costs["gateway"]
    show_beside_gateway(section, costs, runs)
    for name in list(costs)[1:]:
        section.goals.append(at_most(f"request passed on: to {name}", ratio(mine, costs[name]),
                                     1.3))
    section.notes.append("wrk and the API share the core of the load where there are only two.")
    return section
