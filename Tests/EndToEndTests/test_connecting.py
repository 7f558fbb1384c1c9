"""PROTOCOL.md, "Connecting": the upgrade, the greeting, and the frames below the messages."""

import base64
import json
from pathlib import Path

import pytest

from harness import frames, http
from harness.timing import Deadline, duration, wait_until
from harness.websocket import Handshake, HandshakeRefused, WebSocket

CONFIGURATION = {"websocket": {"allowed_origins": []}}

GREETING = "Please authenticate to continue"


def refusal(gateway, handshake: Handshake) -> http.Response:
    """What an upgrade is answered with that must not succeed."""
    with pytest.raises(HandshakeRefused) as refused:
        WebSocket(gateway.endpoint, handshake)
    return refused.value.response


def test_the_gateway_speaks_first(gateway, open_socket):
    message = json.loads(open_socket(gateway.endpoint).receive_text())
    connection_id = message.pop("connectionId")
    assert message == {"type": "connection_established", "message": GREETING}
    assert isinstance(connection_id, str) and connection_id


def test_every_connection_has_an_id_of_its_own(gateway, stranger):
    assert len({stranger(gateway).connection_id for _ in range(20)}) == 20


@pytest.mark.parametrize("target", ["/", "/ws", "/?", "/ws?a=b&c=%20%0a%00", "/ws?/../x"])
def test_the_configured_paths_are_served_with_any_query(gateway, stranger, target):
    stranger(gateway, handshake=Handshake(target=target)).expect_nothing()


@pytest.mark.parametrize("target", ["/other", "/ws/", "//", "/WS", "/%77s", "/ws%3Fa", "/./ws"])
def test_an_upgrade_on_another_path_is_404(gateway, target):
    response = refusal(gateway, Handshake(target=target))
    assert response.status == 404
    assert set(response.json) >= {"error", "code"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade"},
        {"Upgrade": "WEBSOCKET", "Connection": "upgrade"},
        {"Connection": "Upgrade , HTTP2-Settings", "X-Long": "x" * 4000},
    ],
)
def test_tokens_of_the_upgrade_are_matched_as_http_wants_it(gateway, stranger, headers):
    stranger(gateway, handshake=Handshake(headers=headers)).expect_nothing()


def test_names_of_header_fields_have_no_case(gateway, stranger):
    usual = Handshake()
    headers: dict[str, str | None] = {"Sec-WebSocket-Key": None, "Upgrade": None}
    headers |= {"SEC-WEBSOCKET-KEY": usual.key, "uPGRADE": "websocket"}
    handshake = Handshake(headers=headers, key=usual.key)
    stranger(gateway, handshake=handshake).expect_nothing()


def test_offered_subprotocols_and_extensions_are_ignored(gateway, open_socket):
    offers = {
        "Sec-WebSocket-Protocol": "chat, notes.v1",
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    }
    websocket = open_socket(gateway.endpoint, Handshake(headers=offers))
    assert websocket.response.header("Sec-WebSocket-Protocol") is None
    assert websocket.response.header("Sec-WebSocket-Extensions") is None
    assert json.loads(websocket.receive_text())["message"] == GREETING


@pytest.mark.parametrize("version", ["8", "12", "14", "0"])
def test_another_version_is_426_and_is_told_the_right_one(gateway, version):
    response = refusal(gateway, Handshake(headers={"Sec-WebSocket-Version": version}))
    assert response.status == 426
    assert response.header("Sec-WebSocket-Version") == "13"


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "short",
        base64.b64encode(b"x" * 15).decode(),
        base64.b64encode(b"x" * 17).decode(),
        "!" * 22 + "==",
        base64.b64encode(b"x" * 16).decode().rstrip("="),
        base64.b64encode(b"x" * 16).decode() + "\t x",
    ],
)
def test_a_key_that_is_not_16_bytes_of_base64_is_400(gateway, key):
    assert refusal(gateway, Handshake(headers={"Sec-WebSocket-Key": key})).status == 400


@pytest.mark.parametrize("field", ["Sec-WebSocket-Key", "Sec-WebSocket-Version"])
def test_a_field_of_the_upgrade_that_comes_twice_is_refused(gateway, field):
    handshake = Handshake()
    value = {"Sec-WebSocket-Key": handshake.key, "Sec-WebSocket-Version": "13"}[field]
    handshake.headers = {field.lower(): value}
    assert refusal(gateway, handshake).status == 400


@pytest.mark.parametrize(
    "handshake",
    [
        Handshake(method="POST"),
        Handshake(method="get"),
        Handshake(version="HTTP/1.0"),
        Handshake(headers={"Connection": "keep-alive"}),
        Handshake(headers={"Sec-WebSocket-Version": None}),
    ],
    ids=["POST", "lower case method", "HTTP/1.0", "no Connection: Upgrade", "no version"],
)
def test_what_is_not_quite_an_upgrade_does_not_become_one(gateway, handshake):
    assert refusal(gateway, handshake).status in (400, 404, 426)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example", "x"],
)
def test_a_foreign_origin_is_403(gateway, origin):
    response = refusal(gateway, Handshake(headers={"Origin": origin}))
    assert response.status == 403
    assert set(response.json) >= {"error", "code"}


def test_an_origin_that_only_begins_like_the_host_is_403(gateway):
    origin = gateway.endpoint.origin + ".evil.example"
    assert refusal(gateway, Handshake(headers={"Origin": origin})).status == 403


def test_the_origin_of_the_same_host_and_no_origin_are_let_in(gateway, stranger):
    same = Handshake(headers={"Origin": gateway.endpoint.origin})
    stranger(gateway, handshake=same).expect_nothing()
    stranger(gateway).expect_nothing()


def test_only_the_configured_origins_are_let_in(start_gateway, stranger):
    app = "https://app.example"
    gateway = start_gateway({"websocket": {"allowed_origins": [app, "https://b.example:8443"]}})
    for origin in (app, "https://b.example:8443"):
        stranger(gateway, handshake=Handshake(headers={"Origin": origin})).expect_nothing()
    for origin in (app + ".evil.example", "http://app.example", "https://app.example:8443", "null"):
        assert refusal(gateway, Handshake(headers={"Origin": origin})).status == 403


def test_a_star_lets_every_origin_in(start_gateway, stranger):
    gateway = start_gateway({"websocket": {"allowed_origins": ["*"]}})
    headers: dict[str, str | None] = {"Origin": "https://anything.example"}
    stranger(gateway, handshake=Handshake(headers=headers)).expect_nothing()


def test_other_paths_can_be_configured(start_gateway, stranger):
    gateway = start_gateway({"websocket": {"paths": ["/live"]}})
    stranger(gateway, handshake=Handshake(target="/live?x")).expect_nothing()
    assert refusal(gateway, Handshake(target="/ws")).status == 404


def test_an_upgrade_that_comes_byte_by_byte_is_served(gateway):
    handshake = Handshake()
    with http.connect(gateway.endpoint) as stream:
        for byte in handshake.encode(gateway.endpoint):
            stream.send(bytes([byte]))
        response = stream.read_head(Deadline(10))
    assert response.status == 101
    assert response.header("Sec-WebSocket-Accept") == handshake.accept


def test_frames_in_one_segment_with_the_upgrade_are_served(gateway, open_socket, user):
    token = gateway.issuer.token(user)
    early = [{"type": "auth", "token": token}, {"type": "ping"}]
    data = b"".join(frames.encode(frames.TEXT, json.dumps(m).encode()) for m in early)
    websocket = open_socket(gateway.endpoint, first_bytes=data)
    types = [json.loads(websocket.receive_text())["type"] for _ in range(3)]
    assert types == ["connection_established", "auth_success", "pong"]


def test_a_message_in_fragments_is_one_message(device, user):
    client = device(user)
    text = json.dumps({"type": "ping", "requestId": "späße"}, ensure_ascii=False).encode()
    pieces = [text[index : index + 1] for index in range(len(text))]
    client.websocket.send_raw(frames.fragmented(frames.TEXT, pieces))
    client.expect("pong", requestId="späße")


def test_control_frames_between_fragments_are_served_at_once(device, user):
    client = device(user)
    start = frames.encode(frames.TEXT, b'{"type":', is_final=False)
    client.websocket.send_raw(start + frames.encode(frames.PING, b"between"))
    assert client.websocket.receive_pong() == b"between"
    client.websocket.send_raw(frames.encode(frames.CONTINUATION, b'"ping","requestId":"1"}'))
    client.expect("pong", requestId="1")


def test_a_frame_that_comes_byte_by_byte_is_served(device, user):
    client = device(user)
    for byte in frames.encode(frames.TEXT, b'{"type":"ping","requestId":"slowly"}'):
        client.websocket.send_raw(bytes([byte]))
    client.expect("pong", requestId="slowly")


@pytest.mark.parametrize("payload", [b"", b"x", b"y" * 125])
def test_a_ping_frame_is_answered_with_its_payload(gateway, stranger, payload):
    client = stranger(gateway)
    client.websocket.send_ping(payload)
    assert client.websocket.receive_pong() == payload


def test_a_pong_that_nobody_asked_for_is_ignored(gateway, stranger):
    client = stranger(gateway)
    client.websocket.send_raw(frames.encode(frames.PONG, b"unasked"))
    client.expect_nothing()


def test_a_close_with_1000_is_echoed(device, user):
    client = device(user)
    client.websocket.send_close(1000, "done")
    assert client.websocket.expect_end() == 1000


@pytest.mark.parametrize("code", [None, 1001, 3000, 4000])
def test_a_close_with_another_code_ends_the_connection(device, user, code):
    client = device(user)
    client.websocket.send_close(code)
    assert client.websocket.expect_end() in (code, 1000, None)


@pytest.mark.parametrize(
    "data",
    [
        frames.encode(frames.TEXT, b"{}", reserved=4),
        frames.encode(0x3, b"{}"),
        frames.encode(0xB, b""),
        frames.encode(frames.CONTINUATION, b"{}"),
        frames.encode(frames.PING, b"", is_final=False),
        frames.head(frames.PING, 126) + bytes(130),
        frames.head(frames.TEXT, (1 << 63) + 5) + bytes(40),
    ],
    ids=["reserved bit", "opcode 3", "opcode 11", "no start", "half ping", "long ping", "2^63"],
)
def test_frames_that_rfc_6455_forbids_end_their_connection_and_no_other(device, user, data):
    offender, other = device(user), device(user)
    offender.websocket.send_raw(data)
    assert offender.websocket.expect_end() in (None, 1002, 1009)
    other.expect_nothing()


def test_a_client_that_answers_pings_stays(start_gateway, device_of, user):
    gateway = start_gateway({"websocket": {"ping_interval": "1s"}})
    client = device_of(gateway, user)

    def has_been_pinged() -> bool:
        client.expect_nothing()
        return client.websocket.pings_received >= 3

    wait_until(has_been_pinged, within=15, what="a third ping")


def test_a_client_that_answers_no_ping_is_closed(start_gateway, device_of, user):
    gateway = start_gateway({"websocket": {"ping_interval": "1s"}})
    client = device_of(gateway, user)
    client.websocket.answers_pings = False
    client.websocket.expect_end(within=15)
    assert client.websocket.pings_received >= 1


def test_a_dropped_connection_leaves_nothing_open(gateway, stranger):
    stranger(gateway).close()
    before = gateway.open_file_count
    for _ in range(50):
        stranger(gateway).close()
    wait_until(lambda: gateway.open_file_count <= before, what="the closing of all descriptors")


def test_a_unix_socket_can_be_listened_on(start_gateway, device_of, user, tmp_path):
    listener = {"address": f"unix:{tmp_path}/gateway.sock", "port": None}
    device_of(start_gateway(listener=listener), user).expect_nothing()


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="there is no IPv6 here")
def test_ipv6_can_be_listened_on(start_gateway, device_of, user):
    device_of(start_gateway(listener={"address": "::"}), user).expect_nothing()


def test_the_time_for_a_request_is_not_the_time_for_a_websocket(start_gateway, device_of, user):
    limits = {"header_timeout": duration(1), "idle_timeout": duration(1)}
    gateway = start_gateway({"limits": limits})
    client = device_of(gateway, user)
    with http.connect(gateway.endpoint) as silent:
        silent.read_to_end(within=15)
    client.expect_nothing()
