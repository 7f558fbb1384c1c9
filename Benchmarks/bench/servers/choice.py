"""Who takes part: the rivals that are on this machine."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from ..bench import Bench, reason
from ..programs import python_with_socketify
from .gateway import API, NodeService
from .nginx import Nchan
from .server import Floor, FloorTLS, Server, UWebSockets

Starts = dict[str, Callable[[], Server]]


def rivals(
    bench: Bench, api: API, payload: int, content: int, uses_tls: bool = False
) -> Starts:
    """How each is started: floors and rivals that send messages of `payload` bytes."""
    floor = FloorTLS if uses_tls else Floor
    starts: Starts = {floor.name: partial(floor, bench, payload)}
    python = python_with_socketify(bench)
    if python:
        starts[UWebSockets.name] = partial(UWebSockets, bench, python, payload, uses_tls)
    if has_nchan(bench):
        starts[Nchan.name] = partial(Nchan, bench, payload, uses_tls)
    if has_node(bench):
        starts[NodeService.name] = partial(NodeService, bench, api, content, uses_tls)
    return starts


def has_nchan(bench: Bench) -> bool:
    if has_nginx(bench) and Nchan.module.exists():
        return True
    bench.leave_out(Nchan.name, "libnginx-mod-nchan is not installed")
    return False


def has_nginx(bench: Bench) -> bool:
    if Nchan.program.exists():
        return True
    bench.leave_out("nginx", "nginx is not installed")
    return False


def has_node(bench: Bench) -> bool:
    if shutil.which("node") and NodeService.package.exists():
        return True
    bench.leave_out(NodeService.name, "nodejs or node-ws is not installed")
    return False


def start_all(bench: Bench, stack: ExitStack, starts: Starts) -> list[Server]:
    """Those that start. One that doesn't is left out, and the rest goes on."""
    servers = []
    for name, start in starts.items():
        try:
            servers.append(stack.enter_context(start()))
        except (OSError, RuntimeError) as error:
            bench.leave_out(name, reason(error))
    return servers
