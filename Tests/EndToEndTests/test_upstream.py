"""The notes API's side of PROTOCOL.md and CONFIGURATION.md: how it is asked, and what it may do."""

import json
import re
import select
import socket
import time

import pytest

from harness import http
from harness.certificates import Authority
from harness.key_server import wait_for_log
from harness.notes_api import NotesAPI
from harness.timing import duration, wait_until


@pytest.fixture
def another_api(request):
    """Starts a notes API of the test's own."""
    started: list[NotesAPI] = []

    def start(**options) -> NotesAPI:
        started.append(NotesAPI(**options))
        return started[-1]

    yield start
    for api in started:
        api.behave()
        api.stop()


def test_an_api_that_goes_and_comes_back_is_used_again(api, device, user, note):
    listener, writer = device(user, note), device(user)
    for number in range(3):
        first = writer.update(note, number=number)
        listener.expect("note_sync", seq=first["seq"])
        api.stop()
        writer.refused("note_update", "upstream_unavailable", noteId=note, changes={"a": 1})
        api.start()
        second = writer.update(note, number=number)
        listener.expect("note_sync", seq=second["seq"])
        assert second["seq"] == first["seq"] + 1


def test_the_end_of_an_outage_is_told(start_gateway, another_api, device_of, user, new_name):
    api = another_api()
    note = api.add(new_name("note"), user)
    gateway = start_gateway({"workers": 1}, url=api.url)
    writer = device_of(gateway, user)
    api.stop()
    writer.refused("note_update", "upstream_unavailable", noteId=note, changes={"a": 1})
    began = time.monotonic()
    # What is shorter than a second is not told.
    time.sleep(1.1)
    api.start()
    writer.update(note, a=1)
    line = wait_for_log(gateway, "NOTICE the notes API answers again")
    told = float(re.search(r"duration_ms=([0-9.]+)", line)[1]) / 1000
    assert 1 <= told <= time.monotonic() - began + 1


def test_a_write_that_is_under_way_when_the_api_dies_is_unknown(api, device, user, note):
    writer = device(user)
    gate = api.hold("PUT", note)
    writer.send("note_update", noteId=note, changes={"a": 1}, requestId="1")
    gate.wait_for_arrival()
    api.stop()
    gate.open()
    answer = writer.answer_to("1")
    assert (answer["code"], answer.get("outcome")) == ("upstream_unavailable", "unknown")
    api.start()
    writer.update(note, title="and on it goes")


def test_connections_are_kept_alive(start_gateway, api, device_of, user, note):
    writer = device_of(start_gateway({"workers": 1}), user)
    for number in range(20):
        writer.update(note, number=number)
    assert len({request.connection for request in api.requests("PUT", note)}) == 1


def test_a_kept_connection_that_the_api_has_closed_is_not_an_error(api, device, user, note):
    writer = device(user, note)
    for number in range(5):
        writer.update(note, number=number)
        wait_until(api.close_idle_connections, what="an idle connection to close")
    assert len(api.requests("PUT", note)) == 5


def test_an_api_that_says_close_is_asked_on_a_new_connection(
    start_gateway, api, device_of, user, note
):
    writer = device_of(start_gateway({"workers": 1}), user)
    api.misbehave("PUT", note, times=None, headers=[("Connection", "close")])
    for number in range(3):
        writer.update(note, number=number)
    assert len({request.connection for request in api.requests("PUT", note)}) == 3


def test_a_creation_that_the_api_has_read_is_not_sent_twice(
    start_gateway, api, device_of, user, note, new_name
):
    writer, name = device_of(start_gateway({"workers": 1}), user), new_name("note")
    writer.update(note, title="warms the connection up")
    api.misbehave("POST", name, times=None, closes=True, is_applied=False)
    answer = writer.refused("note_created", "upstream_unavailable", noteData={"id": name})
    assert answer["outcome"] == "unknown"
    assert len(api.requests("POST", name)) == 1


def test_no_more_connections_are_opened_than_allowed(start_gateway, api, device_of, user, new_name):
    gateway = start_gateway({"workers": 1, "upstream": {"max_connections": 2}})
    notes = [api.add(new_name("note"), user) for _ in range(8)]
    gates = [api.hold("PUT", name) for name in notes]
    writer = device_of(gateway, user)

    def arrived() -> int:
        return sum(len(api.requests("PUT", name)) for name in notes)

    for name in notes:
        writer.send("note_update", noteId=name, changes={"a": 1}, requestId=name)
    wait_until(lambda: arrived() == 2, what="two requests")
    writer.expect_nothing()
    assert arrived() == 2
    for gate in gates:
        gate.open()
    for name in notes:
        assert writer.answer_to(name)["type"] == "note_update_success"


def test_requests_that_strangers_never_finish_keep_no_write_and_no_join_out(
    start_gateway, device_of, user, note
):
    gateway = start_gateway({"workers": 1, "upstream": {"max_connections": 4, "queue": 4}})
    writer = device_of(gateway, user)
    slow = [http.connect(gateway.endpoint) for _ in range(12)]
    try:
        for stream in slow:
            stream.send(http.request(gateway.endpoint, "POST", "/", b"12345")[:-1])
        # Those that find no place in the line either: the others have all that they can.
        sockets = [stream.socket for stream in slow]
        wait_until(lambda: len(select.select(sockets, [], [], 0)[0]) >= 4, what="refusals")
        writer.update(note, title="for all that")
        device_of(gateway, user, note)
    finally:
        for stream in slow:
            stream.close()


def test_the_path_of_the_url_is_a_prefix_of_every_route(
    start_gateway, another_api, device_of, user, new_name
):
    api = another_api(prefix="/base/v1")
    note, created = api.add(new_name("note"), user), new_name("note")
    client = device_of(start_gateway(url=api.url), user, note)
    client.update(note, a=1)
    client.request("note_created", "note_created_success", noteData={"id": created})
    client.request("note_deleted", "note_deleted_success", noteId=note)
    assert [(request.method, request.target) for request in api.requests()] == [
        ("GET", f"/base/v1/api/notes/{note}"),
        ("PUT", f"/base/v1/api/notes/{note}"),
        ("GET", f"/base/v1/api/notes/{created}"),
        ("POST", "/base/v1/api/notes"),
        ("DELETE", f"/base/v1/api/notes/{note}"),
    ]


def test_routes_can_have_other_methods_and_paths(start_gateway, api, device_of, user):
    routes = {
        "get_note": "GET /v2/n/{noteId}",
        "update_note": "PATCH /v2/n/{noteId}/content",
        "create_note": "PUT /v2/new",
        "delete_note": "POST /v2/n/{noteId}/delete",
    }
    client = device_of(start_gateway({"upstream": {"routes": routes}}), user)
    for method, status in (("GET", 200), ("PATCH", 200), ("POST", 204)):
        api.misbehave(method, None, status=status, body=b'{"a":1}')
    before = len(api.requests())
    client.join("n~1")
    client.update("n~1", a=1)
    client.request("note_deleted", "note_deleted_success", noteId="n~1")
    asked = [(request.method, request.target) for request in api.requests()[before:]]
    assert asked == [
        ("GET", "/v2/n/n~1"),
        ("PATCH", "/v2/n/n~1/content"),
        ("POST", "/v2/n/n~1/delete"),
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(api, another_api, device, user, note, status):
    elsewhere = another_api()
    listener, writer = device(user, note), device(user)
    location = [("Location", f"{elsewhere.url}/api/notes/{note}")]
    api.misbehave("PUT", note, status=status, headers=location)
    answer = writer.request("note_update", "error", noteId=note, changes={"a": 1})
    assert answer["code"] in ("upstream_unavailable", "upstream_rejected")
    assert elsewhere.requests() == []
    writer.update(note, title="the fence")
    listener.expect("note_sync", changes={"title": "the fence"})


def test_what_the_api_is_sent_is_nobody_elses(start_gateway, api, device_of, user, note):
    writer = device_of(start_gateway({"workers": 1}), user)
    api.misbehave("PUT", note, headers=[("Set-Cookie", "session=1; Path=/")])
    for number in range(3):
        writer.update(note, number=number)
    for request in api.requests("PUT", note):
        assert request.header("Cookie") is None
        assert request.header("Accept-Encoding") in (None, "identity")
        assert request.header("Content-Length") == str(len(request.body))


def test_a_proxy_of_the_environment_is_not_used(start_gateway, device_of, user, note):
    nowhere = "http://127.0.0.1:1"
    names = ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY")
    gateway = start_gateway(environment=dict.fromkeys(names, nowhere))
    device_of(gateway, user, note)


def answer_with(*lines: str, body: bytes = b"") -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@pytest.mark.parametrize(
    "raw",
    [
        answer_with(
            "HTTP/1.1 200 OK", "Transfer-Encoding: chunked",
            body=b'3\r\n{"a\r\n1;x=y\r\n"\r\n6\r\n: 1.10\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n',
        ),
        answer_with("HTTP/1.1 100 Continue")
        + answer_with("HTTP/1.1 103 Early Hints", "Link: </x>")
        + answer_with("HTTP/1.1 200 OK", "Content-Length: 11", body=b'{"a": 1.10}'),
        answer_with("HTTP/1.1 200 ", "content-length:11", body=b'{"a": 1.10}'),
        answer_with("HTTP/1.1 201 Created", "Content-Length: 11", body=b'{"a": 1.10}'),
        answer_with(
            "HTTP/1.1 200 OK", "Content-Type: text/plain", "Content-Length: 11",
            body=b'{"a": 1.10}',
        ),
    ],
    ids=["chunked", "interim answers", "no reason", "201", "text/plain"],
)
def test_whatever_http_allows_in_an_answer_is_understood(api, device, user, note, raw):
    writer = device(user)
    api.misbehave("PUT", note, raw=raw)
    assert writer.update(note, title="x").raw("updatedNote") == '{"a": 1.10}'


def test_an_answer_that_stands_still_in_the_middle_is_a_timeout(
    start_gateway, api, device_of, user, note
):
    gateway = start_gateway({"upstream": {"request_timeout": duration(1)}})
    writer = device_of(gateway, user)
    api.misbehave("PUT", note, raw=answer_with("HTTP/1.1 200 OK", "Content-Length: 9", body=b"{"))
    answer = writer.refused("note_update", "upstream_timeout", noteId=note, changes={"a": 1})
    assert answer["outcome"] == "unknown"
    writer.update(note, title="and on it goes")


def test_an_api_that_does_not_accept_is_given_up_after_connect_timeout(
    start_gateway, device_of, user, new_name
):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(deaf.getsockname())
        upstream = {"connect_timeout": duration(1), "request_timeout": "60s"}
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        writer = device_of(start_gateway({"upstream": upstream}, url=url), user)
        answer = writer.request(
            "note_update", "error", noteId=new_name("note"), changes={"a": 1}
        )
        assert answer["code"] in ("upstream_unavailable", "upstream_timeout")
        assert "outcome" not in answer
        for client in waiting:
            client.close()


def test_an_https_api_is_trusted_by_its_ca_file(
    start_gateway, another_api, authority, device_of, user, new_name
):
    api = another_api(tls=authority.server_context())
    note = api.add(new_name("note"), user)
    gateway = start_gateway({"upstream": {"ca_file": authority.ca_file}}, url=api.url)
    listener, writer = device_of(gateway, user, note), device_of(gateway, user)
    writer.update(note, title="over TLS")
    listener.expect("note_sync", changes={"title": "over TLS"})


def test_an_https_api_whose_authority_is_unknown_is_not_spoken_to(
    start_gateway, another_api, authority, device_of, user, new_name, tmp_path
):
    api = another_api(tls=authority.server_context())
    note = api.add(new_name("note"), user)
    other = Authority(tmp_path / "other", "somebody else")
    for upstream in ({}, {"ca_file": other.ca_file}):
        client = device_of(start_gateway({"upstream": upstream}, url=api.url), user)
        answer = client.refused(
            "note_update", "upstream_unavailable", noteId=note, changes={"a": 1}
        )
        assert "outcome" not in answer
    assert api.requests() == []


def test_an_https_api_with_a_certificate_for_another_name_is_not_spoken_to(
    start_gateway, another_api, authority, device_of, user, new_name
):
    api = another_api(tls=authority.server_context())
    note = api.add(new_name("note"), user)
    url = api.url.replace("127.0.0.1", "127.0.0.2")
    gateway = start_gateway({"upstream": {"ca_file": authority.ca_file}}, url=url)
    client = device_of(gateway, user)
    client.refused("join_note", "upstream_unavailable", noteId=note)
    assert api.requests() == []


def test_many_writes_to_many_notes_all_arrive(api, device, user, new_name):
    notes = [api.add(new_name("note"), user) for _ in range(100)]
    writer = device(user)
    for number in range(3):
        for name in notes:
            changes = {"number": number, "text": "x" * 500}
            writer.send("note_update", noteId=name, changes=changes, requestId=f"{name}/{number}")
    for number in range(3):
        for name in notes:
            assert writer.answer_to(f"{name}/{number}")["type"] == "note_update_success"
    for name in notes:
        bodies = [json.loads(request.body)["number"] for request in api.requests("PUT", name)]
        assert bodies == [0, 1, 2]
