"""OPERATIONS.md, "Reload": what SIGHUP changes, what it leaves, and that it drops nobody."""

import os
import signal
import subprocess

import pytest

from harness import http, rest
from harness.admin import LISTENING, Admin
from harness.configuration import merged, yaml
from harness.gateway import binary
from harness.key_server import KeyServer, login, rules, wait_for_log
from harness.reload import IN_USE, count, reload
from harness.timing import wait_until
from harness.tokens import Issuer
from harness.upstream import Upstream, echo
from harness.websocket import Handshake, HandshakeRefused
from harness.writes import hold_update

WAITS = "part of the new configuration waits for a restart"


def test_what_is_wrong_is_said_with_its_place_and_nothing_changes(
    start_gateway, device_of, user, note
):
    gateway = start_gateway({"limits": {"rooms_per_connection": 1}})
    device = device_of(gateway, user, note)
    text = yaml(gateway.configuration)
    wrong = text.replace("rooms_per_connection: 1", "rooms_per_connection: many")
    wrong += "nonsense: 1\n"
    gateway.file.write_text(wrong)
    gateway.signal(signal.SIGHUP)
    lines = wrong.splitlines()
    for key in ("rooms_per_connection", "nonsense"):
        line = next(index for index, line in enumerate(lines, 1) if key in line)
        said = wait_for_log(gateway, f"ERROR the new configuration is wrong.*{key}")
        assert f"{gateway.file}:{line}:" in said, said
    gateway.signal(signal.SIGHUP)
    wait_until(lambda: count(gateway, "ERROR .*nonsense") == 2, what="the second refusal")
    assert IN_USE not in gateway.log.text
    device.refused("join_note", "too_many_rooms", noteId="another")
    gateway.file.unlink()
    gateway.signal(signal.SIGHUP)
    wait_for_log(gateway, "ERROR the new configuration is wrong.*cannot be read")
    device.update(note, number=1)


def test_a_file_that_the_configuration_names_is_read_again_and_checked(
    start_gateway, stranger, device_of, user
):
    gateway = start_gateway()
    device = device_of(gateway, user)
    secret = gateway.file.parent / "secret"
    secret.write_bytes(b"short")
    gateway.signal(signal.SIGHUP)
    wait_for_log(gateway, "ERROR the new configuration is wrong.*hmac_secret_file.*32")
    stranger(gateway).authenticate(gateway.issuer.token(user))
    other = Issuer(secret=b"y" * 64)
    secret.write_bytes(other.secret)
    reload(gateway, {})
    refused = stranger(gateway).answer("auth", token=gateway.issuer.token(user))
    assert refused["type"] == "auth_failed"
    stranger(gateway).authenticate(other.token(user))
    device.authenticate(other.token(user))


def test_what_only_a_restart_changes_is_named_and_stays(start_gateway, device_of, user, note):
    gateway = start_gateway({"workers": 2})
    device = device_of(gateway, user, note)
    reload(gateway, {"workers": 3, "limits": {"rooms_per_connection": 1}}, {"port": 1})
    for key in ("listen", "workers"):
        line = wait_for_log(gateway, f"WARNING {WAITS} .* {key}: ")
        assert "until a restart" in line and f"{gateway.file}:" in line, line
    device.refused("join_note", "too_many_rooms", noteId="another")
    device_of(gateway, user)
    reload(gateway, {})
    assert count(gateway, f"WARNING {WAITS} .* workers: ") == 2


def test_reloads_are_counted_and_the_admin_listener_stays(start_gateway):
    gateway = start_gateway(LISTENING)
    admin = Admin(gateway)
    reload(gateway, {"admin": {"listen": ""}})
    wait_for_log(gateway, r"admin\.listen: can't change while the gateway runs")
    gateway.file.write_text("nothing: of use")
    gateway.signal(signal.SIGHUP)
    wait_for_log(gateway, "the new configuration is wrong")
    metrics = admin.metrics()
    assert metrics("configuration_reloads_total", result="success") == 1
    assert metrics("configuration_reloads_total", result="failed") == 1


def test_the_token_to_publish_with_changes(start_gateway, tmp_path, user, note):
    file = tmp_path / "token"
    file.write_text("first")
    gateway = start_gateway(merged(LISTENING, {"admin": {"publish_token_file": file}}))
    admin = Admin(gateway)
    event = {
        "event": "note_sync", "noteId": note, "fromUserId": user, "changes": {},
        "updatedNote": {"id": note},
    }
    assert admin.publish("first", event).status == 202
    file.write_text("second")
    reload(gateway, {})
    assert admin.publish("first", event).status == 401
    assert admin.publish("second", event).status == 202
    # Nobody reads the file of a listener that is to go, and it stays open until then.
    reload(gateway, {"admin": {"listen": ""}})
    assert admin.publish("second", event).status == 202


def test_limits_count_for_those_who_are_there(start_gateway, stranger, device_of, user, note):
    gateway = start_gateway()
    device = device_of(gateway, user, note)
    reload(
        gateway,
        {
            "limits": {
                "messages_per_minute": 1,
                "connections_per_user": 1,
                "header_size": "1KiB",
            },
            "websocket": {"max_message_size": 1000},
        },
    )
    assert device.answer("ping")["type"] == "pong"
    assert device.refused("ping", "rate_limited")["retryAfter"] > 0
    second = stranger(gateway)
    second.send("auth", token=gateway.issuer.token(user))
    second.expect_error("too_many_connections")
    second.websocket.expect_close(4429)
    with http.connect(gateway.endpoint) as connection:
        connection.send(http.request(gateway.endpoint, "GET", "/", b"", "X-Long: " + "x" * 2000))
        assert connection.read_response().status == 431
    device.websocket.send_text('{"type":"ping","requestId":"' + "x" * 1000 + '"}')
    device.expect_error("too_large")
    device.websocket.expect_close(1009)


def test_origins_paths_and_the_proxy_change(start_gateway, open_socket):
    upstream = Upstream()
    upstream.answer = echo
    gateway = start_gateway({"proxy": {"enabled": False}}, url=upstream.url)
    foreign = Handshake(target="/live", headers={"Origin": "https://app.example.com"})
    with pytest.raises(HandshakeRefused):
        open_socket(gateway.endpoint, foreign)
    with http.connect(gateway.endpoint) as kept:
        kept.send(http.request(gateway.endpoint))
        assert kept.read_response().status == 404
        reload(
            gateway,
            {
                "websocket": {"paths": ["/live"], "allowed_origins": ["https://app.example.com"]},
                "proxy": {"enabled": True},
            },
        )
        kept.send(http.request(gateway.endpoint))
        assert kept.read_response().status == 200
    open_socket(gateway.endpoint, foreign)
    upstream.stop()


def test_routes_fields_and_audiences_change(start_gateway, api, device_of, user, note):
    gateway = start_gateway()
    writer, listener = device_of(gateway, user, note), device_of(gateway, user, note)
    outsider = device_of(gateway, user)
    writer.update(note, title="a", secret="b")
    assert listener.expect("note_sync")["changes"] == {"title": "a", "secret": "b"}
    reload(
        gateway,
        {
            "upstream": {
                "updatable_fields": ["title"],
                "routes": {"update_note": "PATCH /api/notes/{noteId}"},
            },
            "websocket": {"note_sync_audience": "user", "changes_include": ["body"]},
        },
    )
    writer.update(note, title="c", secret="d")
    for device in (listener, outsider):
        assert device.expect("note_sync")["changes"] == {"title": "c", "body": "milk"}
    assert [request.method for request in api.done[-2:]] == ["PUT", "PATCH"]
    assert api.notes[note].fields["secret"] == "b"


def test_another_api_is_asked_from_then_on_and_what_is_under_way_ends_at_the_old_one(
    start_gateway, api, device_of, user, note
):
    upstream = Upstream()
    gateway = start_gateway()
    writer = device_of(gateway, user, note)
    gate = api.hold("PUT", note)
    writer.send("note_update", noteId=note, changes={"number": 1}, requestId="old")
    gate.wait_for_arrival()
    upstream.answer = echo
    reload(gateway, {"upstream": {"url": upstream.url}})
    gate.open()
    writer.expect("note_update_success", requestId="old")
    assert api.notes[note].fields["number"] == 1
    with http.connect(gateway.endpoint) as connection:
        connection.send(http.request(gateway.endpoint))
        assert connection.read_response().status == 200
    assert len(upstream.requests) == 1
    upstream.stop()


def test_the_level_of_the_log_changes(start_gateway, device_of, user):
    gateway = start_gateway({"logging": {"level": "info"}})
    reload(gateway, {"logging": {"level": "debug"}})
    device = device_of(gateway, user)
    device.websocket.send_text("nonsense")
    device.expect_error("invalid_json")
    wait_for_log(gateway, "DEBUG bad message")


def test_expiry_that_is_enforced_asks_who_is_there_for_a_token(start_gateway, stranger, user):
    gateway = start_gateway({"authentication": {"expiry": "at_connect", "clock_skew": "0s"}})
    device = stranger(gateway)
    device.authenticate(gateway.issuer.token(user, lifetime=1))
    reload(gateway, {"authentication": {"expiry": "enforced"}})
    device.expect_token_expired()
    device.authenticate(gateway.issuer.token(user))


def test_keys_of_another_url_are_fetched_and_those_of_the_last_not_believed_any_more(
    start_gateway, stranger, device_of, user
):
    first, second = Issuer("ES256", kid="first"), Issuer("ES256", kid="second")
    servers = [KeyServer(first), KeyServer(second)]

    def keys(server: KeyServer) -> dict:
        return {
            "authentication": {
                "keys": {"jwks_url": server.url, "hmac_secret_file": None},
                "algorithms": ["ES256"],
            }
        }

    gateway = start_gateway(keys(servers[0]), its_issuer=first)
    device = device_of(gateway, user)
    gate = servers[1].hold()
    reload(gateway, keys(servers[1]))
    waiting = stranger(gateway)
    waiting.send("auth", token=second.token(user))
    waiting.expect_nothing()
    gate.set()
    waiting.expect("auth_success", userId=user)
    assert stranger(gateway).answer("auth", token=first.token(user))["type"] == "auth_failed"
    device.authenticate(second.token(user))
    for server in servers:
        server.stop()


def test_keys_of_the_same_url_are_fetched_again_at_once(start_gateway, stranger, user):
    first, second = Issuer("ES256", kid="first"), Issuer("ES256", kid="second")
    server = KeyServer(first)
    authentication = {
        "keys": {"jwks_url": server.url, "hmac_secret_file": None},
        "algorithms": ["ES256"],
    }
    gateway = start_gateway({"authentication": authentication}, its_issuer=first)
    stranger(gateway).authenticate(first.token(user))
    server.publish(second)
    reload(gateway, {"authentication": {"issuer": None}})
    wait_for_log(gateway, "INFO the keys have changed")
    stranger(gateway).authenticate(second.token(user))
    server.stop()


def test_a_write_that_waits_for_a_key_goes_by_the_rules_with_which_it_came(
    start_gateway, device_of, user, note
):
    issuer = login("first")
    server = KeyServer(issuer)
    gate = server.hold()
    # One worker: it has read what came before what it has answered.
    configuration = {**rules(server, hmac_secret_file="secret"), "workers": 1}
    gateway = start_gateway(configuration, its_issuer=Issuer())
    wait_until(lambda: server.fetch_count == 1, what="the first fetch")
    own = device_of(gateway, user, note)
    with http.connect(gateway.endpoint) as stream:
        path = f"/api/notes/{note}"
        stream.send(rest.request(gateway, "PUT", path, issuer.token(user), {"n": 1}))
        token = gateway.issuer.token(user)
        assert rest.ask(gateway, "PUT", path, token, {"fence": 1}).status == 200
        own.expect("note_sync", changes={"fence": 1})
        reload(gateway, {"proxy": {"enabled": False}})
        own.expect_nothing()
        gate.set()
        answer = stream.read_response()
        assert answer.status == 200
    own.expect("note_sync", changes={"n": 1}, updatedNote=answer.json, fromUserId=user)
    server.stop()


def test_a_storm_of_signals_ends_with_the_last_file(start_gateway, device_of, user, note):
    gateway = start_gateway()
    device = device_of(gateway, user, note)
    for number in range(1, 101):
        overrides = {"limits": {"rooms_per_connection": number}}
        gateway.file.write_text(yaml(merged(gateway.configuration, overrides)))
        gateway.signal(signal.SIGHUP)
    reload(gateway, {"limits": {"rooms_per_connection": 1}})
    # What has ended may have been the reload before the last.
    wait_until(
        lambda: device.answer("join_note", noteId="another")["code"] == "too_many_rooms",
        what="the last file",
    )
    device.update(note, number=1)
    gateway.assert_healthy()


@pytest.mark.parametrize("scheme", ["ws"])
def test_a_signal_during_the_start_or_the_stop_ends_nothing(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({"shutdown_grace": "30s"})
    writer = device_of(gateway, user)
    gate = hold_update(api, writer, note)
    assert writer.answer("ping")["type"] == "pong"
    for number in (signal.SIGTERM, signal.SIGHUP):
        gateway.signal(number)
        # Signals that wait together come by their numbers.
        wait_for_log(gateway, "INFO stopping")
    wait_for_log(gateway, "INFO the configuration is not read again")
    writer.expect("going_away")
    gate.open()
    writer.expect("note_update_success", requestId="held")
    writer.websocket.expect_close(1001)
    assert gateway.wait() == 0
    # From its first moment on, when nothing is set up yet.
    process = subprocess.Popen(
        [binary(), "serve", "--config", gateway.file],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP]),
    )
    os.kill(process.pid, signal.SIGHUP)
    for line in process.stderr:
        if IN_USE in line:
            break
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stderr.close()
