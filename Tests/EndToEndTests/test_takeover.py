"""OPERATIONS.md, "Drain": another process takes over, and nobody who comes is turned away."""

import re
import signal
import socket

import pytest

from harness.crowd import Crowd
from harness.prober import Prober
from harness.service_manager import activating
from harness.timing import duration

READY = re.compile("INFO ready")
# Time enough for a hundred clients to be asked to come back at a hundred times.
GRACE = 2


@pytest.fixture
def scheme() -> str:
    return "ws"


@pytest.fixture(params=["same port", "same socket"])
def start_next(request, start_gateway):
    """Starts a gateway where the one before listens."""
    configuration = {
        "limits": {"connections_per_user": 1000, "connections_per_address": 10_000},
        "shutdown_grace": duration(GRACE),
    }
    opened = socket.create_server(("127.0.0.1", 0), backlog=4096)
    if request.param == "same port":
        port, others = 0, {}
        opened.close()
    else:
        port, others = opened.getsockname()[1], {
            "launcher": activating([opened]), "inherited": [opened],
        }

    def start(before=None):
        listener = {"port": before.endpoint.port if before else port}
        gateway = start_gateway(configuration, listener, **others)
        gateway.log.wait_for(READY)
        return gateway

    yield start
    opened.close()


def test_nobody_is_refused_or_reset_and_no_write_lost_or_repeated(start_next, api, new_name):
    first = start_next()
    crowd = Crowd(first.endpoint, api, first.issuer.token, 100, 10, new_name("crowd"))
    crowd.wait_until_ready()
    prober = Prober(first.endpoint, pause=0.002)
    crowd.start_writing(per_second=50)
    crowd.wait_for_answers(20)
    second = start_next(first)
    crowd.wait_for_answers(20)
    first.signal(signal.SIGTERM)
    assert first.wait(within=GRACE + 5) == 0
    crowd.wait_for_answers(20)
    crowd.settle()
    probes = prober.finish()
    crowd.wait_until_all_heard_all()
    assert probes.failures == [] and probes.count > 100
    assert crowd.record.failures == [] and crowd.record.drops == []
    # With one port the kernel sends some to the one, some to the other.
    assert 0 < len(crowd.record.told) <= 100
    crowd.assert_done_is_answered()
    crowd.assert_sent_is_done()
    crowd.assert_order()
    crowd.finish()
    for gateway in (first, second):
        gateway.assert_healthy()
