"""PROXY.md, "Writes that sync": a write by REST waits its turn, whatever its client does."""

import signal

import pytest

from harness import http, rest
from harness.timing import duration, wait_until

CONFIGURATION = {"workers": 4}


@pytest.fixture
def ask(gateway, user):
    return rest.asking(gateway, user)


def test_a_write_waits_its_turn_with_its_body_unread(api, device, gateway, ask, user, note):
    own = device(user, note)
    gate = api.hold("PUT", note)
    own.send("note_update", noteId=note, changes={"n": 1}, requestId="1")
    gate.wait_for_arrival()
    token = gateway.issuer.token(user)
    with http.connect(gateway.endpoint) as stream:
        body = b'{"n": 2}'
        fields = [f"Authorization: Bearer {token}", "Expect: 100-continue"]
        whole = http.request(gateway.endpoint, "PUT", f"/api/notes/{note}", body, *fields)
        stream.send(whole.removesuffix(body))
        own.expect_nothing()
        assert len(api.requests("PUT", note)) == 1
        gate.open()
        assert stream.read_response().status == 100
        stream.send(body)
        assert stream.read_response().status == 200
    assert own.answer_to("1")["type"] == "note_update_success"
    own.expect("note_sync", changes={"n": 2})
    assert api.overlapping_writes(note) == []


def test_a_write_that_finds_the_queue_full_is_refused(
    api, start_gateway, device_of, user, note
):
    gateway = start_gateway({"limits": {"pending_writes_per_note": 1}})
    own = device_of(gateway, user)
    gate = api.hold("PUT", note)
    own.send("note_update", noteId=note, changes={"n": 1}, requestId="1")
    gate.wait_for_arrival()
    own.send("note_update", noteId=note, changes={"n": 2}, requestId="2")
    own.answer("ping")
    token = gateway.issuer.token(user)
    answer = rest.ask(gateway, "PUT", f"/api/notes/{note}", token, {"n": 3})
    assert (answer.status, answer.json["code"]) == (503, "overloaded")
    gate.open()
    assert own.answer_to("2")["type"] == "note_update_success"
    assert rest.ask(gateway, "PUT", f"/api/notes/{note}", token, {"n": 4}).status == 200


def test_who_goes_while_waiting_has_written_nothing(api, device, gateway, ask, user, note):
    own = device(user, note)
    gate = api.hold("PUT", note)
    own.send("note_update", noteId=note, changes={"n": 1}, requestId="1")
    gate.wait_for_arrival()
    file_count = gateway.open_file_count
    with http.connect(gateway.endpoint) as stream:
        token = gateway.issuer.token(user)
        stream.send(rest.request(gateway, "DELETE", f"/api/notes/{note}", token, None))
        wait_until(lambda: gateway.open_file_count > file_count)
    wait_until(lambda: gateway.open_file_count == file_count)
    gate.open()
    assert own.answer_to("1")["type"] == "note_update_success"
    ask("PUT", f"/api/notes/{note}", {"n": 2})
    own.expect("note_sync", changes={"n": 2})
    assert api.requests("DELETE", note) == []


def test_who_goes_after_having_asked_has_written(api, device, gateway, user, note):
    own = device(user, note)
    token = gateway.issuer.token(user)
    gate = api.hold("PUT", note)
    with http.connect(gateway.endpoint) as stream:
        stream.send(rest.request(gateway, "PUT", f"/api/notes/{note}", token, {"n": 1}))
        gate.wait_for_arrival()
    own.answer("ping")
    gate.open()
    own.expect("note_sync", changes={"n": 1})
    assert own.update(note, n=2)["seq"]


def test_who_breaks_off_in_the_body_holds_up_nobody(api, device, gateway, ask, user, note):
    own = device(user, note)
    token = gateway.issuer.token(user)
    with http.connect(gateway.endpoint) as stream:
        stream.send(rest.request(gateway, "PUT", f"/api/notes/{note}", token, {"n": 1})[:-1])
        own.answer("ping")
    ask("PUT", f"/api/notes/{note}", {"n": 2})
    own.expect("note_sync", changes={"n": 2})


def test_who_takes_too_long_over_a_body_gives_the_turn_back(
    start_gateway, device_of, user, note
):
    gateway = start_gateway({"upstream": {"request_timeout": duration(1)}})
    own = device_of(gateway, user, note)
    token = gateway.issuer.token(user)
    with http.connect(gateway.endpoint) as stream:
        body, wait = b'{"n": 1}', "Expect: 100-continue"
        whole = rest.request(gateway, "PUT", f"/api/notes/{note}", token, body, wait)
        stream.send(whole.removesuffix(body))
        assert stream.read_response().status == 100
        stream.send(body[:-1])
        own.update(note, n=2)
        own.expect_nothing()
        stream.send(body[-1:])
        answer = stream.read_response()
        assert answer.status == 200
    own.expect("note_sync", changes={"n": 1}, updatedNote=answer.json)


def test_a_stop_lets_a_write_under_way_end(api, start_gateway, device_of, user, note):
    gateway = start_gateway()
    own = device_of(gateway, user, note)
    gate = api.hold("PUT", note)
    token = gateway.issuer.token(user)
    with http.connect(gateway.endpoint) as stream:
        stream.send(rest.request(gateway, "PUT", f"/api/notes/{note}", token, {"n": 1}))
        gate.wait_for_arrival()
        gateway.signal(signal.SIGTERM)
        own.websocket.expect_close(1001)
        gate.open()
        assert stream.read_response().status == 200
    assert gateway.wait() == 0
