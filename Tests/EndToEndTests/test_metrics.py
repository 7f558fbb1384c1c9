"""OPERATIONS.md, "Metrics": each moves when what it counts happens, and no other name is there."""

import json
import re

import pytest

from harness import http
from harness.admin import LISTENING, Admin
from harness.configuration import merged
from harness.gateway import ROOT
from harness.rest import ask
from harness.timing import seconds, wait_until
from harness.websocket import Handshake, HandshakeRefused

CONFIGURATION = merged(
    LISTENING, {"websocket": {"allowed_origins": ["http://good.example"]}}
)

COUNTERS = {
    "connections_opened_total": set(),
    "connections_closed_total": {"code"},
    "upgrades_refused_total": {"reason"},
    "authentications_total": {"result"},
    "messages_received_total": {"type"},
    "messages_sent_total": {"type"},
    "errors_total": {"code"},
    "broadcasts_total": set(),
    "deliveries_total": set(),
    "upstream_requests_total": {"route", "status"},
    "slow_consumers_closed_total": set(),
    "rate_limited_total": set(),
    "proxy_requests_total": {"method", "status"},
    "resumes_total": {"result"},
    "key_refreshes_total": {"result"},
    "configuration_reloads_total": {"result"},
}
GAUGES = {
    "connections": {"state"},
    "rooms": set(),
    "joined": set(),
    "upstream_in_flight": set(),
    "lane_queue": set(),
    "outbound_queue_bytes": set(),
    "build_info": {"version", "lws", "openssl"},
}
HISTOGRAMS = {
    "delivery_seconds": set(),
    "write_seconds": set(),
    "upstream_seconds": {"route"},
    "proxy_seconds": set(),
    "loop_lag_seconds": {"worker"},
}
PROCESS = {
    "cpu_seconds_total": "counter",
    "resident_memory_bytes": "gauge",
    "virtual_memory_bytes": "gauge",
    "open_fds": "gauge",
    "max_fds": "gauge",
    "start_time_seconds": "gauge",
}


@pytest.fixture
def scheme() -> str:
    return "ws"


@pytest.fixture
def admin(gateway) -> Admin:
    """Of the file's gateway, when what the test before has left behind is gone."""
    admin = Admin(gateway)
    admin.wait_until_quiet()
    return admin


def test_all_names_of_the_list_are_there_with_their_labels_and_no_others(
    gateway, admin, device, user, note
):
    device(user, note).update(note, title="x")
    ask(gateway, "GET", "/nothing")
    metrics = admin.metrics()
    expected = {
        **{f"notes_gateway_{name}": "counter" for name in COUNTERS},
        **{f"notes_gateway_{name}": "gauge" for name in GAUGES},
        **{f"notes_gateway_{name}": "histogram" for name in HISTOGRAMS},
        **{f"process_{name}": kind for name, kind in PROCESS.items()},
    }
    assert metrics.types == expected
    for name, labels in {**COUNTERS, **GAUGES}.items():
        found = metrics.labels(f"notes_gateway_{name}")
        assert found and all(set(sample) == labels for sample in found), name
    for name, labels in HISTOGRAMS.items():
        buckets = metrics.labels(f"notes_gateway_{name}_bucket")
        assert all(set(sample) == labels | {"le"} for sample in buckets), name
        bounds = {sample["le"] for sample in buckets}
        assert "+Inf" in bounds
        numbers = sorted(float(bound) for bound in bounds - {"+Inf"})
        assert numbers[0] == 50e-6 and numbers[-1] == 10
        for suffix in ("sum", "count"):
            samples = metrics.labels(f"notes_gateway_{name}_{suffix}")
            assert samples and all(set(sample) == labels for sample in samples)
    # No label carries a user or a note.
    assert user not in metrics.text and note not in metrics.text


def test_connections_open_authenticate_and_close(gateway, admin, grown, stranger, user):
    start = admin.metrics()
    client = stranger(gateway)
    assert grown("connections_opened_total") == 1
    state = "connections"
    admin.wait_for(state, start(state, state="unauthenticated") + 1, state="unauthenticated")
    client.authenticate(gateway.issuer.token(user))
    assert grown("authentications_total", result="success") == 1
    admin.wait_for(state, start(state, state="authenticated") + 1, state="authenticated")
    assert admin.metrics()(state, state="unauthenticated") == start(state, state="unauthenticated")
    client.websocket.send_close(1000)
    assert grown("connections_closed_total", code="1000") == 1
    admin.wait_for(state, start(state, state="authenticated"), state="authenticated")
    cut = stranger(gateway)
    cut.websocket.close()
    assert grown("connections_closed_total", code="1006") == 1
    with http.connect(gateway.endpoint):
        admin.wait_for(state, 1, state="http")
    admin.wait_for(state, 0, state="http")


def test_tokens_that_do_not_do(gateway, grown, stranger, issuer, user):
    client = stranger(gateway)
    client.send("auth", token="nonsense")
    client.expect("auth_failed")
    assert grown("authentications_total", result="failed") == 1
    client.send("auth", token=issuer.token(user, lifetime=-60))
    client.expect("auth_failed")
    assert grown("authentications_total", result="expired") == 1
    assert grown("messages_received_total", least=2, type="auth") == 2
    assert grown("messages_sent_total", least=2, type="auth_failed") == 2


def test_handshakes_that_are_refused(gateway, grown, open_socket):
    for handshake, reason in [
        (Handshake(target="/elsewhere"), "not_found"),
        (Handshake(headers={"Origin": "http://bad.example"}), "origin_not_allowed"),
        (Handshake(headers={"Sec-WebSocket-Version": "12"}), "malformed"),
        (Handshake(headers={"Sec-WebSocket-Key": "short"}), "malformed"),
    ]:
        with pytest.raises(HandshakeRefused):
            open_socket(gateway.endpoint, handshake)
        assert grown("upgrades_refused_total", reason=reason) >= 1


def test_too_many_connections_of_an_address(start_gateway, stranger, open_socket):
    gateway = start_gateway(merged(LISTENING, {"limits": {"connections_per_user": 1}}))
    admin = Admin(gateway)
    first, second = stranger(gateway), stranger(gateway)
    first.authenticate(gateway.issuer.token("u"))
    second.send("auth", token=gateway.issuer.token("u"))
    second.websocket.expect_close(4429)
    metrics = admin.metrics()
    assert metrics("authentications_total", result="too_many_connections") == 1
    assert metrics("errors_total", code="too_many_connections") == 1
    admin.wait_for("connections_closed_total", 1, code="4429")


def test_messages_by_type(grown, device, user, note):
    client = device(user, note)
    client.answer("ping")
    client.leave(note)
    client.websocket.send_text("nonsense")
    client.expect("error", code="invalid_json")
    client.refused("join_note", "not_found", noteId="nowhere")
    assert grown("messages_received_total", type="ping") == 1
    assert grown("messages_received_total", type="leave_note") == 1
    assert grown("messages_received_total", least=2, type="join_note") == 2
    assert grown("messages_received_total", type="invalid") == 1
    assert grown("messages_sent_total", type="pong") == 1
    assert grown("messages_sent_total", type="note_joined") == 1
    assert grown("messages_sent_total", type="note_left") == 1
    assert grown("messages_sent_total", least=2, type="error") == 2
    assert grown("errors_total", code="invalid_json") == 1
    assert grown("errors_total", code="not_found") == 1


def test_a_write_and_its_way_to_three_others(grown, device, user, note):
    writer, others = device(user, note), [device(user, note) for _ in range(3)]
    writer.update(note, title="x")
    for other in others:
        other.expect("note_sync")
    assert grown("broadcasts_total") == 1
    assert grown("deliveries_total", least=3) == 3
    assert grown("messages_sent_total", least=3, type="note_sync") == 3
    assert grown("messages_sent_total", type="note_update_success") == 1
    assert grown("messages_received_total", type="note_update") == 1
    assert grown("write_seconds_count") == 1
    assert grown("delivery_seconds_count") == 1
    assert grown("upstream_requests_total", route="update_note", status="200") == 1
    assert grown("upstream_seconds_count", route="update_note") == 1


def test_a_write_takes_as_long_as_the_api_and_a_delivery_does_not(grown, api, device, user, note):
    writer, other = device(user), device(user, note)
    delay = seconds(0.3)
    api.misbehave("PUT", note, delay=delay)
    writer.update(note, title="x")
    other.expect("note_sync")
    assert grown("write_seconds_count") == 1
    assert grown("write_seconds_sum", least=delay) >= delay
    assert grown("upstream_seconds_sum", least=delay, route="update_note") >= delay
    assert grown("delivery_seconds_count") == 1
    assert grown("delivery_seconds_sum", least=0.000001) < delay


def test_a_refused_write_is_no_write(grown, device, user, note, api):
    writer = device(user)
    api.misbehave("PUT", note, status=500)
    writer.refused("note_update", "upstream_unavailable", noteId=note, changes={"a": 1})
    assert grown("upstream_requests_total", route="update_note", status="500") == 1
    assert grown("write_seconds_count", least=0) == 0
    assert grown("broadcasts_total", least=0) == 0
    api.misbehave("PUT", note, closes=True)
    writer.refused("note_update", "upstream_unavailable", noteId=note, changes={"a": 1})
    assert grown("upstream_requests_total", route="update_note", status="broken_answer") == 1


def test_rooms_and_their_members(admin, device, user, note, api, new_name):
    start = admin.metrics()
    other = api.add(new_name("note"), user)
    clients = [device(user, note) for _ in range(6)]
    clients[0].join(other)
    admin.wait_for("rooms", start("rooms") + 2)
    admin.wait_for("joined", start("joined") + 7)
    clients[0].leave(other)
    for client in clients:
        client.leave(note)
    admin.wait_for("rooms", start("rooms"))
    admin.wait_for("joined", start("joined"))


def test_what_waits_for_the_api(admin, api, device, user, note):
    start = admin.metrics()
    writer = device(user)
    gate = api.hold("PUT", note)
    for number in range(4):
        writer.send("note_update", noteId=note, changes={"number": number})
    gate.wait_for_arrival()
    admin.wait_for("upstream_in_flight", start("upstream_in_flight") + 1)
    admin.wait_for("lane_queue", start("lane_queue") + 3)
    gate.open()
    admin.wait_for("lane_queue", start("lane_queue"))
    admin.wait_for("upstream_in_flight", start("upstream_in_flight"))


def test_requests_that_pass_through(gateway, grown, api, user, note):
    token = gateway.issuer.token(user)
    assert ask(gateway, "GET", f"/api/notes/{note}", token).status == 200
    assert grown("proxy_requests_total", method="GET", status="200") == 1
    assert ask(gateway, "PUT", f"/api/notes/{note}", token, {"title": "x"}).status == 200
    assert grown("proxy_requests_total", method="PUT", status="200") == 1
    assert grown("proxy_seconds_count", least=2) == 2
    # What a client calls its method is no label.
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "BREW", "/"))
        status = str(stream.read_response().status)
    assert grown("proxy_requests_total", method="other", status=status) == 1
    gate = api.hold("GET", note)
    with http.connect(gateway.endpoint) as stream:
        stream.send(
            http.request(
                gateway.endpoint, "GET", f"/api/notes/{note}", b"", f"Authorization: Bearer {token}"
            )
        )
        gate.wait_for_arrival()
    assert grown("proxy_requests_total", method="GET", status="aborted") == 1


def test_a_rest_write_is_broadcast_and_measured(gateway, grown, device, user, note):
    member = device(user, note)
    token = gateway.issuer.token(user)
    assert ask(gateway, "PUT", f"/api/notes/{note}", token, {"title": "x"}).status == 200
    member.expect("note_sync")
    assert grown("broadcasts_total") == 1
    assert grown("delivery_seconds_count") == 1
    assert grown("write_seconds_count", least=0) == 0


def test_messages_over_the_rate(start_gateway, device_of, user):
    gateway = start_gateway(merged(LISTENING, {"limits": {"messages_per_minute": 5}}))
    client = device_of(gateway, user)
    for _ in range(6):
        client.send("ping")
    while client.receive()["type"] != "error":
        pass
    metrics = Admin(gateway).metrics()
    assert metrics("rate_limited_total") >= 1
    assert metrics("rate_limited_total") == metrics("errors_total", code="rate_limited")


def test_a_slow_reader(start_gateway, api, device_of, user, note):
    gateway = start_gateway(merged(LISTENING, {"limits": {"outbound_queue": "1MiB"}}))
    admin = Admin(gateway)
    api.misbehave(
        "PUT", note, times=None, body=json.dumps({"id": note, "b": "x" * 65536}).encode()
    )
    slow, writer = device_of(gateway, user, note, receive_buffer=4096), device_of(gateway, user)
    sizes = []
    for number in range(250):
        writer.update(note, number=number)
        metrics = admin.metrics()
        sizes.append(metrics("outbound_queue_bytes"))
        if metrics("slow_consumers_closed_total") == 1:
            break
    assert max(sizes) > 500_000
    admin.wait_for("slow_consumers_closed_total", 1)
    admin.wait_for("connections_closed_total", 1, code="4408")
    admin.wait_for("outbound_queue_bytes", 0)
    slow.websocket.close()


def test_loops_are_watched(admin):
    start = admin.metrics()
    for worker in "01":
        name = "loop_lag_seconds_count"
        wait_until(
            lambda: admin.metrics()(name, worker=worker) > start(name, worker=worker),
            what="a look at the loop",
        )


def test_the_process_and_what_it_is_built_of(gateway, admin):
    metrics = admin.metrics()
    (build,) = metrics.labels("notes_gateway_build_info")
    assert metrics("build_info", **build) == 1
    assert all(re.match(r"\d+\.\d+\.\d+", value) for value in build.values()), build
    assert abs(metrics.process("resident_memory_bytes") / gateway.resident_size - 1) < 0.5
    assert metrics.process("virtual_memory_bytes") > metrics.process("resident_memory_bytes")
    assert abs(metrics.process("open_fds") - gateway.open_file_count) <= 5
    assert metrics.process("max_fds") >= metrics.process("open_fds")
    assert metrics.process("cpu_seconds_total") > 0
    assert 1.6e9 < metrics.process("start_time_seconds") < 1e10


def test_what_does_not_happen_yet_is_there_with_0(admin):
    metrics = admin.metrics()
    for name in ("resumes_total", "configuration_reloads_total", "key_refreshes_total"):
        for labels in metrics.labels(f"notes_gateway_{name}"):
            assert metrics(name, **labels) == 0


@pytest.mark.parametrize("file", ["alerts.yaml", "grafana-dashboard.json"])
def test_what_alerts_and_dashboard_ask_for_is_there(admin, file):
    text = (ROOT / "conf" / file).read_text()
    asked = set(re.findall(r"\b(?:notes_gateway|process)_[a-z_]+", text))
    types = admin.metrics().types
    known = {
        *types,
        *(f"{name}_bucket" for name, kind in types.items() if kind == "histogram"),
    }
    assert len(asked) > 5 and asked <= known
