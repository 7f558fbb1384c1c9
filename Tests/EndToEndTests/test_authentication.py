"""PROTOCOL.md, `auth` and "Tokens": who is let in, who is not, and for how long one may try."""

import json
import time

import pytest

from harness import frames
from harness.timing import duration
from harness.tokens import (
    Issuer, base64url, claims, encode, generate_key, hmac_sign, public_pem, write_jwks,
)

# What comes before auth_success is refused at once; that it can be held is another file's matter.
CONFIGURATION = {"authentication": {"early_messages": {"count": 0}}}

ALGORITHMS = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
    "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
]
KEYS = {
    "rsa": generate_key("RS256"),
    "p-256": generate_key("ES256"),
    "p-384": generate_key("ES384"),
    "ed25519": generate_key("EdDSA"),
}
KEY_OF = {"RS": "rsa", "PS": "rsa", "ES256": "p-256", "ES384": "p-384", "EdDSA": "ed25519"}

RULES = {
    "authentication": {
        "issuer": "https://login.example",
        "audience": ["notes", "notes-beta"],
        "authorized_parties": ["https://app.example"],
        "clock_skew": "30s",
    }
}
GOOD = {"iss": "https://login.example", "aud": "notes", "azp": "https://app.example"}


def assert_failed(answer, reason: str = "auth-failed") -> None:
    message = {"auth-failed": "Authentication failed", "token-expired": "Token expired"}[reason]
    expected = {"type": "auth_failed", "message": message, "reason": reason}
    assert {name: answer.get(name) for name in expected} == expected, answer


def issuer_of(algorithm: str) -> Issuer:
    """A login service with one of the keys that the JWKS file or the secret file has."""
    name = KEY_OF.get(algorithm) or KEY_OF.get(algorithm[:2])
    return Issuer(algorithm, key=KEYS[name], kid=name) if name else Issuer(algorithm)


@pytest.fixture
def gateway_with_all_keys(start_gateway, tmp_path):
    write_jwks(tmp_path / "jwks.json", KEYS)
    keys = {"jwks_file": tmp_path / "jwks.json"}
    return start_gateway({"authentication": {"keys": keys, "algorithms": ALGORITHMS}})


def test_auth_success_says_who_and_until_when(gateway, stranger, user):
    client = stranger(gateway)
    payload = claims(user)
    answer = client.authenticate(gateway.issuer.sign(payload))
    answer.pop("requestId")
    assert answer == {
        "type": "auth_success",
        "message": "Authentication successful",
        "userId": user,
        "expiresAt": payload["exp"] * 1000,
        "connectionId": client.connection_id,
    }


@pytest.mark.parametrize("name", ["zoë", 'a "quoted" \\ name', "user|with:odd/signs", "日本語"])
def test_a_user_is_named_as_the_token_names_them(gateway, stranger, name):
    client = stranger(gateway)
    assert client.authenticate(gateway.issuer.token(name))["userId"] == name


def test_every_algorithm_is_verified_with_a_jwks_file_or_a_secret(
    gateway_with_all_keys, stranger, user
):
    for algorithm in ALGORITHMS:
        client = stranger(gateway_with_all_keys)
        answer = client.authenticate(issuer_of(algorithm).token(user))
        assert answer["userId"] == user, algorithm


def test_a_token_without_a_key_id_is_verified_with_a_key_that_fits(
    gateway_with_all_keys, stranger, user
):
    for algorithm in ("RS256", "ES256", "EdDSA"):
        issuer = issuer_of(algorithm)
        issuer.kid = None
        stranger(gateway_with_all_keys).authenticate(issuer.token(user))


@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES256", "ES384", "EdDSA"])
def test_a_public_key_in_a_pem_file_verifies(start_gateway, stranger, user, tmp_path, algorithm):
    issuer = Issuer(algorithm)
    (tmp_path / "login.pem").write_bytes(public_pem(issuer.key))
    keys = {"public_key_file": tmp_path / "login.pem", "hmac_secret_file": None}
    gateway = start_gateway({"authentication": {"keys": keys, "algorithms": [algorithm]}})
    stranger(gateway).authenticate(issuer.token(user))
    assert_failed(stranger(gateway).answer("auth", token=Issuer(algorithm).token(user)))


def test_another_claim_can_name_the_user(start_gateway, stranger):
    gateway = start_gateway({"authentication": {"user_claim": "uid"}})
    token = gateway.issuer.token("not-this", uid="but-this")
    assert stranger(gateway).authenticate(token)["userId"] == "but-this"
    assert_failed(stranger(gateway).answer("auth", token=gateway.issuer.token("not-this")))


def forged(issuer: Issuer) -> dict[str, str]:
    """Tokens that a gateway which allows HS256 with a shared secret has to refuse."""
    good = issuer.token("user")
    header, payload, signature = good.split(".")
    other_payload = base64url(json.dumps(claims("admin")).encode())
    unsigned = encode({"alg": "none"}, claims("user"), lambda _: b"")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    return {
        "not a token": "x",
        "two parts": f"{header}.{payload}",
        "four parts": f"{good}.{signature}",
        "five parts": f"{good}.{signature}.{signature}",
        "empty parts": "..",
        "no signature": f"{header}.{payload}.",
        "alg none": unsigned,
        "alg None": encode({"alg": "None"}, claims("user"), lambda _: b""),
        "alg none with a signature": f"{unsigned}{signature}",
        "no alg": encode({}, claims("user"), hmac_sign(issuer.secret, "HS256")),
        "alg not allowed": Issuer("HS384").token("user"),
        "alg unknown": issuer.sign(claims("user"), alg="HS257"),
        "alg in lower case": issuer.sign(claims("user"), alg="hs256"),
        "another secret": Issuer(secret=b"x" * 64).token("user"),
        "an empty secret": encode({"alg": "HS256"}, claims("user"), hmac_sign(b"", "HS256")),
        "another payload": f"{header}.{other_payload}.{signature}",
        "a changed signature": f"{header}.{payload}.{flipped}",
        "a cut signature": good[:-4],
        "a padded signature": good + "=",
        "white space": f" {good}",
        "a line end": f"{good}\n",
        "standard base64": f"{header}.{payload}+/.{signature}",
        "crit": issuer.sign(claims("user"), crit=["exp"]),
        "unknown crit": issuer.sign(claims("user"), crit=["x"], x=1),
        "no exp": issuer.sign({"sub": "user"}),
        "exp null": issuer.sign('{"sub":"user","exp":null}'),
        "exp as text": issuer.token("user", exp=str(int(time.time()) + 3600)),
        "exp without end": issuer.sign('{"sub":"user","exp":1e999}'),
        "exp not a number": issuer.sign('{"sub":"user","exp":NaN}'),
        "nbf ahead": issuer.token("user", nbf=int(time.time()) + 3000),
        "nbf as text": issuer.token("user", nbf="0"),
        "no sub": issuer.token(None),
        "an empty sub": issuer.token(""),
        "sub as a number": issuer.sign({**claims("user"), "sub": 7}),
        "sub with a line end": issuer.token("user\r\nX-Evil: 1"),
        "payload not an object": issuer.sign('["user"]'),
        "payload not JSON": issuer.sign("{"),
        "payload empty": issuer.sign(""),
    }


def test_forged_and_malformed_tokens_are_refused(gateway, stranger):
    for what, token in forged(gateway.issuer).items():
        answer = stranger(gateway).answer("auth", token=token)
        assert answer["type"] == "auth_failed", (what, answer)
        assert_failed(answer)


def test_a_public_key_is_not_taken_for_a_secret(start_gateway, stranger, user, tmp_path):
    issuer = Issuer("RS256")
    pem = public_pem(issuer.key)
    (tmp_path / "login.pem").write_bytes(pem)
    keys = {"public_key_file": tmp_path / "login.pem"}
    rules = {"keys": keys, "algorithms": ["RS256", "HS256"]}
    gateway = start_gateway({"authentication": rules})
    for secret in (pem, pem.rstrip(b"\n")):
        forged_token = encode({"alg": "HS256"}, claims(user), hmac_sign(secret, "HS256"))
        assert_failed(stranger(gateway).answer("auth", token=forged_token))
    stranger(gateway).authenticate(issuer.token(user))


def test_a_key_of_another_kind_or_name_does_not_verify(gateway_with_all_keys, stranger, user):
    rsa, ec = issuer_of("RS256"), issuer_of("ES256")
    wrong = [
        rsa.sign(claims(user), alg="PS256"),
        ec.sign(claims(user), alg="RS256"),
        ec.sign(claims(user), alg="ES384"),
        Issuer("RS256", kid="rsa").token(user),
        rsa.sign(claims(user), kid="nobody-knows-it"),
        rsa.sign(claims(user), jwk={"kty": "oct", "k": "AAAA"}, alg="HS256"),
    ]
    for token in wrong:
        assert_failed(stranger(gateway_with_all_keys).answer("auth", token=token))


@pytest.mark.parametrize(
    ("member", "right", "wrong"),
    [
        ("iss", ["https://login.example"], ["https://login.example/", "x", None, 7]),
        ("aud", ["notes-beta", ["x", "notes"]], ["Notes", ["x"], [], None, 7]),
        ("azp", ["https://app.example"], ["https://app.example/", None, ["https://app.example"]]),
    ],
)
def test_issuer_audience_and_authorized_party_have_to_fit(
    start_gateway, stranger, user, member, right, wrong
):
    gateway = start_gateway(RULES)
    for value in right:
        stranger(gateway).authenticate(gateway.issuer.token(user, **{**GOOD, member: value}))
    for value in wrong:
        token = gateway.issuer.token(user, **{**GOOD, member: value})
        assert_failed(stranger(gateway).answer("auth", token=token))


def test_an_expired_token_is_called_expired(gateway, stranger, user):
    token = gateway.issuer.token(user, lifetime=-60)
    assert_failed(stranger(gateway).answer("auth", token=token), "token-expired")


def test_an_expired_token_that_is_forged_is_not_called_expired(gateway, stranger, user):
    token = Issuer(secret=b"x" * 64).token(user, lifetime=-60)
    assert_failed(stranger(gateway).answer("auth", token=token))


def test_clocks_may_differ_by_the_skew(start_gateway, stranger, user):
    gateway = start_gateway(RULES)
    stranger(gateway).authenticate(gateway.issuer.token(user, lifetime=-5, **GOOD))
    soon = int(time.time()) + 15
    stranger(gateway).authenticate(gateway.issuer.token(user, nbf=soon, **GOOD))


@pytest.mark.parametrize(
    "fields", [{}, {"token": None}, {"token": 7}, {"token": ["x"]}, {"token": {"a": "b"}}]
)
def test_auth_without_a_token_is_an_invalid_message(gateway, stranger, fields):
    client = stranger(gateway)
    client.refused("auth", "invalid_message", **fields)
    client.expect_nothing()


def test_after_a_failure_one_may_try_again(gateway, stranger, user):
    client = stranger(gateway)
    assert_failed(client.answer("auth", token="x.y.z"))
    client.authenticate(gateway.issuer.token(user))


def test_four_failures_are_forgiven(gateway, stranger, user):
    client = stranger(gateway)
    for _ in range(4):
        assert_failed(client.answer("auth", token="x.y.z"))
    client.authenticate(gateway.issuer.token(user))


def test_five_failures_close_with_4401(gateway, stranger):
    client = stranger(gateway)
    for _ in range(5):
        client.send("auth", token="x.y.z")
    messages = client.websocket.expect_close(4401)
    assert [json.loads(text)["type"] for text in messages] == ["auth_failed"] * 5


def test_who_does_not_authenticate_in_time_is_closed_with_4401(start_gateway, stranger, user):
    gateway = start_gateway({"authentication": {"deadline": duration(1)}})
    silent, failing, pinging = (stranger(gateway) for _ in range(3))
    authenticated = stranger(gateway)
    authenticated.authenticate(gateway.issuer.token(user))
    assert_failed(failing.answer("auth", token="x.y.z"))
    pinging.send("ping")
    for client in (silent, failing, pinging):
        client.websocket.expect_close(4401)
    authenticated.expect_nothing()


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("join_note", {"noteId": "n"}),
        ("leave_note", {"noteId": "n"}),
        ("note_update", {"noteId": "n", "changes": {"title": "x"}}),
        ("note_created", {"noteData": {"id": "n"}}),
        ("note_deleted", {"noteId": "n"}),
    ],
)
def test_before_auth_success_only_auth_and_ping_are_served(gateway, api, stranger, type, fields):
    before = len(api.requests())
    client = stranger(gateway)
    client.refused(type, "authentication_required", **fields)
    assert client.refused(type, "authentication_required", **fields)["message"] == (
        "Authentication required"
    )
    client.expect_nothing()
    assert len(api.requests()) == before


def test_a_failed_auth_opens_nothing(gateway, api, stranger, note):
    client = stranger(gateway)
    assert_failed(client.answer("auth", token="x.y.z"))
    client.refused("join_note", "authentication_required", noteId=note)
    assert api.requests(note=note) == []


def test_messages_around_auth_take_effect_in_their_order(gateway, stranger, user, note):
    client = stranger(gateway)
    messages = [
        {"type": "join_note", "noteId": note, "requestId": "1"},
        {"type": "auth", "token": gateway.issuer.token(user), "requestId": "2"},
        {"type": "join_note", "noteId": note, "requestId": "3"},
    ]
    client.websocket.send_raw(
        b"".join(frames.encode(frames.TEXT, json.dumps(m).encode()) for m in messages)
    )
    client.expect_error("authentication_required", requestId="1")
    client.expect("auth_success", requestId="2")
    client.expect("note_joined", requestId="3")


def test_auth_again_for_the_same_user_renews_the_token(gateway, api, device, user, note):
    client = device(user)
    renewed = claims(user, lifetime=7200)
    token = gateway.issuer.sign(renewed)
    answer = client.authenticate(token)
    assert (answer["userId"], answer["expiresAt"]) == (user, renewed["exp"] * 1000)
    client.update(note, title="with the new token")
    assert api.requests("PUT", note)[-1].header("Authorization") == f"Bearer {token}"


def test_auth_again_for_another_user_fails_and_changes_nothing(
    gateway, api, device, user, note, new_name
):
    client = device(user)
    token = client.token
    other = gateway.issuer.token(new_name("user"))
    assert_failed(client.answer("auth", token=other))
    client.update(note, title="still with the old token")
    assert api.requests("PUT", note)[-1].header("Authorization") == f"Bearer {token}"


def test_a_failed_renewal_leaves_the_old_authentication_standing(gateway, device, user, note):
    client = device(user)
    assert_failed(client.answer("auth", token="x.y.z"))
    expired = gateway.issuer.token(user, lifetime=-60)
    assert_failed(client.answer("auth", token=expired), "token-expired")
    client.update(note, title="still there")


def test_two_users_with_the_same_beginning_are_two_users(device, user, note):
    other = device(user + "x")
    other.refused("join_note", "not_found", noteId=note)
