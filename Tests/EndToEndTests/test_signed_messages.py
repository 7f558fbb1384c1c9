"""PROTOCOL.md, "Signed messages": what a client may wrap, and what does not verify."""

import json

import pytest

from harness.signing import code, envelope, now

MINUTE = 60_000

CONFIGURATION = {"authentication": {"message_signing": True}}


@pytest.fixture
def signer(gateway, stranger, issuer, user):
    """A device that has authenticated, and its secret."""
    client = stranger(gateway)
    return client, client.authenticate(issuer.token(user))["sessionSecret"]


def expect_pong(client, request_id: str) -> None:
    client.expect("pong", requestId=request_id)


def expect_invalid(client, **fields) -> None:
    client.expect_error(
        "signature_invalid", message="Message authentication failed", **fields
    )


def test_the_secret_is_64_hexadecimal_digits_for_the_life_of_the_connection(
    gateway, stranger, issuer, user
):
    client = stranger(gateway)
    secret = client.authenticate(issuer.token(user))["sessionSecret"]
    assert len(secret) == 64 and set(secret) <= set("0123456789abcdef")
    assert client.authenticate(issuer.token(user))["sessionSecret"] == secret
    other = stranger(gateway)
    assert other.authenticate(issuer.token(user))["sessionSecret"] != secret


def test_without_message_signing_there_is_neither_secret_nor_envelope(
    start_gateway, stranger, issuer, user
):
    client = stranger(start_gateway())
    assert "sessionSecret" not in client.authenticate(issuer.token(user))
    client.websocket.send_text(envelope("0" * 64, {"type": "ping"}))
    client.expect_error("invalid_json", message="Invalid message format")


def test_a_signed_write_is_written_and_heard_as_it_stood_in_the_envelope(
    gateway, signer, device, note, user, api
):
    client, secret = signer
    client.join(note)
    other = device(user, note)
    changes = (
        '{ "a":0.1,"b":1e21,"c":-0,"d":1.0,"e":"\\u00e9\u00e9 \u2603 \U0001f600",'
        '"f":"\u2028\\u2029\\/" }'
    )
    payload = f'{{"type":"note_update" ,"noteId":"{note}","requestId":"w","changes":{changes}}}'
    client.websocket.send_text(envelope(secret, payload))
    client.expect("note_update_success", requestId="w")
    assert other.expect("note_sync", noteId=note).raw("changes") == changes


def test_unsigned_messages_are_served_as_well(signer, note):
    client, _ = signer
    client.join(note)
    client.update(note, title="plain")


@pytest.mark.parametrize(
    "spell",
    [
        lambda secret, nonce: envelope(secret, '{"type":"ping","requestId":"p"}', nonce=nonce),
        lambda secret, nonce: envelope(
            secret, '{"type":"ping","requestId":"p"}', f"{now()}.5", nonce
        ),
        lambda secret, nonce: envelope(
            secret, ' {"requestId":"p",\n"type":"p\\u0069ng"}'.strip(), nonce=nonce
        ),
        lambda secret, nonce: envelope(
            secret, '{"type":"ping","requestId":"p"}', nonce=f'"\\u006e{nonce[1:]}'
        ),
    ],
    ids=["plain", "fraction", "white space", "escapes"],
)
def test_what_is_signed_is_the_clients_own_spelling(signer, spell):
    client, secret = signer
    client.websocket.send_text(spell(secret, '"a nonce"'))
    expect_pong(client, "p")


def test_the_members_of_the_envelope_may_stand_in_any_order(signer):
    client, secret = signer
    payload, timestamp, nonce = '{"type":"ping","requestId":"p"}', str(now()), '"order"'
    signature = code(secret, payload, timestamp, nonce)
    client.websocket.send_text(
        f'{{ "nonce" : {nonce}, "timestamp":{timestamp} ,"more":1,'
        f'"signature":"{signature}","payload": {payload} }}'
    )
    expect_pong(client, "p")


@pytest.mark.parametrize(
    "forge",
    [
        lambda secret, ping: envelope("0" * 64, ping),
        lambda secret, ping: envelope(secret, ping, signature=""),
        lambda secret, ping: envelope(secret, ping, signature="A" * 43 + "="),
        lambda secret, ping: envelope(secret, ping, signature="é"),
        lambda secret, ping: envelope(secret, ping).replace('"q"', '"r"'),
        lambda secret, ping: envelope(secret, ping, nonce='"a"').replace('e":"a"', 'e":"b"'),
        lambda secret, ping: envelope(secret, ping, now() - 5 * MINUTE - 2000),
        lambda secret, ping: envelope(secret, ping, now() + MINUTE + 10_000),
        lambda secret, ping: envelope(secret, ping, 0),
        lambda secret, ping: envelope(secret, ping, "1e300"),
        lambda secret, ping: envelope(secret, ping, "-1e300"),
    ],
    ids=[
        "other secret", "no signature", "wrong signature", "not base64", "other payload",
        "other nonce", "too old", "too early", "1970", "after all time", "before all time",
    ],
)
def test_what_does_not_verify_is_answered_and_does_nothing(signer, forge):
    client, secret = signer
    client.websocket.send_text(forge(secret, '{"type":"ping","requestId":"q"}'))
    message = client.receive()
    assert message["code"] == "signature_invalid", message.text
    assert message["message"] == "Message authentication failed"
    assert message["requestId"] in {"q", "r"}
    client.expect_nothing()


def test_a_forged_write_is_not_written(signer, note, api):
    client, _ = signer
    client.join(note)
    update = {"type": "note_update", "noteId": note, "changes": {"title": "forged"}}
    client.websocket.send_text(envelope("0" * 64, update))
    expect_invalid(client, noteId=note)
    client.expect_nothing()
    assert api.requests("PUT", note) == []


@pytest.mark.parametrize("age", [-5 * MINUTE + 10_000, MINUTE - 10_000], ids=["old", "early"])
def test_it_may_be_some_minutes_old_and_times_need_not_be_in_order(signer, age):
    client, secret = signer
    client.websocket.send_text(envelope(secret, {"type": "ping", "requestId": "now"}))
    expect_pong(client, "now")
    client.websocket.send_text(envelope(secret, {"type": "ping", "requestId": "p"}, now() + age))
    expect_pong(client, "p")


def test_a_nonce_does_its_work_once_and_on_its_own_connection(
    gateway, signer, stranger, issuer, user
):
    client, secret = signer
    text = envelope(secret, {"type": "ping", "requestId": "p"}, nonce='"once"')
    client.websocket.send_text(text)
    expect_pong(client, "p")
    client.websocket.send_text(text)
    expect_invalid(client, requestId="p")
    client.websocket.send_text(envelope(secret, {"type": "ping"}, nonce='"\\u006fnce"'))
    expect_invalid(client)
    other = stranger(gateway)
    secret = other.authenticate(issuer.token(user))["sessionSecret"]
    other.websocket.send_text(
        envelope(secret, {"type": "ping", "requestId": "p"}, nonce='"once"')
    )
    expect_pong(other, "p")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"payload": 7}, "payload"),
        ({"payload": None}, "payload"),
        ({"signature": None}, "signature"),
        ({"signature": 7}, "signature"),
        ({"timestamp": "1"}, "timestamp"),
        ({"timestamp": None}, "timestamp"),
        ({"nonce": 7}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": "n" * 129}, "nonce"),
    ],
    ids=str,
)
def test_a_field_of_the_envelope_that_is_missing_or_mistyped_is_named(signer, change, word):
    client, secret = signer
    fields = json.loads(envelope(secret, {"type": "ping", "requestId": "p"}))
    client.websocket.send_text(json.dumps({**fields, **change}))
    message = client.expect_error("invalid_message")
    assert word in message["message"]


def test_what_is_wrong_within_a_good_envelope_is_answered_as_ever(signer):
    client, secret = signer
    client.websocket.send_text(envelope(secret, {"type": "wave", "requestId": "w"}))
    client.expect_error("unknown_type", requestId="w")
    client.websocket.send_text(envelope(secret, {"type": "join_note", "noteId": ".."}))
    client.expect_error("invalid_message")
    client.websocket.send_text(envelope(secret, {}))
    client.expect_error("invalid_json")


def test_a_client_that_comes_back_signs_its_token_with_the_secret_it_had(
    gateway, signer, stranger, issuer, user
):
    client, secret = signer
    client.close()
    client = stranger(gateway)
    auth = {"type": "auth", "token": issuer.token(user), "requestId": "a"}
    client.websocket.send_text(envelope(secret, auth, now() - 60 * MINUTE, nonce='"n"'))
    new_secret = client.expect("auth_success", requestId="a")["sessionSecret"]
    assert new_secret != secret
    # Its nonce is used up for nobody.
    client.websocket.send_text(envelope(secret, {"type": "ping"}, nonce='"n"'))
    expect_invalid(client)
    client.websocket.send_text(
        envelope(new_secret, {"type": "ping", "requestId": "p"}, nonce='"n"')
    )
    expect_pong(client, "p")


def test_a_bad_token_in_an_envelope_is_a_bad_token(gateway, stranger):
    client = stranger(gateway)
    client.websocket.send_text(envelope("0" * 64, {"type": "auth", "token": "x.y.z"}))
    client.expect("auth_failed", reason="auth-failed")


def test_before_authentication_nothing_verifies(gateway, stranger):
    client = stranger(gateway)
    client.websocket.send_text(envelope("0" * 64, {"type": "ping"}))
    expect_invalid(client)


def test_a_hundred_that_do_not_verify_in_a_row_end_the_connection(signer):
    client, _ = signer
    for _ in range(100):
        client.websocket.send_text(envelope("0" * 64, {"type": "ping"}))
    for _ in range(100):
        expect_invalid(client)
    client.websocket.expect_close(1008)


def test_the_secret_is_not_in_the_log(gateway, signer, note):
    client, secret = signer
    client.websocket.send_text(envelope("0" * 64, {"type": "ping"}))
    expect_invalid(client)
    client.close()
    assert secret not in gateway.log.text
    assert secret[:16] not in gateway.log.text
