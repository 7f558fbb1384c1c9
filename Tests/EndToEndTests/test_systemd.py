"""OPERATIONS.md, "systemd": what a service manager is told, and what it hands over."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from harness.gateway import ROOT
from harness.service_manager import ServiceManager, activating
from harness.timing import seconds, wait_until
from harness.tokens import Issuer
from harness.writes import hold_update

UNIT = ROOT / "systemd" / "notes-gateway.service"


@pytest.fixture
def scheme() -> str:
    return "ws"


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path, new_name):
    is_path = request.param == "path"
    manager = ServiceManager(str(tmp_path / "notify") if is_path else f"@{new_name('notify')}")
    yield manager
    manager.close()


def usec(monotonic: float) -> float:
    return monotonic * 1_000_000


def test_the_start_and_the_stop_are_told(start_gateway, api, device_of, user, note, manager):
    gateway = start_gateway(environment={"NOTIFY_SOCKET": manager.name})
    ready = manager.receive()
    assert ready["READY"] == "1"
    assert f"127.0.0.1:{gateway.endpoint.port}" in ready["STATUS"], ready
    device = device_of(gateway, user)
    gate = hold_update(api, device, note)
    gateway.signal(signal.SIGTERM)
    stopping = manager.receive()
    assert stopping["STOPPING"] == "1" and stopping["STATUS"], stopping
    gate.open()
    device.websocket.expect_close(1001)
    assert gateway.wait() == 0


def test_a_reload_is_told_with_its_time_and_its_end(start_gateway, manager):
    gateway = start_gateway(environment={"NOTIFY_SOCKET": manager.name})
    status = manager.wait_for("READY")["STATUS"]
    before = usec(time.monotonic())
    gateway.signal(signal.SIGHUP)
    reloading = manager.receive()
    assert reloading["RELOADING"] == "1"
    assert before <= int(reloading["MONOTONIC_USEC"]) <= usec(time.monotonic())
    assert manager.receive() == {"READY": "1", "STATUS": status}
    gateway.file.write_text("nonsense: 1\n")
    gateway.signal(signal.SIGHUP)
    assert manager.receive()["RELOADING"] == "1"
    refused = manager.receive()
    assert refused["READY"] == "1" and "refused" in refused["STATUS"], refused


def test_the_watchdog_is_answered_while_every_worker_turns(start_gateway, manager):
    period = seconds(0.6)
    gateway = start_gateway(
        {"workers": 3},
        environment={
            "NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": str(round(usec(period))),
        },
    )
    for _ in range(10):
        manager.wait_for("WATCHDOG")
    times = [time for time, assignments in manager.heard if "WATCHDOG" in assignments]
    assert max(later - earlier for earlier, later in zip(times, times[1:])) < period
    worker = thread_of(gateway.pid, "worker-1")
    with stopped(worker):
        # What was answered before it stopped may still be on its way.
        wait_until(lambda: manager.hears_nothing(0.6), within=20, what="silence")
        assert gateway.is_alive
    manager.wait_for("WATCHDOG")


def thread_of(pid: int, name: str) -> int:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        if (thread / "comm").read_text().strip() == name:
            return int(thread.name)
    raise AssertionError(f"no thread {name}")


class stopped:
    """Keeps one thread from running, as a loop that hangs would, by tracing it."""

    def __init__(self, thread: int) -> None:
        self._thread = thread

    def __enter__(self) -> None:
        if shutil.which("strace") is None:
            pytest.skip("strace, which can stop one thread, is not there")
        # Each system call of the thread is held up for a minute.
        self._tracer = subprocess.Popen(
            [
                "strace", "-qq", "-o", "/dev/null", "-p", str(self._thread),
                "-e", "trace=all", "-e", "inject=all:delay_enter=60000000",
            ],
            stderr=subprocess.DEVNULL,
        )
        status = Path(f"/proc/{self._thread}/status")
        wait_until(
            lambda: self._tracer.poll() is not None
            or re.search(r"TracerPid:\s+[1-9]", status.read_text()),
            what="the tracer",
        )
        if self._tracer.poll() is not None:
            pytest.skip("the system lets nobody trace another process")

    def __exit__(self, *_) -> None:
        self._tracer.terminate()
        self._tracer.wait()


@pytest.mark.parametrize(
    "variables", [{"WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}]
)
def test_a_watchdog_of_others_is_not_answered(start_gateway, manager, variables):
    environment = {"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "100000", **variables}
    start_gateway(environment=environment)
    manager.wait_for("READY")
    assert manager.hears_nothing(0.5)


def test_a_manager_that_has_gone_changes_nothing(start_gateway, device_of, user, tmp_path):
    environment = {"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "100000"}
    gateway = start_gateway(environment=environment)
    device_of(gateway, user)
    gateway.log.wait_for(re.compile("WARNING the service manager could not be told"))
    device_of(gateway, user)
    assert gateway.log.text.count("WARNING the service manager") == 1


# Sockets


def listening(family: socket.AddressFamily, address) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(address)
    opened.listen(128)
    return opened


def start_with(start_gateway, sockets, listener, overrides=None, **variables):
    return start_gateway(
        {"workers": 3, **(overrides or {})},
        listener,
        launcher=activating(sockets, **variables),
        inherited=sockets,
    )


def test_sockets_are_taken_and_stay_the_managers(start_gateway, device_of, user, note):
    opened = listening(socket.AF_INET, ("127.0.0.1", 0))
    port = opened.getsockname()[1]
    gateway = start_with(start_gateway, [opened], {"port": port})
    assert "WARNING a socket" not in gateway.log.text
    devices = [device_of(gateway, user, note) for _ in range(12)]
    devices[0].update(note, number=1)
    for device in devices[1:]:
        device.expect("note_sync")
    gateway.signal(signal.SIGTERM)
    for device in devices:
        device.websocket.expect_close(1001)
    assert gateway.wait() == 0
    # Who comes meanwhile waits for the next gateway, and is served by it.
    waiting = gateway.endpoint.connect_plain()
    next_gateway = start_with(start_gateway, [opened], {"port": port})
    waiting.sendall(b"GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert waiting.recv(12) == b"HTTP/1.1 401"
    waiting.close()
    next_gateway.stop()
    opened.close()


def test_a_unix_socket_is_taken_and_its_file_left(start_gateway, device_of, user, tmp_path):
    path = str(tmp_path / "gateway.sock")
    opened = listening(socket.AF_UNIX, path)
    inode = os.stat(path).st_ino
    gateway = start_with(
        start_gateway, [opened], {"address": f"unix:{path}", "port": None}, LISTEN_FDNAMES="web"
    )
    device_of(gateway, user)
    gateway.stop()
    assert os.stat(path).st_ino == inode
    opened.close()


def test_what_does_not_match_is_closed_and_said(start_gateway, device_of, user):
    other = listening(socket.AF_INET, ("127.0.0.1", 0))
    right = listening(socket.AF_INET, ("127.0.0.1", 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    gateway = start_with(
        start_gateway,
        [other, right, datagrams],
        {"port": right.getsockname()[1]},
        LISTEN_FDNAMES="other:right:datagrams",
    )
    device_of(gateway, user)
    for name, address in (
        ("other", f"127.0.0.1:{other.getsockname()[1]}"),
        ("datagrams", "no listening stream socket"),
    ):
        line = gateway.log.wait_for(re.compile(f"WARNING a socket.*name={name}.*"))[0]
        assert address in line, line
    assert "name=right" not in gateway.log.text
    address = other.getsockname()
    for opened in (other, right, datagrams):
        opened.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def test_sockets_of_another_process_are_left_alone(start_gateway, device_of, user):
    opened = listening(socket.AF_INET, ("127.0.0.1", 0))
    gateway = start_with(start_gateway, [opened], {"port": 0}, LISTEN_PID="1")
    device_of(gateway, user)
    assert gateway.endpoint.port != opened.getsockname()[1]
    assert "WARNING a socket" not in gateway.log.text
    opened.close()


def test_credentials_are_found_by_their_directory(start_gateway, stranger, user, tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    gateway = start_gateway(
        {"authentication": {"keys": {"hmac_secret_file": "${CREDENTIALS_DIRECTORY}/own"}}},
        environment={"CREDENTIALS_DIRECTORY": write_secret(credentials)},
    )
    stranger(gateway).authenticate(gateway.issuer.token(user))


def write_secret(directory: Path) -> str:
    (directory / "own").write_bytes(Issuer().secret)
    return str(directory)


# The unit


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not there")
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, timeout=seconds(30)
    )


def test_the_units_exposure_is_at_most_1_5():
    found = analyze("security", "--offline=true", "--threshold=15", UNIT)
    assert found.returncode == 0, found.stdout[-300:] + found.stderr


def test_the_unit_is_well_formed(tmp_path):
    unit = tmp_path / UNIT.name
    text = UNIT.read_text()
    assert "ExecStart=/usr/local/bin/notes-gateway serve" in text
    # The program and its manual need not be installed.
    unit.write_text(text.replace("/usr/local/bin/notes-gateway", "/bin/true"))
    found = analyze("verify", "--man=no", unit)
    assert (found.returncode, found.stderr) == (0, ""), found.stderr
