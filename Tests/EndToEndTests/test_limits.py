"""CONFIGURATION.md, `limits`: how many connections and messages there may be, and what is said to
the one who is too many."""

import json
import re
import socket

import pytest

from harness.timing import wait_until
from harness.websocket import Handshake, HandshakeRefused

LOOPBACK_PROXY = {"proxy": {"trusted_proxies": ["127.0.0.0/8"]}}


def limits(**values) -> dict:
    return {"limits": values}


def refusal(open_socket, gateway, **others):
    with pytest.raises(HandshakeRefused) as refused:
        open_socket(gateway.endpoint, **others)
    response = refused.value.response
    body = json.loads(response.body)
    assert set(body) == {"error", "code"} and body["error"], body
    return response.status, body["code"]


def eventually(action, accepted=HandshakeRefused):
    """What `action` returns once it is not refused any more: an end is noticed a moment later, and
    that of the connection by which the gateway was found to listen as well."""

    def try_once():
        nonlocal result
        try:
            result = action()
        except accepted:
            return False
        return True

    result = None
    wait_until(try_once, what="what was refused before")
    return result


@pytest.fixture
def stranger(stranger):
    """Connects, within reason, when there is room again."""
    return lambda *arguments, **others: eventually(lambda: stranger(*arguments, **others))


def forwarded(address: str) -> Handshake:
    return Handshake(headers={"X-Forwarded-For": address})


# Messages


def test_over_messages_per_minute_each_is_answered_and_says_when_to_come_back(
    start_gateway, stranger, issuer, user
):
    client = stranger(start_gateway(limits(messages_per_minute=5)))
    client.authenticate(issuer.token(user))
    for _ in range(4):
        client.send("ping")
    for _ in range(4):
        client.expect("pong")
    client.send("leave_note", noteId="n1", requestId="r")
    message = client.expect_error(
        "rate_limited",
        message="Rate limit exceeded. Please slow down.",
        noteId="n1",
        requestId="r",
    )
    assert isinstance(message["retryAfter"], int) and 0 < message["retryAfter"] <= 12_000
    client.websocket.send_text("no JSON")
    client.expect_error("rate_limited")
    client.websocket.send_binary(b"")
    client.expect_error("rate_limited")


def test_a_write_over_the_rate_is_not_written(start_gateway, device_of, user, note, api):
    gateway = start_gateway(limits(messages_per_minute=3))
    client = device_of(gateway, user, note)
    client.update(note, title="the third message")
    client.refused("note_update", "rate_limited", noteId=note, changes={"title": "the fourth"})
    assert [json.loads(request.body)["title"] for request in api.requests("PUT", note)] == [
        "the third message"
    ]


def test_the_rate_comes_back(start_gateway, stranger):
    client = stranger(start_gateway(limits(messages_per_minute=600)))
    for number in range(600):
        client.send("ping", requestId=f"r{number}")
    for number in range(600):
        client.expect("pong", requestId=f"r{number}")
    wait_until(lambda: client.answer("ping")["type"] == "pong")


def test_each_connection_has_its_own_rate(start_gateway, stranger):
    gateway = start_gateway(limits(messages_per_minute=1))
    for _ in range(3):
        client = stranger(gateway)
        client.request("ping", "pong")
        client.refused("ping", "rate_limited")


def test_messages_over_the_rate_do_not_end_the_connection(start_gateway, stranger):
    client = stranger(start_gateway(limits(messages_per_minute=1)))
    client.request("ping", "pong")
    for _ in range(150):
        client.send("ping")
    for _ in range(150):
        client.expect_error("rate_limited")
    client.refused("ping", "rate_limited")


# Connections of a user


def test_over_connections_per_user_it_is_told_and_closed_with_4429(
    start_gateway, stranger, issuer, user, new_name
):
    gateway = start_gateway({**limits(connections_per_user=2), "workers": 2})
    devices = [stranger(gateway) for _ in range(2)]
    for device in devices:
        device.authenticate(issuer.token(user))
    third = stranger(gateway)
    third.send("auth", token=issuer.token(user), requestId="a")
    third.expect_error(
        "too_many_connections",
        message="Maximum connections exceeded for this user",
        requestId="a",
    )
    assert third.websocket.expect_close(4429) == []
    # Renewals are no further connections, and others have their own.
    devices[0].authenticate(issuer.token(user))
    stranger(gateway).authenticate(issuer.token(new_name("other")))
    devices[1].close()
    assert gateway.log.wait_for(re.compile(r"limits\.connections_per_user"))

    def come_back():
        device = stranger(gateway)
        device.send("auth", token=issuer.token(user))
        if device.receive()["type"] != "auth_success":
            raise ConnectionRefusedError
        return device

    eventually(come_back, ConnectionRefusedError)


def test_who_is_closed_for_it_has_done_nothing(start_gateway, stranger, issuer, user, note, api):
    gateway = start_gateway(limits(connections_per_user=1))
    stranger(gateway).authenticate(issuer.token(user))
    second = stranger(gateway)
    second.send("note_update", noteId=note, changes={"title": "early"})
    second.send("auth", token=issuer.token(user))
    second.expect_error("too_many_connections")
    second.websocket.expect_close(4429)
    assert api.requests("PUT", note) == []


# Connections that have not authenticated


def test_over_unauthenticated_connections_an_upgrade_is_503(
    start_gateway, stranger, open_socket, issuer, user
):
    gateway = start_gateway(limits(unauthenticated_connections=2))
    first, second = stranger(gateway), stranger(gateway)
    assert refusal(open_socket, gateway) == (503, "too_many_connections")
    first.authenticate(issuer.token(user))
    third = stranger(gateway)
    assert refusal(open_socket, gateway) == (503, "too_many_connections")
    second.close()
    stranger(gateway)
    third.expect_nothing()
    assert gateway.log.wait_for(re.compile(r"limits\.unauthenticated_connections"))


# Connections of an address, and in all


def test_over_connections_per_address_a_request_is_429(start_gateway, stranger, open_socket):
    gateway = start_gateway(limits(connections_per_address=2))
    first, second = stranger(gateway), stranger(gateway)
    assert refusal(open_socket, gateway) == (429, "too_many_connections")
    second.close()
    third = stranger(gateway)
    third.expect_nothing()
    first.expect_nothing()
    assert gateway.log.wait_for(re.compile(r"limits\.connections_per_address"))


def test_connections_that_say_nothing_count_as_well(start_gateway, stranger, open_socket):
    gateway = start_gateway(limits(connections_per_address=2))
    kept = stranger(gateway)
    silent: list[socket.socket] = []

    def is_full() -> bool:
        # Another one each time: who comes after it may be taken before it, on another worker.
        address = (gateway.endpoint.host, gateway.endpoint.port)
        silent.append(socket.create_connection(address))
        return is_refused(open_socket, gateway)

    try:
        wait_until(is_full, what="a full address")
    finally:
        for each in silent:
            each.close()
    stranger(gateway).expect_nothing()
    kept.expect_nothing()


def is_refused(open_socket, gateway) -> bool:
    try:
        open_socket(gateway.endpoint).close()
    except HandshakeRefused as refused:
        return refused.response.status == 429
    return False


def test_over_connections_a_request_is_503(start_gateway, stranger, open_socket):
    gateway = start_gateway(limits(connections=2))
    first, second = stranger(gateway), stranger(gateway)
    assert refusal(open_socket, gateway) == (503, "too_many_connections")
    first.close()
    stranger(gateway)
    second.expect_nothing()


def test_who_is_refused_is_a_bounded_crowd(start_gateway, stranger):
    """Hundreds that ask nothing are dropped, and the one that is served goes on."""
    gateway = start_gateway({**limits(connections=1), "workers": 1})
    client = stranger(gateway)
    before = gateway.open_file_count
    crowd = [
        socket.create_connection((gateway.endpoint.host, gateway.endpoint.port))
        for _ in range(400)
    ]
    try:
        # The last of them were closed without a word.
        crowd[-1].settimeout(10)
        assert crowd[-1].recv(1) == b""
        client.expect_nothing()
        assert gateway.open_file_count <= before + 256
    finally:
        for connection in crowd:
            connection.close()
    client.expect_nothing()


# Behind a proxy


def test_behind_a_trusted_proxy_clients_count_by_the_address_that_it_names(
    start_gateway, stranger, open_socket
):
    gateway = start_gateway({**limits(connections_per_address=2), **LOOPBACK_PROXY})
    kept = [
        stranger(gateway, handshake=forwarded(f"2.0.0.{host}")) for host in (1, 2, 3) for _ in "ab"
    ]
    assert refusal(open_socket, gateway, handshake=forwarded("2.0.0.1")) == (
        429,
        "too_many_connections",
    )
    # What the client itself has claimed stands before it, and is not looked at.
    assert refusal(open_socket, gateway, handshake=forwarded("9.9.9.9, 2.0.0.1"))[0] == 429
    # One customer has a whole /64.
    for host in (1, 2):
        kept.append(stranger(gateway, handshake=forwarded(f"2001:db8:0:1::{host}")))
    assert refusal(open_socket, gateway, handshake=forwarded("2001:db8:0:1:f::3"))[0] == 429
    kept.append(stranger(gateway, handshake=forwarded("2001:db8:0:2::1")))
    kept[0].close()
    kept.append(stranger(gateway, handshake=forwarded("2.0.0.1")))
    for client in kept[1:]:
        client.expect_nothing()


def test_the_word_of_a_stranger_is_not_taken(start_gateway, stranger, open_socket):
    gateway = start_gateway(limits(connections_per_address=1))
    kept = stranger(gateway, handshake=forwarded("2.0.0.1"))
    assert refusal(open_socket, gateway, handshake=forwarded("2.0.0.2"))[0] == 429
    kept.expect_nothing()


def test_a_trusted_proxy_says_which_host_a_page_called(start_gateway, stranger, open_socket):
    headers = {"X-Forwarded-Host": "app.example", "Origin": "https://app.example"}
    gateway = start_gateway(LOOPBACK_PROXY)
    stranger(gateway, handshake=Handshake(headers=headers)).expect_nothing()
    other = {**headers, "Origin": "https://evil.example"}
    assert refusal(open_socket, gateway, handshake=Handshake(headers=other)) == (
        403,
        "origin_not_allowed",
    )
    untrusting = start_gateway()
    assert refusal(open_socket, untrusting, handshake=Handshake(headers=headers))[0] == 403


def test_the_log_names_the_client_and_not_the_proxy(start_gateway, stranger, issuer, user):
    gateway = start_gateway(LOOPBACK_PROXY)
    stranger(gateway, handshake=forwarded("203.0.113.9")).authenticate(issuer.token(user))
    assert gateway.log.wait_for(re.compile(r"authenticated.*203\.0\.113\.9"))


# Nothing is kept


def test_what_was_counted_is_given_back(start_gateway, stranger, open_socket, issuer, user):
    """One connection after the other, each way that one can end, with room for one at a time."""
    gateway = start_gateway(
        limits(connections=1, connections_per_user=1, connections_per_address=1,
               unauthenticated_connections=1)
    )

    def authenticated():
        client = stranger(gateway)
        client.authenticate(issuer.token(user))
        return client

    for _ in range(3):
        eventually(authenticated).close()
        stranger(gateway).close()
        eventually(authenticated).websocket.stream.close()
        stranger(gateway).websocket.stream.close()
        eventually(lambda: refused_path(open_socket, gateway), AssertionError)
    eventually(authenticated).expect_nothing()


def refused_path(open_socket, gateway):
    status, _ = refusal(open_socket, gateway, handshake=Handshake(target="/elsewhere"))
    assert status == 404, status


def test_lines_about_the_refused_are_written_once_a_second(start_gateway, stranger, open_socket):
    gateway = start_gateway(limits(connections_per_address=1))
    kept = stranger(gateway)
    for _ in range(50):
        refusal(open_socket, gateway)
    kept.expect_nothing()
    lines = [line for line in gateway.log.text.splitlines() if "connection refused" in line]
    assert 1 <= len(lines) <= 10, lines
