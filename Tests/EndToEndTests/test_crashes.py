"""What the log says of a crash, and that the program dies of it as it would have anyway."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness import gateway as gateways
from harness import stderr
from harness.logs import launched, socket_in

SIGNALS = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP", "SIGFPE", "SIGABRT"]
HEAD = (
    r"CRITICAL the program crashed signal={signal} sender=\d+ thread=\S+ version=\S+ "
    r"build_id=[0-9a-f]{{40}}$"
)
FRAME = re.compile(r"CRITICAL backtrace frame=(\d+) at=(\S+)\+0x([0-9a-f]+)$")

IGNORING_SIGFPE = """
import os, signal, sys
signal.signal(signal.SIGFPE, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def scheme() -> str:
    return "ws"


@pytest.fixture(autouse=True)
def without_sanitizer() -> None:
    """A sanitizer's own report of a crash is left to it."""
    if gateways.has_sanitizer():
        pytest.skip("the program has a sanitizer in it")


def build_id(program) -> str:
    notes = subprocess.run(["readelf", "-n", program], capture_output=True, text=True, check=True)
    return re.search(r"Build ID: ([0-9a-f]+)", notes.stdout)[1]


def crash(gateway, name: str = "SIGSEGV") -> list[str]:
    """Sends the signal, and returns what was logged last."""
    gateway.log.wait_for(re.compile("ready"))
    before = len(gateway.log.text.splitlines())
    gateway.signal(getattr(signal, name))
    assert gateway.wait() == -getattr(signal, name)
    return gateway.log.text.splitlines()[before:]


@pytest.mark.parametrize("name", SIGNALS)
def test_a_crash_is_reported_and_ends_the_program_by_its_signal(start_gateway, name, tmp_path):
    gateway = start_gateway({"workers": 1}, socket_in(tmp_path))
    head, *frames = crash(gateway, name)
    assert re.search(r"^\S+Z " + HEAD.format(signal=name), head), head
    assert build_id(gateways.binary()) in head
    found = [FRAME.search(line) for line in frames]
    assert all(found) and len(found) > 3, frames
    assert [int(each[1]) for each in found] == list(range(len(found)))
    # Through the C library, or what looks its functions up, down to where the program begins.
    assert found[0][2].startswith(("libc.", "ld-linux"))
    assert sum(each[2] == "notes-gateway" for each in found) >= 2


def test_the_installed_program_is_stripped_and_its_addresses_are_told_by_the_one_that_is_not(
    start_gateway, tmp_path, monkeypatch
):
    stripped = tmp_path / "notes-gateway"
    shutil.copy(gateways.binary(), stripped)
    subprocess.run(["strip", stripped], check=True)
    unstripped = gateways.binary()
    assert build_id(stripped) == build_id(unstripped)
    monkeypatch.setenv("NOTES_GATEWAY", str(stripped))
    gateway = start_gateway({"workers": 1}, socket_in(tmp_path))
    _, *frames = crash(gateway)
    found = [FRAME.search(line) for line in frames]
    addresses = [f"0x{each[3]}" for each in found if each[2] == "notes-gateway"]
    names = subprocess.run(
        ["addr2line", "-f", "-e", unstripped, *addresses],
        capture_output=True, text=True, check=True,
    ).stdout
    assert "Gateway.swift:" in names and "ServeCommand.swift:" in names, names


def test_in_json_a_crash_is_one_object(start_gateway, tmp_path):
    gateway = start_gateway({"logging": {"format": "json"}}, socket_in(tmp_path))
    (line,) = crash(gateway)
    report = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", report["time"])
    assert report["level"] == "critical" and report["signal"] == "SIGSEGV"
    assert report["sender"] > 0 and report["build_id"] == build_id(gateways.binary())
    assert len(report["backtrace"]) > 3
    assert all(re.fullmatch(r"\S+\+0x[0-9a-f]+", frame) for frame in report["backtrace"])


@pytest.mark.parametrize("format", ["text", "json"])
def test_the_journal_gets_a_crash_with_priorities(start_gateway, tmp_path, format):
    gateway = start_gateway(
        {"logging": {"format": format}}, socket_in(tmp_path),
        **launched("journal"),
    )
    start = "<2>CRITICAL " if format == "text" else '<2>{"time":"'
    assert all(line.startswith(start) for line in crash(gateway))


def test_lines_that_waited_stand_before_the_report(start_gateway, device_of, user, tmp_path):
    gateway = start_gateway({"logging": {"level": "trace"}}, socket_in(tmp_path))
    device = device_of(gateway, user)
    for _ in range(500):
        device.send("ping")
    for _ in range(500):
        device.expect("pong")
    crash(gateway)
    before = gateway.log.text.partition("the program crashed")[0]
    assert before.count("DEBUG message received") == 501


def test_a_report_that_nobody_reads_keeps_no_crashed_program_alive(
    start_gateway, device_of, user, tmp_path
):
    gateway = start_gateway(
        {"logging": {"level": "trace"}}, socket_in(tmp_path),
        **launched("unread"),
    )
    device = device_of(gateway, user)
    for _ in range(4000):
        device.send("ping")
    for _ in range(4000):
        device.expect("pong")
    gateway.signal(signal.SIGSEGV)
    assert gateway.wait(within=20) == -signal.SIGSEGV


def test_a_signal_that_has_its_own_use_is_left_to_it(start_gateway, tmp_path):
    gateway = start_gateway(
        {}, socket_in(tmp_path), launcher=[sys.executable, "-c", IGNORING_SIGFPE]
    )
    gateway.log.wait_for(re.compile("ready"))
    gateway.signal(signal.SIGFPE)
    gateway.stop()


@pytest.fixture(scope="module")
def crashing(tmp_path_factory):
    """A small program with the report in it, that can be made to go wrong in many ways."""
    program = tmp_path_factory.mktemp("crashing") / "crashing"
    library = gateways.ROOT / "Sources/CLoop"
    source = Path(stderr.__file__).with_name("crashes.c")
    subprocess.run(
        ["clang", "-g", "-O1", "-w", "-Wl,--build-id", "-D_GNU_SOURCE", "-pthread",
         f"-I{library}/include", f"-I{library}", source, *library.glob("ng_crash*.c"),
         "-o", program],
        check=True,
    )
    return program


@pytest.mark.parametrize(
    ("way", "number", "said", "caller"),
    [
        ("address", signal.SIGSEGV, "signal=SIGSEGV address=0x10 ", None),
        ("trap", signal.SIGILL, "signal=SIGILL thread=", None),
        ("abort", signal.SIGABRT, "signal=SIGABRT thread=", "main"),
        ("jump", signal.SIGSEGV, "signal=SIGSEGV address=0x1234 ", "main"),
        ("stack", signal.SIGSEGV, "signal=SIGSEGV address=0x", "descend"),
    ],
)
def test_what_goes_wrong_in_the_program_itself_is_reported(crashing, way, number, said, caller):
    result = subprocess.run([crashing, way], capture_output=True, text=True, timeout=20)
    assert result.returncode == -number
    head, *frames = result.stderr.splitlines()
    assert said in head and "sender" not in head, head
    places = [line.partition(" at=")[2] for line in frames]
    if caller is None:
        assert places[0].startswith("notes-gateway+0x")
    addresses = [place.partition("+")[2] for place in places if place.startswith("notes-gateway")]
    names = subprocess.run(
        ["addr2line", "-f", "-e", crashing, *addresses],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()[::2]
    assert (caller or "main") in names, names
