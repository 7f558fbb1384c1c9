"""What a connection takes of memory that is authenticated, has joined a note, and is silent."""

import time
from contextlib import ExitStack
from functools import partial

from ..bench import Bench, reason
from ..servers.choice import rivals, start_all
from ..servers.gateway import API, Gateway
from ..servers.server import Server
from ..table import Section, at_most

HEADER = ["server", "connections", "KiB each", "gateway to it"]
KIBIBYTE = 1024
# What the gateway spends of them: over TLS a pair of sockets joins libwebsockets to the client.
DESCRIPTORS_OVER_TLS = 3


def memory_each(server: Server, count: int) -> float:
    """Bytes for one of `count` clients, without what the first hundred brought about."""
    with server.filled(100):
        time.sleep(0.5)
        before = server.resident_size()
        with server.filled(count):
            server.settle()
            return (server.resident_size() - before) / count


def one_kind(bench: Bench, section: Section, uses_tls: bool, count: int) -> float:
    with ExitStack() as stack:
        api = stack.enter_context(API(bench))
        starts = {Gateway.name: partial(Gateway, bench, api, uses_tls=uses_tls)}
        starts |= rivals(bench, api, 1024, 1024, uses_tls)
        sizes = {}
        for server in start_all(bench, stack, starts):
            bench.say(f"idle: {server.name}{', TLS' if uses_tls else ''}")
            try:
                sizes[server.name] = memory_each(server, count)
            except RuntimeError as error:
                bench.leave_out(f"{server.name}, idle", reason(error))
            server.stop()
    mine = sizes["gateway"]
    for name, size in sizes.items():
        ratio = "" if name == "gateway" or size < 100 else f"{mine / size:.2f}x"
        section.rows.append([f"{name}{', TLS' if uses_tls else ''}", f"{count:,}",
                             f"{size / KIBIBYTE:.1f}", ratio])
    return mine


def run(bench: Bench) -> Section:
    section = Section("Idle: resident memory of the process for each connection", HEADER)
    wanted = 1000 if bench.is_quick else 10_000
    plain = min(wanted, bench.connections_max())
    over_tls = min(wanted, bench.connections_max(DESCRIPTORS_OVER_TLS))
    for uses_tls, count, bound in ((False, plain, 4), (True, over_tls, 28)):
        size = one_kind(bench, section, uses_tls, count)
        kind = "TLS" if uses_tls else "plain"
        section.goals.append(at_most(f"idle connection, {kind}", size / KIBIBYTE, bound, " KiB"))
        if count < wanted:
            section.notes.append(f"{kind}: {count:,} of {wanted:,} connections, as many as the "
                                 "limit of descriptors lets be.")
    section.notes.append("Of the floors and of uWebSockets and nchan a member has not "
                         "authenticated: they have nothing to remember of it.")
    return section
