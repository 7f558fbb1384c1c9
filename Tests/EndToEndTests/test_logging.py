"""OPERATIONS.md, "Logs": what an operator is told, and what nobody is ever told."""

import json
import re
import time

import pytest

from harness import http, rest
from harness.admin import Admin
from harness.endpoint import Endpoint
from harness.key_server import wait_for_log
from harness.logs import objects, socket_in
from harness.signing import envelope
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


PUBLISH_TOKEN = "a-secret-to-publish-with"


def whole_session(gateway, admin: Admin, stranger, api, user: str, note: str) -> list[str]:
    """Does all that a client, an app and the API can do, and returns what no log may hold."""
    forged = gateway.issuer.token(user) + "x"
    stranger(gateway).answer("auth", token=forged)
    client, listener = stranger(gateway), stranger(gateway)
    secret = client.authenticate(gateway.issuer.token(user))["sessionSecret"]
    other_secret = listener.authenticate(gateway.issuer.token(user))["sessionSecret"]
    client.join(note)
    listener.join(note)
    client.update(note, title="a-secret-title")
    listener.expect("note_sync")
    message = {"type": "note_update", "noteId": note, "changes": {"body": "a-secret-body"}}
    signed = envelope(secret, message)
    client.websocket.send_text(signed)
    client.expect("note_update_success")
    client.websocket.send_text(envelope("0" * 64, message))
    client.expect_error("signature_invalid")
    new = {"id": f"{note}-new", "title": "a-secret"}
    client.request("note_created", "note_created_success", noteData=new)
    client.request("note_deleted", "note_deleted_success", noteId=new["id"])
    client.websocket.send_text('{"a-secret-in-bad-json')
    client.expect_error("invalid_json")
    token = gateway.issuer.token(user)
    answer = rest.ask(
        gateway, "PUT", f"/api/notes/{note}?share=a-secret-link", token, {"title": "a-secret"},
        "X-Request-Id: request-by-rest", "Cookie: session=a-secret-cookie",
    )
    assert answer.status == 200
    event = {
        "event": "note_sync", "noteId": note, "fromUserId": user,
        "changes": {"title": "a-secret"}, "updatedNote": {"id": note, "title": "a-secret"},
    }
    assert admin.publish(PUBLISH_TOKEN, event).status == 202
    assert admin.publish("a-secret-guess", event).status == 401
    api.misbehave("PUT", note, status=503, body=b"a-secret-failure")
    client.refused("note_update", "upstream_unavailable", noteId=note, changes={"b": "a-secret"})
    client.close()
    tokens = [forged, token, client.token, listener.token]
    parts = [part for each in tokens for part in each.split(".")[1:]]
    signature = json.loads(signed)["signature"]
    return ["a-secret", "Bearer", "Authorization", "Cookie", secret, other_secret, signature,
            *tokens, *parts]


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_session_can_be_followed_at_trace_and_shows_nothing_that_is_secret(
    start_gateway, api, stranger, user, note, format, tmp_path
):
    (tmp_path / "publish-token").write_text(PUBLISH_TOKEN)
    gateway = start_gateway(
        {
            "logging": {"level": "trace", "format": format},
            "authentication": {"message_signing": True},
            "admin": {
                "listen": f"unix:{tmp_path}/admin.sock",
                "publish_token_file": tmp_path / "publish-token",
            },
        },
        socket_in(tmp_path),
    )
    admin = Admin(gateway, Endpoint(path=f"{tmp_path}/admin.sock"))
    secrets = whole_session(gateway, admin, stranger, api, user, note)
    gateway.stop()
    text = gateway.log.text
    for secret in secrets:
        assert secret not in text, secret
    if format == "text":
        patterns = [
            rf"DEBUG message received .*\bnote={note} .*\btype=note_update\b",
            rf"DEBUG the notes API was asked .*duration_ms=\d+\.\d{{3}} note={note} "
            r"route=update_note upstream_status=200",
            rf"DEBUG broadcast connections=1 note={note} type=note_sync\b",
            r"TRACE message sent .*\btype=note_update_success\b",
            r"DEBUG request answered duration_ms=\S+ method=PUT .*request_id=request-by-rest "
            r"status=200",
            r"NOTICE publishing refused",
            r"WARNING the notes API answers with errors .*upstream_status=503",
        ]
        for pattern in patterns:
            assert re.search(pattern, text), pattern
    else:
        asked = [line for line in objects(text) if line["message"] == "the notes API was asked"]
        assert {line["upstream_status"] for line in asked} >= {200, 503}
        assert all(isinstance(line["duration_ms"], float) for line in asked)


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


def test_an_upgrade_on_a_wrong_path_is_told_without_its_query(start_gateway):
    gateway = start_gateway({"proxy": {"enabled": False}})
    request = Handshake("/socket?token=abc").encode(gateway.endpoint)
    assert http.exchange(gateway.endpoint, request).status == 404
    line = wait_for_log(gateway, "upgrade refused")
    message = "NOTICE upgrade refused: the path is not among websocket.paths"
    assert re.search(rf"{message} .*path=\S*/socket\S* .*peer=", line + " "), line
    assert "abc" not in gateway.log.text


def test_the_level_keeps_quieter_lines_out(start_gateway, device_of, user, tmp_path):
    listener = {"address": f"unix:{tmp_path}/gateway.sock", "port": None}
    gateway = start_gateway({"logging": {"level": "error"}}, listener=listener)
    device_of(gateway, user).close()
    gateway.stop()
    assert gateway.log.text == ""
