"""The package in a small Debian: installed, filled in, run by systemd, upgraded and removed.

The tests are the steps of one operator, in order: each begins where the one before has ended.
"""

import http.client
import json
import re
import signal
from pathlib import Path

import pytest

from harness.certificates import Authority
from harness.device import Device
from harness.endpoint import Endpoint
from harness.notes_api import NotesAPI
from harness.timing import wait_until
from harness.tokens import Issuer
from harness.websocket import WebSocket

SERVICE = "notes-gateway.service"
SECOND = "notes-gateway@second.service"
FILE = "/etc/notes-gateway/notes-gateway.yaml"
DROP_IN = "/etc/systemd/system/{}.d/keys.conf"

FILLED_IN = """
# filled in by the operator
listen:
  - address: "127.0.0.1"
    port: 0
    tls:
      certificate_file: "${{CREDENTIALS_DIRECTORY}}/fullchain.pem"
      private_key_file: "${{CREDENTIALS_DIRECTORY}}/privkey.pem"
upstream:
  url: "{url}"
authentication:
  keys:
    hmac_secret_file: "${{CREDENTIALS_DIRECTORY}}/secret"
  algorithms: [HS256]
admin:
  listen: "unix:/run/notes-gateway/admin.sock"
workers: 2
shutdown_grace: 2s
"""


@pytest.fixture(scope="module")
def api():
    api = NotesAPI()
    yield api
    api.stop()


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def fill_in(debian, api, issuer, authority, unit=SERVICE, file=FILE) -> None:
    """What an operator does after the installation: keys that only root can read, and the file."""
    keys = debian.file("/root/keys")
    keys.mkdir(mode=0o700, exist_ok=True)
    (keys / "secret").write_bytes(issuer.secret)
    (keys / "fullchain.pem").write_bytes(authority.certificate_file.read_bytes())
    (keys / "privkey.pem").write_bytes(authority.key_file.read_bytes())
    drop_in = debian.file(DROP_IN.format(unit))
    drop_in.parent.mkdir(exist_ok=True)
    drop_in.write_text("[Service]\n" + "".join(
        f"LoadCredential={name}:/root/keys/{name}\n"
        for name in ("secret", "fullchain.pem", "privkey.pem")))
    debian.file(file).write_text(FILLED_IN.format(url=api.url))
    debian.systemctl("daemon-reload")


def enter_at(endpoint: Endpoint, issuer: Issuer, user: str) -> Device:
    device = Device(WebSocket(endpoint), user)
    device.expect("connection_established")
    device.authenticate(issuer.token(user))
    return device


def endpoint_of(debian, authority, unit: str) -> Endpoint:
    """Where the gateway has said last that it listens."""
    port = int(re.findall(r"\blistening address=127\.0\.0\.1 port=(\d+)", debian.journal(unit))[-1])
    return Endpoint(port=port).with_tls(authority.client_context())


@pytest.fixture
def enter(booted, issuer, authority):
    devices = []

    def enter(user: str, unit: str = SERVICE) -> Device:
        devices.append(enter_at(endpoint_of(booted, authority, unit), issuer, user))
        return devices[-1]

    yield enter
    for device in devices:
        device.close()


# Not booted: what the program says


def test_the_file_that_was_installed_says_what_to_fill_in(debian):
    result = debian.run("notes-gateway", "serve", "--config", FILE, check=False)
    assert result.returncode == 1
    found = re.findall(rf"^{FILE}:(\d+):\d+: (\S+?):? .*; expected ", result.stdout, re.MULTILINE)
    assert [name for _, name in found] == ["upstream.url", "authentication.keys"], result.stdout
    lines = debian.file(FILE).read_text().splitlines()
    assert [lines[int(number) - 1].strip().split(" ")[0] for number, _ in found] == [
        "upstream:", "keys:"]


def test_the_manual_is_installed(debian):
    assert debian.file("/usr/share/man/man1/notes-gateway.1.gz").is_file()
    assert debian.run("notes-gateway", "--version").stdout.startswith("notes-gateway ")


# Booted


def test_nothing_is_enabled_or_started(booted):
    assert booted.systemctl("is-enabled", SERVICE, check=False) == "disabled"
    assert booted.systemctl("is-active", SERVICE, check=False) == "inactive"
    assert booted.systemctl("--failed", "--plain", "--no-legend") == ""


@pytest.mark.parametrize("unit", [SERVICE, SECOND])
def test_the_unit_is_well_formed(booted, unit):
    # Minimal systems leave manual pages out, and units are said to lack them.
    said = booted.run("systemd-analyze", "verify", "--man=no", unit).stdout
    assert [line for line in said.splitlines() if "notes-gateway" in line] == []


def test_a_start_before_that_fails_and_says_what_to_fill_in(booted):
    assert booted.run("systemctl", "start", SERVICE, check=False).returncode != 0
    wait_until(
        lambda: booted.show(SERVICE, "ActiveState") == "failed", within=60, what="the last try")
    assert re.search(
        rf"^{FILE}:\d+:1: upstream.url is missing; expected", booted.journal(SERVICE), re.MULTILINE)
    booted.systemctl("reset-failed", SERVICE)


def test_it_starts_once_filled_in_and_serves(booted, api, issuer, authority, enter):
    fill_in(booted, api, issuer, authority)
    booted.systemctl("start", SERVICE)
    assert booted.show(SERVICE, "ActiveState") == "active"
    assert "127.0.0.1" in booted.show(SERVICE, "StatusText")
    api.add("n1", "alice")
    writer, reader = enter("alice"), enter("alice")
    writer.join("n1")
    reader.join("n1")
    writer.update("n1", title="Milk")
    assert reader.expect("note_sync")["changes"] == {"title": "Milk"}


def test_it_runs_in_its_sandbox_as_nobody_that_exists(booted):
    status = Path(f"/proc/{booted.process(SERVICE)}/status").read_text()
    values = dict(re.findall(r"^(\w+):\s+(.*)$", status, re.MULTILINE))
    assert values["NoNewPrivs"] == "1" and values["Seccomp"] == "2"
    # CAP_NET_BIND_SERVICE, and nothing else.
    assert {values[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {
        f"{1 << 10:016x}"}
    assert 61184 <= int(values["Uid"].split()[0]) <= 65519


def test_a_reload_takes_the_file_and_drops_nobody(booted, enter):
    device = enter("alice")
    before = booted.show(SERVICE, "MainPID")
    file = booted.file(FILE)
    file.write_text(file.read_text() + "limits:\n  messages_per_minute: 200\n")
    booted.systemctl("reload", SERVICE)
    wait_until(lambda: "again and is in use" in booted.journal(SERVICE), what="the new file")
    assert booted.show(SERVICE, "ActiveState") == "active"
    assert booted.show(SERVICE, "MainPID") == before
    device.join("n1")


def test_an_instance_runs_beside_it(booted, api, issuer, authority, enter):
    path = "/etc/notes-gateway/second.yaml"
    fill_in(booted, api, issuer, authority, SECOND, path)
    file = booted.file(path)
    file.write_text(file.read_text().replace("/run/notes-gateway/", "/run/notes-gateway-second/"))
    booted.systemctl("start", SECOND)
    enter("alice", SECOND).join("n1")
    for directory in ("notes-gateway", "notes-gateway-second"):
        assert booted.run("ls", f"/run/{directory}").stdout.split() == ["admin.sock"]
    assert booted.show(SERVICE, "ActiveState") == "active"


def test_no_system_call_of_it_is_refused(booted, issuer, authority, enter):
    drop_in = booted.file(DROP_IN.format(SECOND)).with_name("strict.conf")
    # A call that is refused is the last one then, and does not go unseen.
    drop_in.write_text("[Service]\nSystemCallErrorNumber=kill\nRestart=no\n")
    booted.systemctl("daemon-reload")
    booted.systemctl("restart", SECOND)
    process = booted.show(SECOND, "MainPID")
    device = enter("alice", SECOND)
    device.join("n1")
    device.update("n1", title="Bread")
    endpoint = endpoint_of(booted, authority, SECOND)
    client = http.client.HTTPSConnection(
        endpoint.host, endpoint.port, context=authority.client_context())
    client.request(
        "PUT", "/api/notes/n1", body=b'{"title":"Tea"}',
        headers={"Authorization": f"Bearer {issuer.token('alice')}"})
    assert client.getresponse().status == 200
    client.close()
    assert device.expect("note_sync")["changes"] == {"title": "Tea"}
    booted.systemctl("reload", SECOND)
    wait_until(lambda: "again and is in use" in booted.journal(SECOND), what="the reload")
    assert booted.show(SECOND, "MainPID") == process
    booted.systemctl("stop", SECOND)
    assert booted.show(SECOND, "Result") == "success"
    booted.systemctl("start", SECOND)


def test_an_upgrade_keeps_the_file_and_restarts_what_runs(booted, package, enter):
    device = enter("alice")
    before = {unit: booted.show(unit, "MainPID") for unit in (SERVICE, SECOND)}
    written = booted.file(FILE).read_text()
    booted.run("dpkg", "--install", f"/root/{package.name}")
    # It was asked to come back, not cut off.
    device.expect("going_away", within=30)
    for unit, process in before.items():
        assert booted.show(unit, "ActiveState") == "active"
        assert booted.show(unit, "MainPID") != process
    assert booted.file(FILE).read_text() == written
    enter("alice").join("n1")


def test_an_upgrade_starts_nothing_that_was_stopped(booted, package):
    booted.systemctl("stop", SECOND)
    booted.systemctl("stop", SERVICE)
    booted.systemctl("enable", SERVICE)
    booted.run("dpkg", "--install", f"/root/{package.name}")
    assert booted.systemctl("is-enabled", SERVICE) == "enabled"
    for unit in (SERVICE, SECOND):
        assert booted.systemctl("is-active", unit, check=False) == "inactive"


def test_a_process_that_hangs_is_replaced(booted, enter):
    drop_in = booted.file(DROP_IN.format(SERVICE)).with_name("watchdog.conf")
    # The signal that would leave a core behind, for a process that cannot say more.
    drop_in.write_text("[Service]\nWatchdogSec=2\nWatchdogSignal=SIGKILL\n")
    booted.systemctl("daemon-reload")
    booted.systemctl("start", SERVICE)
    before = booted.show(SERVICE, "MainPID")
    enter("alice").join("n1")
    booted.systemctl("kill", "--kill-whom=main", f"--signal={signal.SIGSTOP.name}", SERVICE)
    wait_until(
        lambda: booted.show(SERVICE, "NRestarts") == "1"
        and booted.show(SERVICE, "ActiveState") == "active",
        within=60, what="a new process")
    assert booted.show(SERVICE, "MainPID") != before
    drop_in.unlink()
    booted.systemctl("daemon-reload")
    enter("alice").join("n1")


def test_a_stop_is_in_good_order(booted, enter):
    device = enter("alice")
    booted.systemctl("stop", "--no-block", SERVICE)
    device.expect("going_away")
    device.websocket.expect_close(1001)
    wait_until(
        lambda: booted.show(SERVICE, "ActiveState") == "inactive", within=30, what="the end")
    assert booted.show(SERVICE, "Result") == "success"
    assert booted.show(SERVICE, "ExecMainStatus") == "0"


def test_a_socket_of_systemds_starts_it(booted, issuer, authority):
    path = "/run/notes.sock"
    file = booted.file(FILE)
    before = file.read_text()
    listening = re.sub(r"listen:\n(?:  .*\n)+", f'listen:\n  - address: "unix:{path}"\n', before, 1)
    assert listening != before
    file.write_text(listening)
    unit = booted.file("/etc/systemd/system/notes-gateway.socket")
    unit.write_text(f"[Socket]\nListenStream={path}\n")
    booted.systemctl("daemon-reload")
    booted.systemctl("start", "notes-gateway.socket")
    assert booted.show(SERVICE, "ActiveState") == "inactive"
    outside = f"/proc/{booted.init}/root{path}"
    enter_at(Endpoint(path=outside), issuer, "alice").close()
    assert booted.show(SERVICE, "ActiveState") == "active"
    booted.systemctl("stop", "notes-gateway.socket", SERVICE)
    unit.unlink()
    file.write_text(before)
    booted.systemctl("daemon-reload")


# The end


def test_a_removal_stops_it_and_keeps_the_file(booted):
    booted.systemctl("start", SERVICE)
    booted.systemctl("start", SECOND)
    written = booted.file(FILE).read_text()
    booted.run("dpkg", "--remove", "notes-gateway")
    for unit in (SERVICE, SECOND):
        assert booted.systemctl("is-active", unit, check=False) in ("inactive", "unknown")
    assert not booted.file("/usr/bin/notes-gateway").exists()
    assert booted.file(FILE).read_text() == written


def test_a_purge_leaves_only_what_others_have_written(booted):
    booted.file("/etc/notes-gateway/second.yaml").unlink()
    booted.run("dpkg", "--purge", "notes-gateway")
    listed = booted.run("find", "/etc", "/lib/systemd", "/var/lib", "/run", "/usr/share", "-xdev",
                        "-name", "*notes-gateway*", "-not", "-path", "/var/lib/apt/*").stdout
    ours = {DROP_IN.format(unit).removesuffix("/keys.conf") for unit in (SERVICE, SECOND)}
    assert set(listed.split()) == ours, json.dumps(listed.split())
