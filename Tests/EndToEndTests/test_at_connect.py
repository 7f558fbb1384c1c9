"""PROTOCOL.md, "Tokens", `authentication.expiry: at_connect`: a connection outlives its token."""

import json
import time

import pytest

from harness.renewal import renew, token_until
from harness.timing import duration, seconds, wait_until

CONFIGURATION = {
    "authentication": {"expiry": "at_connect", "expiry_grace": duration(0.5), "clock_skew": "0s"}
}


@pytest.fixture
def outlived(gateway, stranger, user):
    """Connects a device whose token, and the grace after it, are over; joins it to notes."""

    def connect(*notes: str):
        client = stranger(gateway)
        client.user = user
        end = time.time() + seconds(0.4)
        client.authenticate(token_until(gateway, user, end))
        for note in notes:
            client.join(note)
        wait_until(lambda: time.time() > end + seconds(0.7), what="the end of the grace")
        return client

    return connect


def test_nothing_is_asked_when_the_token_runs_out_and_writes_go_on(
    api, device, user, note, outlived
):
    client, listener = outlived(note), device(user, note)
    client.expect_nothing()
    for number in range(3):
        client.update(note, number=number)
        listener.expect("note_sync", changes={"number": number})
    listener.update(note, number=3)
    client.expect("note_sync", changes={"number": 3})
    bearers = [request.bearer for request in api.requests("PUT", note)]
    assert bearers == [client.token] * 3 + [listener.token]


def test_a_token_that_has_run_out_opens_no_connection_and_renews_none(
    gateway, stranger, outlived, note
):
    client = outlived()
    expired = client.token
    for device in (stranger(gateway), client):
        answer = device.request("auth", "auth_failed", token=expired)
        assert answer["reason"] == "token-expired"
    client.update(note, title="it still stands")


def test_a_401_on_a_write_asks_and_the_renewed_token_is_used(gateway, api, outlived, note):
    client = outlived(note)
    old = client.token
    api.revoke(old)
    client.send("note_update", noteId=note, changes={"number": 1}, requestId="held")
    client.expect_token_expired()
    new = renew(gateway, client)
    assert client.answer_to("held")["type"] == "note_update_success"
    client.update(note, number=2)
    assert [request.bearer for request in api.requests("PUT", note)] == [old, new, new]


def test_after_a_401_who_does_not_renew_is_closed_with_4401(api, device, user, outlived, note):
    client, listener = outlived(), device(user, note)
    api.revoke(client.token)
    client.send("note_update", noteId=note, changes={"number": 1}, requestId="held")
    client.expect_token_expired()
    (text,) = client.websocket.expect_close(4401)
    answer = json.loads(text)
    assert (answer["requestId"], answer["code"]) == ("held", "token_expired")
    listener.expect_nothing()
