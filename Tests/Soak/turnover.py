"""What an operator does to a gateway in use: reload it, stop it, replace it while it runs.

A thousand clients that come back as real ones do, and twenty writes a second, half of them by plain
REST. After each phase what the API has done is held against what was sent, answered and heard. Ends
with an error at the first promise of OPERATIONS.md that does not hold.

    make turnover
"""

import argparse
import resource
import signal
import socket
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "EndToEndTests"))

from harness import http  # noqa: E402
from harness.certificates import Authority  # noqa: E402
from harness.configuration import Configuration  # noqa: E402
from harness.device import Device  # noqa: E402
from harness.crowd import Crowd  # noqa: E402
from harness.gateway import Gateway  # noqa: E402
from harness.key_server import KeyServer, login, rules, wait_for_log  # noqa: E402
from harness.notes_api import NotesAPI  # noqa: E402
from harness.prober import Probes, Prober  # noqa: E402
from harness.reload import reload  # noqa: E402
from harness.schemes import configuration_of, with_trust  # noqa: E402
from harness.service_manager import activating  # noqa: E402
from harness.timing import wait_until  # noqa: E402
from harness.tokens import Issuer  # noqa: E402
from harness.websocket import WebSocket  # noqa: E402

# Of the drains.
GRACE = 10
# Of REST and WebSocket together.
WRITES_PER_SECOND = 20


@dataclass
class Stage:
    """All that takes part, and the gateway that is in use."""

    scheme: str
    directory: Path
    authority: Authority
    api: NotesAPI
    keys: KeyServer
    issuer: Issuer
    gateways: list[Gateway] = field(default_factory=list)
    crowd: Crowd | None = None

    @property
    def gateway(self) -> Gateway:
        return self.gateways[-1]

    def start(self, **others) -> Gateway:
        """A gateway where the one before listens, or anywhere; the one in use from now on."""
        configuration = configuration_of(
            self.scheme, self.api.url, self.authority, rules(self.keys), limits(10_000),
            {"shutdown_grace": f"{GRACE}s", "workers": 2},
        )
        port = self.gateway.endpoint.port if self.gateways else 0
        configuration["listen"][0]["port"] = port
        directory = self.directory / f"gateway-{len(self.gateways)}"
        gateway = with_trust(
            Gateway(configuration, directory, self.issuer, **others), self.authority
        )
        wait_for_log(gateway, "INFO ready")
        self.gateways.append(gateway)
        return gateway

    def say(self, text: str) -> None:
        print(f"{self.scheme:>3}  {text}", flush=True)


def limits(connections: int) -> Configuration:
    names = ("connections", "connections_per_user", "connections_per_address")
    return {"limits": {name: connections for name in names}}


def shown_certificate(gateway: Gateway) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with gateway.endpoint.with_tls(context).connect() as connected:
        return ssl.DER_cert_to_PEM_cert(connected.getpeercert(binary_form=True))


def authentication(stage: Stage, issuer: Issuer) -> str:
    """The type of the answer to a token of `issuer`."""
    device = Device(WebSocket(stage.gateway.endpoint))
    device.expect("connection_established")
    answer = device.answer("auth", token=issuer.token("anybody"))["type"]
    device.close()
    return answer


def check_writes(stage: Stage, is_one_process: bool = False) -> int:
    """After all is answered: nothing lost, repeated or out of order, and everybody was told."""
    crowd = stage.crowd
    crowd.settle()
    crowd.wait_until_all_heard_all()
    crowd.assert_sent_is_done()
    crowd.assert_order(is_one_process)
    count = crowd.assert_done_is_answered()
    crowd.start_writing(WRITES_PER_SECOND)
    return count


# The phases


def be_reloaded(stage: Stage) -> None:
    """Another certificate, other limits, and one key for another, as an operator would."""
    crowd, gateway = stage.crowd, stage.gateway
    crowd.start_writing(WRITES_PER_SECOND)
    crowd.wait_for_answers(60)
    old, new = stage.issuer, login("second")
    stage.keys.publish(old, new)
    reload_all(stage, new_limit=20_000, key_changes=1)
    assert authentication(stage, new) == "auth_success"
    crowd.world.token_of = new.token
    stage.keys.publish(new)
    reload_all(stage, new_limit=30_000, key_changes=2)
    assert authentication(stage, new) == "auth_success"
    assert authentication(stage, old) == "auth_failed"
    crowd.wait_for_answers(60)
    assert crowd.record.drops == [] and crowd.record.failures == [] and crowd.record.told == []
    assert len(crowd.record.times) == len(crowd.clients), "somebody has connected again"
    count = check_writes(stage, is_one_process=True)
    # The limits of the new file are those that count.
    reload(gateway, {"limits": {"header_size": "1KiB"}})
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "GET", "/", b"", "X-Long: " + "x" * 2000))
        assert stream.read_response().status == 431
    stage.issuer = new
    stage.say(
        f"reload: 3 of them, {len(crowd.clients)} clients stayed, {count} writes all done once, "
        "answered once, and heard by all in order; the old key is refused"
    )


def reload_all(stage: Stage, new_limit: int, key_changes: int) -> None:
    gateway = stage.gateway
    listener = {}
    if stage.scheme == "wss":
        stage.authority = Authority(stage.directory / f"authority-{new_limit}")
        listener = configuration_of("wss", "", stage.authority)["listen"][0]
        listener["port"] = gateway.configuration["listen"][0]["port"]
    reload(gateway, limits(new_limit), listener)
    wait_until(
        lambda: gateway.log.text.count("INFO the keys have changed") == key_changes,
        what="the new keys",
    )
    if stage.scheme == "wss":
        assert shown_certificate(gateway) == stage.authority.certificate_file.read_text()
        with_trust(gateway, stage.authority)
        stage.crowd.world.endpoint = gateway.endpoint


def be_stopped(stage: Stage) -> None:
    """Nobody takes over: who was accepted is answered, and all are asked to come back in turn."""
    crowd, gateway = stage.crowd, stage.gateway
    crowd.record.told.clear()
    start = time.monotonic()
    gateway.signal(signal.SIGTERM)
    assert gateway.wait(within=GRACE + 2) == 0
    lasted = time.monotonic() - start
    assert lasted <= GRACE, f"the gateway took {lasted:.1f} s of {GRACE}"
    gateway.assert_healthy()
    assert "shutdown_grace is over" not in gateway.log.text
    assert crowd.record.drops == []
    crowd.assert_done_is_answered()
    spread = check_spread(crowd.record.told, len(crowd.clients))
    stage.start()
    crowd.wait_until_ready()
    count = check_writes(stage)
    stage.say(f"stop: exit 0 after {lasted:.1f} s; {count} writes; reconnectAfter {spread}")
    # Those who found nobody between the two.
    crowd.record.failures.clear()


def check_spread(told: list[int], count: int) -> str:
    """Whether the times, in ms, are spread evenly over the grace, for `count` clients."""
    assert len(told) == count, f"{len(told)} of {count} were told when to come back"
    ordered, grace = sorted(told), GRACE * 1000
    gap_max = max(later - sooner for sooner, later in zip([0, *ordered], [*ordered, grace]))
    quartiles = statistics.quantiles(ordered, n=4)
    assert gap_max <= 3 * max(1, grace / count), f"{gap_max} ms without anybody"
    for found, wanted in zip(quartiles, (0.25, 0.5, 0.75)):
        assert abs(found / grace - wanted) < 0.02, quartiles
    shown = " ".join(f"{quartile / 1000:.2f}" for quartile in quartiles)
    return f"quartiles {shown} s of {GRACE} s, largest gap {gap_max} ms"


def be_replaced(stage: Stage, name: str, start_next: Callable[[], Gateway]) -> None:
    """Another process takes over in the middle."""
    crowd, old = stage.crowd, stage.gateway
    crowd.record.told.clear()
    crowd.record.times.clear()
    # A TLS handshake costs either side more than all else.
    prober = Prober(stage.gateway.endpoint, pause=0.001 if stage.scheme == "ws" else 0.02)
    new = start_next()
    crowd.wait_for_answers(20)
    start = time.monotonic()
    old.signal(signal.SIGTERM)
    assert old.wait(within=GRACE + 2) == 0
    lasted = time.monotonic() - start
    crowd.wait_for_answers(20)
    crowd.wait_until_ready()
    probes = prober.finish()
    assert lasted <= GRACE
    old.assert_healthy()
    new.assert_healthy()
    assert "shutdown_grace is over" not in old.log.text
    check_probes(probes)
    assert crowd.record.failures == [], crowd.record.failures[:10]
    assert crowd.record.drops == [], crowd.record.drops[:10]
    count = check_writes(stage)
    back = sorted(crowd.record.times)
    stage.say(
        f"{name}: exit 0 after {lasted:.1f} s; {len(crowd.record.told)} told, {len(back)} back at "
        f"their first try (the slowest in {back[-1]:.2f} s); {count} writes; {probes.count} probes,"
        f" none refused or reset, {probes.slow_count} a second late, "
        f"median {statistics.median(probes.times) * 1000:.1f} ms, most {max(probes.times):.2f} s"
    )


def check_probes(probes: Probes) -> None:
    assert probes.failures == [], f"{len(probes.failures)} failed: {probes.failures[:5]}"
    assert probes.count > 100


def run(scheme: str, client_count: int, directory: Path) -> None:
    issuer, api = login("first"), NotesAPI()
    keys = KeyServer(issuer)
    stage = Stage(scheme, directory, Authority(directory / "authority"), api, keys, issuer)
    gateway = stage.start()
    start = time.monotonic()
    stage.crowd = Crowd(gateway.endpoint, api, issuer.token, client_count, 50)
    stage.crowd.wait_until_ready()
    stage.say(f"{client_count} clients in their rooms after {time.monotonic() - start:.1f} s")
    be_reloaded(stage)
    be_stopped(stage)
    be_replaced(stage, "same port", stage.start)
    opened = handed_over(gateway.endpoint.port)
    by_manager = {"launcher": activating([opened]), "inherited": [opened]}
    for name in ("from a port to a socket handed over", "same socket"):
        be_replaced(stage, name, lambda: stage.start(**by_manager))
    stage.crowd.finish()
    stage.gateway.stop()
    opened.close()
    api.stop()
    keys.stop()


def handed_over(port: int) -> socket.socket:
    """A socket as a service manager keeps it, on a port that a gateway listens on."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    opened.bind(("127.0.0.1", port))
    opened.listen(4096)
    return opened


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("schemes", nargs="*", default=["ws", "wss"])
    arguments = parser.parse_args()
    file_count_max = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (file_count_max, file_count_max))
    start = time.monotonic()
    for scheme in arguments.schemes:
        with tempfile.TemporaryDirectory() as directory:
            try:
                run(scheme, arguments.clients, Path(directory))
            except BaseException:
                for gateway in list(Gateway.running):
                    print("\n".join(gateway.log.text.splitlines()[-20:]), file=sys.stderr)
                    gateway.kill()
                raise
    print(f"all of it took {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
