"""OPERATIONS.md, "The admin listener": who may ask what, and what is answered."""

import re
import signal
import socket

import pytest

from harness import http
from harness.admin import LISTENING, Admin
from harness.configuration import base, merged, yaml
from harness.endpoint import Endpoint
from harness.gateway import run
from harness.key_server import KeyServer
from harness.rest import ask
from harness.threads import held
from harness.timing import wait_until
from harness.tokens import Issuer
from harness.websocket import Handshake, HandshakeRefused, WebSocket

CONFIGURATION = LISTENING

ROUTES = {
    "/": "GET, HEAD",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
    "/metrics": "GET, HEAD",
    "/connections?user=ada": "GET, HEAD, DELETE",
}


@pytest.fixture
def scheme() -> str:
    return "ws"


def error(response: http.Response) -> tuple[int, str]:
    assert set(response.json) == {"error", "code"} and response.json["error"], response
    return response.status, response.json["code"]


# Who answers


def test_it_says_that_all_is_well(admin):
    health, readiness = admin.get("/healthz"), admin.get("/readyz")
    assert (health.status, health.body) == (200, b"ok")
    assert readiness.status == 200


def test_a_worker_whose_loop_does_not_turn_is_seen(start_gateway):
    gateway = start_gateway(LISTENING)
    admin = Admin(gateway)
    before = admin.metrics()
    with held(gateway.pid, "worker-1"):
        assert admin.get("/healthz").status == 503
        # Of the one that is stuck what it said last.
        metrics = admin.metrics()
        assert {"worker": "1"} in metrics.labels("notes_gateway_loop_lag_seconds_count")
        assert metrics("loop_lag_seconds_count", worker="1") == before(
            "loop_lag_seconds_count", worker="1")
        assert error(admin.get("/connections?user=ada")) == (503, "overloaded")
    wait_until(lambda: admin.get("/healthz").status == 200, what="a loop that turns again")


def test_it_is_not_ready_until_the_keys_are_there(start_gateway, stranger):
    issuer = Issuer("ES256", kid="k")
    server = KeyServer(issuer)
    event = server.hold()
    rules = {
        "authentication": {
            "keys": {"jwks_url": server.url, "hmac_secret_file": None}, "algorithms": ["ES256"],
        }
    }
    try:
        gateway = start_gateway(merged(LISTENING, rules), its_issuer=issuer)
        admin = Admin(gateway)
        response = admin.get("/readyz")
        assert response.status == 503 and b"keys" in response.body
        assert admin.get("/healthz").status == 200
        event.set()
        wait_until(lambda: admin.get("/readyz").status == 200, what="readiness")
        assert admin.metrics()("key_refreshes_total", result="changed") == 1
    finally:
        event.set()
        server.stop()


def test_it_is_not_ready_while_it_drains(start_gateway, api, device_of, user, note):
    gateway = start_gateway(merged(LISTENING, {"shutdown_grace": "30s"}))
    admin = Admin(gateway)
    writer = device_of(gateway, user, note)
    gate = api.hold("PUT", note)
    writer.send("note_update", noteId=note, changes={"title": "x"})
    gate.wait_for_arrival()
    gateway.signal(signal.SIGTERM)
    wait_until(lambda: admin.get("/readyz").status == 503, what="the drain")
    assert b"going away" in admin.get("/readyz").body
    assert admin.get("/healthz").status == 200
    writer.expect("going_away")
    gate.open()
    writer.expect("note_update_success")
    assert gateway.wait() == 0


# Where it listens


def test_it_is_not_on_a_public_listener(gateway):
    # The API is asked, which knows no such path.
    for target in ["/metrics", "/healthz", "/connections?user=ada"]:
        response = ask(gateway, "GET", target)
        assert b"notes_gateway" not in response.body and response.status in (401, 404), response


def test_it_can_be_turned_off(start_gateway):
    gateway = start_gateway({"admin": {"listen": ""}})
    assert "admin listening" not in gateway.log.text


def test_it_listens_on_a_unix_socket_and_asks_for_no_name_there(start_gateway, tmp_path):
    path = tmp_path / "admin.sock"
    gateway = start_gateway({"admin": {"listen": f"unix:{path}"}})
    admin = Admin(gateway, Endpoint(path=str(path)))
    assert admin.ask("GET", "/healthz", host="anything").status == 200
    gateway.stop()
    assert not path.exists()


def test_it_listens_on_ipv6(start_gateway):
    gateway = start_gateway({"admin": {"listen": "[::1]:0"}})
    port = int(gateway.log.wait_for(re.compile(r"admin listening .*\bport=(\d+)"))[1])
    admin = Admin(gateway, Endpoint(host="::1", port=port))
    assert admin.ask("GET", "/healthz", host=f"[::1]:{port}").status == 200


def test_the_default_address_in_use_stops_nothing(start_gateway, stranger):
    """There may be another gateway on the machine, or the one that is to be replaced."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 9090))
            other.listen()
        except OSError:
            # Somebody else has it, which is as good.
            pass
        gateway = start_gateway({"admin": None})
        assert gateway.log.wait_for(re.compile(r"WARNING there is no admin listener: .*in use"))
        stranger(gateway).expect_nothing()


def test_a_port_that_is_in_use_stops_the_start(admin, tmp_path, issuer):
    address = f"127.0.0.1:{admin.endpoint.port}"
    (tmp_path / "secret").write_bytes(issuer.secret)
    file = tmp_path / "notes-gateway.yaml"
    file.write_text(
        yaml(merged(base("http://127.0.0.1:1"), {"admin": {"listen": address}}))
    )
    result = run("serve", "--config", file)
    assert result.returncode == 1
    assert re.search(
        rf"yaml:\d+:\d+: admin\.listen: {address}: Address already in use; "
        "expected a free address\n",
        result.stderr,
    ), result.stderr


# What is asked


@pytest.mark.parametrize(("target", "allowed"), ROUTES.items())
def test_a_wrong_method_is_405(admin, target, allowed):
    for method in ["POST", "PUT", "DELETE", "OPTIONS"]:
        if method in allowed:
            continue
        response = admin.ask(method, target)
        assert error(response) == (405, "method_not_allowed")
        assert response.header("Allow") == allowed
    response = admin.ask("HEAD", target)
    assert response.status == 200


@pytest.mark.parametrize(
    "target", ["/metric", "/metrics/", "//metrics", "/publish", "/index.html", "/%6detrics", "/.."]
)
def test_an_unknown_path_is_404(admin, target):
    for method in ["GET", "POST", "DELETE"]:
        assert error(admin.ask(method, target)) == (404, "not_found")


def test_there_is_no_websocket(admin):
    with pytest.raises(HandshakeRefused) as refused:
        WebSocket(admin.endpoint, Handshake())
    assert refused.value.response.status == 404


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:9090", "127.0.0.1.evil.example", "localhost.evil.example",
        "10.0.0.1", "10.0.0.1:9090", "[2001:db8::1]", "", "127.0.0.1:x", "127.0.0.1:9090:1", "::1",
        "[localhost]", "2130706433", "0",
    ],
)
def test_who_calls_by_a_name_that_a_site_can_have_is_refused(admin, user, host):
    """A web page whose site's name points to 127.0.0.1 could else read and post."""
    for method, target in [
        ("GET", "/metrics"), ("GET", "/"), ("GET", f"/connections?user={user}"),
        ("DELETE", f"/connections?user={user}"), ("POST", "/publish"), ("GET", "/nothing"),
    ]:
        response = admin.ask(method, target, host=host)
        assert response.status in (400, 421), response
        assert b"notes_gateway" not in response.body


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.8.8.8:80", "[::1]:5"]
)
def test_who_calls_by_an_address_of_loopback_is_answered(admin, host):
    assert admin.ask("GET", "/healthz", host=host).status == 200


def test_a_page_of_another_origin_is_refused(admin):
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1", "https://localhost"]:
        response = admin.ask("GET", "/metrics", None, f"Origin: {origin}")
        assert error(response) == (403, "origin_not_allowed")
    own = f"Origin: http://{admin.endpoint.authority}"
    assert admin.ask("GET", "/metrics", None, own).status == 200


def test_two_hosts_are_refused(admin):
    assert admin.ask("GET", "/metrics", None, "Host: evil.example").status == 400


# The page


def test_the_page_is_one_file_that_may_load_nothing(admin):
    response = admin.get("/")
    page = response.body.decode()
    assert response.header("Content-Type") == "text/html; charset=utf-8"
    policy = response.header("Content-Security-Policy")
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy
    (nonce,) = set(re.findall(r"'nonce-([^']+)'", policy))
    assert set(re.findall(r'nonce="([^"]+)"', page)) == {nonce}
    assert not re.search(r"(?:src|href)\s*=|url\(|@import", page)
    assert nonce != re.search(r'nonce="([^"]+)"', admin.get("/").body.decode())[1]


# A user's connections


def connections(admin: Admin, user: str) -> list[dict]:
    response = admin.get(f"/connections?user={user}")
    assert response.status == 200
    return response.json["connections"]


def test_the_connections_of_a_user_are_told(admin, device, user, note, new_name):
    other = new_name("other")
    first, _ = device(user, note), device(other)
    second = device(user)
    found = {entry["id"]: entry for entry in connections(admin, user)}
    assert set(found) == {first.connection_id, second.connection_id}
    entry = found[first.connection_id]
    assert set(entry) == {"id", "address", "since", "notes", "queueBytes"}
    assert entry["notes"] == [note] and found[second.connection_id]["notes"] == []
    assert re.fullmatch(r"127\.0\.0\.1:\d+", entry["address"])
    assert entry["queueBytes"] == 0
    assert abs(entry["since"] - first.answer("ping")["timestamp"]) < 60_000
    assert connections(admin, new_name("nobody")) == []


def test_a_user_may_have_any_name(gateway, admin, device_of):
    name = "ä&b=c d%+/?"
    client = device_of(gateway, name)
    target = "/connections?x=1&user=%C3%A4%26b%3Dc+d%25%2B%2F%3F"
    assert [entry["id"] for entry in admin.get(target).json["connections"]] == [
        client.connection_id
    ]


@pytest.mark.parametrize(
    "query", ["", "?", "?user", "?user=", "?users=a", "?user=a&user=b", "?user=%", "?user=%4",
              "?user=%zz", "?user=%FF", "?user=%00", "?user=+a"],
)
def test_a_query_that_names_no_user_is_refused(admin, query):
    for method in ["GET", "DELETE"]:
        response = admin.ask(method, f"/connections{query}")
        assert error(response) == (400, "invalid_request")
        assert "user" in response.json["error"]


def test_a_user_who_signed_out_everywhere_is_closed_everywhere(
    gateway, admin, device, stranger, user, note, new_name
):
    clients = [device(user, note) for _ in range(6)]
    bystander, unknown = device(new_name("other")), stranger(gateway)
    response = admin.ask("DELETE", f"/connections?user={user}")
    assert (response.status, response.json) == (200, {"closed": 6})
    for client in clients:
        assert client.websocket.expect_close(4401) == []
    bystander.expect_nothing()
    unknown.expect_nothing()
    assert admin.ask("DELETE", f"/connections?user={user}").json == {"closed": 0}
    device(user).expect_nothing()
