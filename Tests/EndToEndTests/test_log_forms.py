"""OPERATIONS.md, "Logs": how lines look, for people, programs, the journal and terminals."""

import json
import re
import signal

import pytest

from harness import http
from harness.admin import Admin
from harness.configuration import base, merged, yaml
from harness.endpoint import Endpoint
from harness.gateway import run
from harness.logs import JSON, QUIET, TIME, launched, objects, socket_in
from harness.reload import count
from harness.timing import wait_until
from harness.websocket import Handshake


def test_json_is_one_object_a_line_with_typed_fields(
    start_gateway, device_of, user, note, tmp_path
):
    gateway = start_gateway(JSON, socket_in(tmp_path))
    client = device_of(gateway, user, note)
    client.update(note, title="x")
    client.websocket.send_close()
    client.websocket.expect_end()
    wait_until(lambda: "connection closed" in gateway.log.text, what="the line of the end")
    gateway.stop()
    lines = objects(gateway.log.text)
    ready = next(line for line in lines if line["message"] == "ready")
    assert ready["level"] == "info" and isinstance(ready["workers"], int)
    of_client = [line for line in lines if line.get("connection") == client.connection_id]
    assert [line["message"] for line in of_client] == [
        "connection authenticated", "connection closed",
    ]
    assert all(line["user"] == user for line in of_client)
    assert of_client[1]["messages"] == 3
    assert of_client[1]["duration_ms"] > 0
    assert of_client[1]["reason"] == "closed by the client"


@pytest.mark.parametrize("format", ["text", "json"])
def test_no_client_forges_a_line_whatever_bytes_it_sends(start_gateway, format, tmp_path):
    gateway = start_gateway({"logging": {"format": format}}, socket_in(tmp_path))
    head = Handshake().encode(gateway.endpoint)
    forged = (
        b"http://a\xe2\x80\xa8b\xe2\x80\xaec\xc2\x85d\xff\xfe\x80\"\\"
        + b"\xf0\x9f\x91\x8d" * 9000
    )
    request = head.replace(b"\r\n\r\n", b"\r\nOrigin: " + forged + b"\r\n\r\n", 1)
    assert http.exchange(gateway.endpoint, request[:30_000] + b"\r\n\r\n").status in (400, 403)
    for byte in (b"\n", b"\r", b"\x1b", b"\x00"):
        forged = b"\r\nOrigin: http://a" + byte + b"2026 CRITICAL forged\r\n\r\n"
        request = head.replace(b"\r\n\r\n", forged, 1)
        assert http.exchange(gateway.endpoint, request).status in (400, 403)
    gateway.log.wait_for(re.compile("ready"))
    gateway.stop()
    # Not splitlines, which takes U+2028 and others for ends as well.
    text = gateway.log.text
    assert text.splitlines() == text.split("\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)
    assert all(len(line) < 3000 for line in text.split("\n"))
    if format == "json":
        assert all("forged" not in line["message"] for line in objects(text))
    else:
        assert all(re.match(rf"{TIME} [A-Z]+ ", line) for line in text.split("\n"))


def test_format_and_level_change_with_a_reload(start_gateway, device_of, user, tmp_path):
    socket = tmp_path / "admin.sock"
    overrides = {"logging": {"level": "notice"}, "admin": {"listen": f"unix:{socket}"}}
    gateway = start_gateway(merged(QUIET, overrides), socket_in(tmp_path))
    admin = Admin(gateway, Endpoint(path=str(socket)))

    def reload(changes: dict) -> None:
        gateway.file.write_text(yaml(merged(gateway.configuration, changes)))
        gateway.signal(signal.SIGHUP)

    reload({"logging": {"level": "info", "format": "json"}})
    wait_until(lambda: count(gateway, "is in use") == 1, what="the end of the reload")
    (line,) = objects(gateway.log.text)
    assert line["level"] == "info"
    reload({"logging": {"level": "info", "format": "text"}})
    wait_until(lambda: count(gateway, "INFO .* is in use") == 1, what="the end of the reload")
    reload({"logging": {"level": "error", "format": "json"}})

    def reload_count() -> float:
        return admin.metrics()("configuration_reloads_total", result="success")

    wait_until(lambda: reload_count() == 3, what="the end of the reload")
    device_of(gateway, user).close()
    reload({"surprise": 1})
    wait_until(lambda: "surprise" in gateway.log.text, what="the refusal")
    gateway.stop()
    last = gateway.log.text.splitlines()[2:]
    assert [line["level"] for line in objects("\n".join(last))] == ["error"]


def test_what_is_wrong_at_the_start_is_said_in_the_form_that_the_file_wants(tmp_path, issuer):
    (tmp_path / "secret").write_bytes(issuer.secret)
    file = tmp_path / "notes-gateway.yaml"
    for wrong in ({"surprise": 1, "workers": -1}, {"upstream": {"url": "ftp://x"}, "workers": -1}):
        file.write_text(yaml(merged(base("http://127.0.0.1:1"), merged(wrong, JSON))))
        result = run("serve", "--config", file)
        assert result.returncode == 1
        lines = objects(result.stderr)
        assert [line["level"] for line in lines] == ["critical", "critical"]
        assert all(line["problem"].startswith(f"{file}:") for line in lines)
    file.write_text(file.read_text() + "\n  : [")
    result = run("serve", "--config", file)
    assert result.returncode == 1
    assert result.stderr.startswith(f"{file}:")


def test_a_step_of_the_start_that_fails_is_said_in_json(start_gateway, tmp_path, issuer):
    (tmp_path / "secret").write_bytes(issuer.secret)
    file = tmp_path / "notes-gateway.yaml"
    listener = {"listen": [{"address": f"unix:{tmp_path}/not/there.sock"}]}
    file.write_text(yaml(merged(base("http://127.0.0.1:1"), merged(listener, JSON))))
    result = run("serve", "--config", file)
    assert result.returncode == 1
    (line,) = objects(result.stderr)
    assert line["level"] == "critical" and "there.sock" in str(line)


@pytest.mark.parametrize("format", ["text", "json"])
def test_the_journal_gets_priorities_and_no_time_of_ours(
    start_gateway, format, tmp_path, device_of, user
):
    gateway = start_gateway(
        merged(QUIET, {"logging": {"format": format}}), socket_in(tmp_path),
        **launched("journal"),
    )
    device_of(gateway, user).close()
    gateway.signal(signal.SIGUSR1)
    wait_until(lambda: "figures of all" in gateway.log.text, what="the figures")
    gateway.stop()
    lines = gateway.log.text.splitlines()
    if format == "json":
        assert all(line.startswith("<") for line in lines)
        found = {(line[:3], json.loads(line[3:])["level"]) for line in lines}
    else:
        assert all(re.match(r"<\d>[A-Z]+ \S", line) for line in lines)
        found = {(line[:3], line[3:].split()[0].lower()) for line in lines}
    assert found == {("<6>", "info"), ("<5>", "notice")}, lines


def test_another_file_than_the_journal_gets_no_priorities(start_gateway, tmp_path):
    gateway = start_gateway({}, socket_in(tmp_path), **launched("other"))
    gateway.log.wait_for(re.compile("ready"))
    gateway.stop()
    assert all(re.match(rf"{TIME} [A-Z]+ ", line) for line in gateway.log.text.splitlines())


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb", "NO_COLOR": ""}, False),
    ],
    ids=str,
)
def test_a_terminal_has_the_level_in_colour_where_it_wants_that(
    start_gateway, environment, is_coloured, tmp_path
):
    gateway = start_gateway(
        QUIET, socket_in(tmp_path), environment=environment, on_terminal=True
    )
    gateway.log.wait_for(re.compile("ready"))
    gateway.stop()
    level = "\x1b\\[32mINFO\x1b\\[0m" if is_coloured else "INFO"
    lines = gateway.log.text.splitlines()
    assert all(re.match(rf"{TIME} {level} [^\x1b]+$", line) for line in lines), lines
