"""OPERATIONS.md, "Metrics": each value of each label moves when what it names happens, and there is
none without a test."""

import signal

import pytest

from harness import frames, http
from harness.admin import LISTENING, Admin
from harness.configuration import merged, yaml
from harness.key_server import Behaviour, KeyServer, login, rules, wait_for_log
from harness.reload import reload
from harness.rest import ask
from harness.signing import envelope
from harness.timing import duration, seconds, wait_until
from harness.websocket import Handshake, HandshakeRefused
from harness.writes import TYPES, hold_update

CONFIGURATION = merged(
    LISTENING,
    {
        "websocket": {"max_message_size": "64KiB", "allowed_origins": ["http://good.example"]},
        "upstream": {"request_timeout": duration(1)},
    },
)


@pytest.fixture
def scheme() -> str:
    return "ws"


# connections_closed_total

CLOSINGS = {
    "1000": lambda client: client.websocket.send_close(1000),
    "1001": lambda client: client.websocket.send_close(1001),
    "1002": lambda client: client.websocket.send_raw(frames.encode(frames.TEXT, b"x", reserved=1)),
    "1003": lambda client: client.websocket.send_close(1003),
    "1005": lambda client: client.websocket.send_close(None),
    "1006": lambda client: client.websocket.close(),
    "1007": lambda client: client.websocket.send_text(b"\xff"),
    "1008": lambda client: [client.websocket.send_text("nonsense") for _ in range(100)],
    "1009": lambda client: client.send("ping", padding="x" * 64 * 1024),
    "1011": lambda client: client.websocket.send_close(1011),
    "4401": lambda client: [client.send("auth", token="nonsense") for _ in range(5)],
    "other": lambda client: client.websocket.send_close(3000),
}
# By what only the gateway closes for, in test_metrics.
CLOSINGS_ELSEWHERE = {"4408", "4429"}


@pytest.mark.parametrize("code", CLOSINGS)
def test_connections_are_closed(gateway, grown, stranger, device, user, code):
    client = stranger(gateway) if code == "4401" else device(user)
    CLOSINGS[code](client)
    if code != "1006":
        client.websocket.expect_end()
        client.close()
    assert grown("connections_closed_total", code=code) == 1


def test_clients_are_sent_away(start_gateway, api, device_of, user, note):
    gateway = start_gateway({**LISTENING, "shutdown_grace": "30s"})
    admin = Admin(gateway)
    writer, others = device_of(gateway, user), [device_of(gateway, user) for _ in range(3)]
    gate = hold_update(api, writer, note)
    gateway.signal(signal.SIGTERM)
    for other in others:
        other.expect("going_away")
        other.websocket.expect_close(1001)
    writer.expect("going_away")
    admin.wait_for("connections_closed_total", 3, code="1001")
    assert admin.metrics()("messages_sent_total", type="going_away") == 4
    gate.open()
    writer.websocket.expect_close(1001)
    assert gateway.wait() == 0


# upgrades_refused_total

REFUSALS = {
    "malformed": Handshake(headers={"Sec-WebSocket-Version": "12"}),
    "not_found": Handshake(target="/elsewhere"),
    "origin_not_allowed": Handshake(headers={"Origin": "http://bad.example"}),
}
REFUSING_LIMITS = {"connections", "connections_per_address", "unauthenticated_connections"}


@pytest.mark.parametrize("reason", REFUSALS)
def test_handshakes_are_refused(gateway, grown, open_socket, reason):
    with pytest.raises(HandshakeRefused):
        open_socket(gateway.endpoint, REFUSALS[reason])
    assert grown("upgrades_refused_total", reason=reason) == 1


@pytest.mark.parametrize("reason", sorted(REFUSING_LIMITS))
def test_connections_over_a_limit_are_refused(start_gateway, stranger, open_socket, reason):
    gateway = start_gateway(merged(LISTENING, {"limits": {reason: 1}}))
    admin = Admin(gateway)
    admin.wait_until_quiet()
    stranger(gateway)
    with pytest.raises(HandshakeRefused):
        open_socket(gateway.endpoint)
    admin.wait_for("upgrades_refused_total", 1, reason=reason)


def test_handshakes_that_come_too_late_are_refused(start_gateway, api, device_of, user, note):
    gateway = start_gateway({**LISTENING, "shutdown_grace": "30s"})
    admin = Admin(gateway)
    writer = device_of(gateway, user)
    gate = hold_update(api, writer, note)
    request = Handshake().encode(gateway.endpoint)
    with http.connect(gateway.endpoint) as late:
        late.send(request[:-2])
        writer.answer("ping")
        gateway.signal(signal.SIGTERM)
        writer.expect("going_away")
        late.send(request[-2:])
        assert late.read_response().status == 503
    assert admin.metrics()("upgrades_refused_total", reason="going_away") == 1
    gate.open()
    writer.websocket.expect_close(1001)
    assert gateway.wait() == 0


# authentications_total: in test_metrics.
AUTHENTICATIONS = {"success", "failed", "expired", "too_many_connections"}

# messages_received_total, messages_sent_total, upstream_requests_total, upstream_seconds

# What the API is asked for each write of harness.writes, and what it answers.
STEPS = {
    "note_update": {"update_note": 200},
    "note_created": {"get_note": 404, "create_note": 201},
    "note_deleted": {"delete_note": 200},
    "folder_created": {"get_folder": 404, "create_folder": 201},
    "folder_updated": {"update_folder": 200},
    "folder_deleted": {"delete_folder": 200},
}
SYNCS = {type: f"{type}_sync" for type in TYPES} | {"note_update": "note_sync"}
SENT_OTHERWISE = {
    "connection_established", "auth_success", "auth_failed", "note_joined", "note_left",
    "going_away", "pong", "error",
}
RECEIVED_OTHERWISE = {"auth", "join_note", "leave_note", "ping", "invalid"}


@pytest.mark.parametrize("type", TYPES)
def test_a_write_of_each_type_is_counted(grown, device, user, note, write, type):
    writer, other = device(user), device(user, note)
    request = write(type)
    request.send(writer)
    writer.expect(request.success)
    other.expect(SYNCS[type])
    assert grown("messages_received_total", type=type) == 1
    assert grown("messages_sent_total", type=request.success) == 1
    assert grown("messages_sent_total", type=SYNCS[type]) == 1
    for route, status in STEPS[type].items():
        assert grown("upstream_requests_total", route=route, status=str(status)) == 1
        # The other one's way into the room asks as well.
        assert grown("upstream_seconds_count", route=route) >= 1
    assert grown("write_seconds_count") == 1
    assert grown("delivery_seconds_count") == 1


def test_what_every_connection_says_and_hears_is_counted(gateway, grown, stranger, user, note):
    client = stranger(gateway)
    assert client.answer("auth", token="nonsense")["type"] == "auth_failed"
    client.authenticate(gateway.issuer.token(user))
    client.join(note)
    client.leave(note)
    client.answer("ping")
    client.websocket.send_text("nonsense")
    client.expect_error("invalid_json")
    for type in RECEIVED_OTHERWISE:
        count = 2 if type == "auth" else 1
        assert grown("messages_received_total", least=count, type=type) == count
    for type in SENT_OTHERWISE - {"going_away"}:
        assert grown("messages_sent_total", type=type) == 1
    assert grown("upstream_requests_total", route="get_note", status="200") == 1


# Requests that get no status

FAILURES = {
    "broken_answer": {"closes": True},
    "answer_too_large": {"body": b" " * (5 << 20)},
    "timed_out": {"delay": seconds(3)},
}


@pytest.mark.parametrize("status", FAILURES)
def test_requests_to_the_api_fail(grown, api, device, user, note, status):
    client = device(user)
    api.misbehave("PUT", note, **FAILURES[status])
    client.answer("note_update", noteId=note, changes={"a": 1}, within=30)
    assert grown("upstream_requests_total", route="update_note", status=status) == 1


def test_requests_to_an_api_that_is_not_there_fail(grown, api, device, user, note):
    client = device(user)
    api.stop()
    client.refused("note_update", "upstream_unavailable", noteId=note, changes={"a": 1})
    assert grown("upstream_requests_total", route="update_note", status="not_connected") == 1


def test_requests_find_the_line_full(start_gateway, api, device_of, user, new_name):
    upstream = {"max_connections": 1, "queue": 1}
    gateway = start_gateway(merged(LISTENING, {"workers": 1, "upstream": upstream}))
    admin, client = Admin(gateway), device_of(gateway, user)
    notes = [api.add(new_name("note"), user) for _ in range(8)]
    gates = [api.hold("PUT", note) for note in notes]
    for note in notes:
        client.send("note_update", noteId=note, changes={"a": 1})
    client.expect_error("overloaded")
    refused = admin.metrics()(
        "upstream_requests_total", route="update_note", status="queue_full"
    )
    assert 1 <= refused <= len(notes) - 1
    for gate in gates:
        gate.open()


# proxy_requests_total

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@pytest.mark.parametrize("method", METHODS)
def test_requests_are_passed_on(gateway, grown, user, note, method):
    token = gateway.issuer.token(user)
    body = {"id": f"{note}-new"} if method == "POST" else {"title": "x"}
    target = "/api/notes" if method == "POST" else f"/api/notes/{note}"
    with http.connect(gateway.endpoint) as stream:
        field = f"Authorization: Bearer {token}"
        data = http.body_bytes(body if method in ("POST", "PUT", "PATCH") else None)
        stream.send(http.request(gateway.endpoint, method, target, data, field))
        status = str(stream.read_response(has_body=method != "HEAD").status)
    assert grown("proxy_requests_total", method=method, status=status) == 1
    assert grown("proxy_seconds_count") == 1


def test_requests_are_refused_without_the_api(gateway, grown, api, user):
    api.stop()
    assert ask(gateway, "GET", "/api/notes", gateway.issuer.token(user)).status == 502
    assert grown("proxy_requests_total", method="GET", status="502") == 1


# errors_total: signature_invalid here, two in test_metrics, all others in test_every_error_code.
ERRORS_ELSEWHERE = {"rate_limited", "too_many_connections"}


def test_a_wrong_signature(start_gateway, device_of, user):
    gateway = start_gateway(merged(LISTENING, {"authentication": {"message_signing": True}}))
    client = device_of(gateway, user)
    client.websocket.send_text(envelope("0" * 64, {"type": "ping"}))
    client.expect_error("signature_invalid")
    assert Admin(gateway).metrics()("errors_total", code="signature_invalid") == 1


# key_refreshes_total, configuration_reloads_total

REFRESHES = ("changed", "unchanged", "failed")
RELOADS = ("success", "failed")


def test_keys_are_fetched(start_gateway):
    first, second = login("first"), login("second")
    server = KeyServer(first)
    gateway = start_gateway(merged(LISTENING, rules(server)), its_issuer=first)
    admin = Admin(gateway)

    def are(*counts: int) -> None:
        for result, count in zip(REFRESHES, counts):
            admin.wait_for("key_refreshes_total", count, result=result)

    are(1, 0, 0)
    reload(gateway, {"limits": {"rooms_per_connection": 1}})
    are(1, 1, 0)
    server.misbehave(Behaviour(status=500))
    reload(gateway, {"limits": {"rooms_per_connection": 2}})
    are(1, 1, 1)
    server.behave()
    server.publish(second)
    reload(gateway, {"limits": {"rooms_per_connection": 3}})
    are(2, 1, 1)
    server.stop()


def test_the_configuration_is_read_again(start_gateway):
    gateway = start_gateway(LISTENING)
    admin = Admin(gateway)
    reload(gateway, {"limits": {"rooms_per_connection": 1}})
    assert admin.metrics()("configuration_reloads_total", result="success") == 1
    assert admin.metrics()("configuration_reloads_total", result="failed") == 0
    gateway.file.write_text(yaml(merged(gateway.configuration, {"nonsense": 1})))
    gateway.signal(signal.SIGHUP)
    wait_for_log(gateway, "the new configuration is wrong")
    admin.wait_for("configuration_reloads_total", 1, result="failed")
    assert admin.metrics()("configuration_reloads_total", result="success") == 1


# All of them


def test_no_value_of_a_label_is_without_a_test(admin):
    from test_every_error_code import PROVOCATIONS

    tested = {
        "connections": {"authenticated", "unauthenticated", "http"},
        "connections_closed_total": CLOSINGS.keys() | CLOSINGS_ELSEWHERE,
        "upgrades_refused_total": REFUSALS.keys() | REFUSING_LIMITS | {"going_away"},
        "authentications_total": AUTHENTICATIONS,
        "messages_received_total": set(TYPES) | RECEIVED_OTHERWISE,
        "messages_sent_total": {f"{type}_success" for type in TYPES}
        | set(SYNCS.values())
        | SENT_OTHERWISE,
        "errors_total": {provoke.__name__ for provoke in PROVOCATIONS}
        | ERRORS_ELSEWHERE
        | {"signature_invalid"},
        "upstream_seconds_count": {route for steps in STEPS.values() for route in steps},
        "key_refreshes_total": set(REFRESHES),
        "configuration_reloads_total": set(RELOADS),
        # Nothing is resumed yet: both stay at 0.
        "resumes_total": {"recovered", "not_recovered"},
        # What a gateway with two workers has.
        "loop_lag_seconds_count": {"0", "1"},
    }
    metrics = admin.metrics()
    for name, values in tested.items():
        labels = metrics.labels(f"notes_gateway_{name}")
        shown = [value for each in labels for value in each.values()]
        assert sorted(shown) == sorted(values), name
    methods = {
        each["method"] for each in metrics.labels("notes_gateway_proxy_requests_total")
    }
    assert methods <= {*METHODS, "other"}
