"""OPERATIONS.md, "Logs": what an operator is told, and what nobody is ever told."""

import re
import time

import pytest

from harness import http
from harness.timing import wait_until
from harness.websocket import Handshake


@pytest.mark.parametrize("level", ["trace", "debug", "info"])
def test_no_token_and_no_note_reaches_the_log(
    start_gateway, api, stranger, device_of, user, note, level
):
    gateway = start_gateway({"logging": {"level": level}})
    forged = gateway.issuer.token(user) + "x"
    stranger(gateway).answer("auth", token=forged)
    listener, writer = device_of(gateway, user, note), device_of(gateway, user)
    writer.update(note, title="a-secret-in-the-changes")
    api.misbehave("PUT", note, status=400, body=b'{"message":"a-secret-of-the-api"}')
    writer.refused("note_update", "upstream_rejected", noteId=note, changes={"b": "a-secret-too"})
    api.misbehave("PUT", note, status=500, body=b"a-secret-in-a-failure")
    writer.refused("note_update", "upstream_unavailable", noteId=note, changes={"c": "a-secret"})
    writer.websocket.send_text('{"a-secret-in-bad-json')
    writer.expect_error("invalid_json")
    gateway.stop()
    for secret in ("a-secret", "Bearer", forged, writer.token, listener.token):
        assert secret not in gateway.log.text
    for token in (forged, writer.token):
        assert not any(part in gateway.log.text for part in token.split(".")[1:])


def test_a_connection_has_one_line_when_it_authenticates_and_one_when_it_closes(
    start_gateway, device_of, user, note
):
    gateway = start_gateway()
    client = device_of(gateway, user, note)
    client.update(note, title="x")

    def lines() -> list[str]:
        return [line for line in gateway.log.text.splitlines() if client.connection_id in line]

    wait_until(lambda: len(lines()) == 1, what="the line that says who has authenticated")
    assert user in lines()[0]
    client.websocket.send_close()
    client.websocket.expect_end()
    client.close()
    wait_until(lambda: len(lines()) == 2, what="the line that says who has gone")


def test_what_is_refused_often_is_told_once_a_second_and_counted(start_gateway):
    gateway = start_gateway({"workers": 2})
    start = time.monotonic()
    origin = "https://" + "x" * 20_000 + ".example"
    for _ in range(100):
        request = Handshake(headers={"Origin": origin}).encode(gateway.endpoint)
        assert http.exchange(gateway.endpoint, request).status == 403

    def lines() -> list[str]:
        return [line for line in gateway.log.text.splitlines() if "upgrade refused" in line]

    def told(line: str) -> int:
        more = re.search(r"more_in_last_second=(\d+)", line)
        return int(more[1]) if more else 1

    # Also of those behind which nothing comes, and while the gateway runs.
    wait_until(lambda: sum(map(told, lines())) == 100, what="a word of all of them")
    assert told(lines()[0]) == 1
    assert len(lines()) <= 2 + time.monotonic() - start
    assert all(origin[:500] in line and len(line) < 2000 for line in lines())


def test_the_level_keeps_quieter_lines_out(start_gateway, device_of, user, tmp_path):
    listener = {"address": f"unix:{tmp_path}/gateway.sock", "port": None}
    gateway = start_gateway({"logging": {"level": "error"}}, listener=listener)
    device_of(gateway, user).close()
    gateway.stop()
    assert gateway.log.text == ""
