"""End-to-end tests: the release binary over real sockets, in front of a real HTTP API.

    /usr/bin/python3 -m pytest Tests/EndToEndTests

They need what `scripts/install-dependencies test` installs, and nothing else. `NOTES_GATEWAY` names
the program (default: .build/release/notes-gateway), `NOTES_GATEWAY_SLOW` is a factor on all times
for builds with a sanitizer in them, `NOTES_GATEWAY_LOG_LEVEL` is the gateways' log level.

One file a section of PROTOCOL.md; the name of a test is the rule that it holds the gateway to. A
test that takes `gateway` or `device` runs twice, over ws and over wss. A gateway is started once a
file, with the file's CONFIGURATION laid over the usual one, and is shared by its tests, which use
users and notes of their own. A test that needs another configuration takes `start_gateway`.

Nothing sleeps to let things happen. That something does not happen is shown by a fence: something
that comes later by the protocol's own order has come, and nothing before it.
"""

import itertools
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.admin import Admin
from harness.certificates import Authority
from harness.configuration import Configuration, merged
from harness.device import Device
from harness.endpoint import Endpoint
from harness.gateway import Gateway, require_binary
from harness.key_server import KeyServer
from harness.notes_api import NotesAPI
from harness.proxies import any_proxy, passed_through, proxy, upstream, upstream_scheme
from harness.schemes import configuration_of, with_trust
from harness.timing import wait_until
from harness.tokens import Issuer
from harness.websocket import Handshake, WebSocket
from harness.writes import Write, write_of

_RUN = secrets.token_hex(3)
_numbers = itertools.count(1)

# Fixtures of every file.
__all__ = ["any_proxy", "passed_through", "proxy", "upstream", "upstream_scheme"]

StartGateway = Callable[..., Gateway]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows with a failure what the gateways had to say."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for gateway in Gateway.running:
            tail = "\n".join(gateway.log.text.splitlines()[-60:])
            report.sections.append((f"log of the gateway with pid {gateway.pid}", tail))


@pytest.fixture(scope="session", autouse=True)
def program() -> None:
    require_binary()


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    """Who signed the gateway's certificate."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """The login service whose secret the gateways know."""
    return Issuer()


@pytest.fixture(scope="module")
def module_api() -> Iterator[NotesAPI]:
    api = NotesAPI()
    yield api
    api.behave()
    api.stop()


@pytest.fixture
def api(module_api: NotesAPI) -> Iterator[NotesAPI]:
    """The notes API behind the gateway, on its best behaviour at the start of a test."""
    if not module_api.is_running:
        module_api.start()
    yield module_api
    module_api.behave()


@pytest.fixture(params=["ws", "wss"])
def scheme(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def shared_gateways(request) -> Iterator[dict[str, Gateway]]:
    gateways: dict[str, Gateway] = {}
    yield gateways
    for gateway in gateways.values():
        gateway.stop()


@pytest.fixture
def gateway(
    scheme: str,
    shared_gateways: dict[str, Gateway],
    api: NotesAPI,
    authority: Authority,
    issuer: Issuer,
    tmp_path: Path,
    request,
) -> Iterator[Gateway]:
    """The file's gateway, plain or with TLS. One that a test has brought down is replaced."""
    gateway = shared_gateways.get(scheme)
    if gateway is None or not gateway.is_alive:
        overrides = getattr(request.module, "CONFIGURATION", {})
        configuration = configuration_of(scheme, api.url, authority, overrides)
        gateway = with_trust(Gateway(configuration, tmp_path / "gateway", issuer), authority)
        shared_gateways[scheme] = gateway
    yield gateway
    if not gateway.is_alive:
        pytest.fail(f"the gateway ended with exit code {gateway.wait()}:\n{gateway.log.text}")


@pytest.fixture
def start_gateway(
    scheme: str, api: NotesAPI, authority: Authority, issuer: Issuer, tmp_path: Path
) -> Iterator[StartGateway]:
    """Starts a gateway of the test's own, `overrides` laid over the usual configuration. Which
    are still running at the end of the test have to stop cleanly."""
    started: list[Gateway] = []

    def start(
        overrides: Configuration | None = None,
        listener: Configuration | None = None,
        url: str | None = None,
        its_issuer: Issuer = issuer,
        **others: Any,
    ) -> Gateway:
        configuration = configuration_of(scheme, url or api.url, authority, overrides or {})
        configuration["listen"][0] = merged(configuration["listen"][0], listener or {})
        directory = tmp_path / f"gateway-{len(started)}"
        gateway = Gateway(configuration, directory, its_issuer, **others)
        started.append(gateway)
        return with_trust(gateway, authority)

    yield start
    for gateway in started:
        if gateway in Gateway.running:
            gateway.stop()


@pytest.fixture
def new_name() -> Callable[[str], str]:
    """Makes names that no other test uses."""
    return lambda kind: f"{kind}-{_RUN}-{next(_numbers)}"


@pytest.fixture
def user(new_name) -> str:
    return new_name("user")


@pytest.fixture
def note(api: NotesAPI, user: str, new_name) -> str:
    """A note of `user` that the API has."""
    return api.add(new_name("note"), user, title="Shopping", body="milk")


@pytest.fixture
def folder(api: NotesAPI, user: str, new_name) -> str:
    """A folder of `user` that the API has."""
    return api.add_folder(new_name("folder"), user, name="Recipes", color="red")


@pytest.fixture
def write(note: str, folder: str, new_name) -> Callable[[str], Write]:
    """A write of any type of harness.writes, by `user` to what is theirs."""
    return lambda type: write_of(type, note, folder, new_name("new"))


@pytest.fixture
def open_socket() -> Iterator[Callable[..., WebSocket]]:
    """Opens WebSockets that are dropped at the end of the test."""
    opened: list[WebSocket] = []

    def open(endpoint: Endpoint, handshake: Handshake | None = None, **others: Any) -> WebSocket:
        websocket = WebSocket(endpoint, handshake, **others)
        opened.append(websocket)
        return websocket

    yield open
    for websocket in opened:
        websocket.close()


@pytest.fixture
def stranger(open_socket) -> Callable[..., Device]:
    """Connects a device that has been greeted and has not authenticated."""

    def connect(gateway: Gateway, endpoint: Endpoint | None = None, **others: Any) -> Device:
        device = Device(open_socket(endpoint or gateway.endpoint, **others))
        device.connection_id = device.expect("connection_established")["connectionId"]
        return device

    return connect


@pytest.fixture
def device_of(stranger) -> Callable[..., Device]:
    """Connects a device of a user to any gateway, authenticates it and joins it to notes."""

    def connect(gateway: Gateway, user: str, *notes: str, **others: Any) -> Device:
        device = stranger(gateway, **others)
        device.user = user
        device.authenticate(gateway.issuer.token(user))
        for note in notes:
            device.join(note)
        return device

    return connect


@pytest.fixture
def device(gateway: Gateway, device_of) -> Callable[..., Device]:
    """Connects a device of a user to the file's gateway, and joins it to notes."""

    def connect(user: str, *notes: str, **others: Any) -> Device:
        return device_of(gateway, user, *notes, **others)

    return connect


@pytest.fixture
def server(issuer: Issuer) -> Iterator[KeyServer]:
    """Publishes the key of the test's issuer."""
    server = KeyServer(issuer)
    yield server
    server.stop()


@pytest.fixture
def admin(gateway: Gateway) -> Admin:
    """The admin listener of a gateway whose configuration has one."""
    return Admin(gateway)


@pytest.fixture
def grown(admin: Admin) -> Callable[..., float]:
    """How much a counter has grown since the test began, as soon as it has grown by `least`: a
    client may see what is counted before it is, or the other way round. It begins when what the
    tests before have left behind is gone."""
    admin.wait_until_quiet()
    before = admin.metrics()

    def grown(name: str, least: float = 1, **labels: str) -> float:
        def growth() -> float:
            return admin.metrics()(name, **labels) - before(name, **labels)

        wait_until(lambda: growth() >= least, what=f"{name} {labels}")
        return growth()

    return grown


@pytest.fixture
def two_writers(api: NotesAPI, device, user: str, note: str, new_name) -> tuple[Device, Device]:
    """Devices of the owner of `note` and of another who may write to it, both in its room."""
    guest = new_name("user")
    api.notes[note].readers.add(guest)
    return device(user, note), device(guest, note)
