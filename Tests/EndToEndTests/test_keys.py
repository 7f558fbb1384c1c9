"""CONFIGURATION.md, `jwks_url`: keys that are fetched, change, and fail to come.

Once there are keys, the gateway fetches at most once in 30 seconds, and no configuration changes
that. So the gateways of the tests that need a second fetch are started with the file, and these
tests come last.
"""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from harness.configuration import base, merged
from harness.gateway import Gateway
from harness.key_server import (
    ELSEWHERE, PATH, PAUSE, REDIRECT, Behaviour, KeyServer, login, rules, wait_for_log,
)
from harness.timing import wait_until
from harness.tokens import Issuer

OVERSIZE = Behaviour(body=json.dumps({"keys": [], "x": "x" * (1 << 20)}))
SECRET_KEY = {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}


@dataclass
class Site:
    """A gateway with a key server of its own, some time after its first fetch."""

    gateway: Gateway
    server: KeyServer
    issuer: Issuer


@pytest.fixture(scope="module", autouse=True)
def sites(module_api, tmp_path_factory):
    """Started with the file: their pauses run while other tests do."""
    sites: dict[str, Site] = {}
    for name in ("rotating", "status", "garbage", "oversize", "unheard"):
        issuer = login("first")
        server = KeyServer(issuer)
        if name == "unheard":
            server.hold()
        configuration = merged(base(module_api.url), rules(server))
        gateway = Gateway(configuration, tmp_path_factory.mktemp(name), issuer)
        sites[name] = Site(gateway, server, issuer)
    yield sites
    for site in sites.values():
        site.gateway.stop()
        site.server.stop()


@pytest.fixture
def scheme() -> str:
    return "ws"


@pytest.fixture
def issuer() -> Issuer:
    return login("first")


def assert_refused(answer) -> None:
    assert (answer["type"], answer.get("reason")) == ("auth_failed", "auth-failed"), answer


def flood(gateway: Gateway, stranger, count: int) -> None:
    """Tokens with unknown key IDs, each from a stranger who is told at once."""
    for number in range(count):
        client = stranger(gateway)
        for attempt in range(4):
            token = login(f"nobody-{number}-{attempt}").token("mallory")
            assert_refused(client.answer("auth", within=3, token=token))


def test_a_flood_of_unknown_keys_fetches_nothing_and_delays_nobody(sites, stranger, new_name):
    site = sites["rotating"]
    wait_for_log(site.gateway, "INFO the keys were fetched")
    with ThreadPoolExecutor(4) as pool:
        floods = [pool.submit(flood, site.gateway, stranger, 20) for _ in range(4)]
        for _ in range(20):
            user = new_name("user")
            client = stranger(site.gateway)
            answer = client.answer("auth", within=2, token=site.issuer.token(user))
            assert (answer["type"], answer.get("userId")) == ("auth_success", user), answer
        for each in floods:
            each.result()
    assert site.server.fetch_count == 1


def test_keys_are_fetched_once_for_all_workers(start_gateway, server, issuer, device_of, user):
    gateway = start_gateway({**rules(server), "workers": 4}, its_issuer=issuer)
    for _ in range(12):
        device_of(gateway, user)
    assert "count=1" in wait_for_log(gateway, "INFO the keys were fetched")
    (request,) = server.requests
    assert (request.method, request.target) == ("GET", PATH)
    assert request.header("Accept") == "application/json, application/jwk-set+json"
    assert request.header("Authorization") is None


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour(500), "status is 500"),
        (Behaviour(204, ""), "status is 204"),
        (REDIRECT, "status is 302"),
        (Behaviour(body="<html>"), "is not JSON"),
        (Behaviour(body='{"keys":[]}'), "has no keys"),
        (Behaviour(body=json.dumps({"keys": [SECRET_KEY]})), r"no usable key: key 0 .*secret"),
        (OVERSIZE, "more than 1048576 bytes"),
        (Behaviour(size_sent=20), "reason="),
        (Behaviour(headers=["Content-Encoding: gzip"]), "Content-Encoding"),
    ],
    ids=["500", "204", "redirect", "garbage", "empty", "secret", "oversize", "cut off", "gzip"],
)
def test_what_is_no_key_set_is_said_and_tried_again(
    start_gateway, server, issuer, stranger, user, behaviour, reason
):
    server.misbehave(behaviour)
    gateway = start_gateway(rules(server), its_issuer=issuer)
    wait_for_log(gateway, f"WARNING the keys could not be fetched: until .*{reason}")
    server.behave()
    stranger(gateway).authenticate(issuer.token(user))
    assert all(request.target != ELSEWHERE for request in server.requests)


def test_a_server_whose_certificate_nobody_signed_is_not_believed(
    start_gateway, authority, issuer
):
    server = KeyServer(issuer, tls=authority.server_context())
    gateway = start_gateway(rules(server), its_issuer=issuer)
    wait_for_log(gateway, "WARNING the keys could not be fetched: until .*certificate")
    assert server.requests == []
    gateway.stop()
    server.stop()


def test_the_gateway_starts_without_its_keys_and_authentication_waits_for_them(
    start_gateway, server, issuer, stranger, user
):
    server.stop()
    gateway = start_gateway(rules(server), its_issuer=issuer)
    wait_for_log(gateway, "WARNING the keys could not be fetched: until")
    client = stranger(gateway)
    client.send("auth", token=issuer.token(user))
    client.expect_nothing()
    server.start()
    client.expect("auth_success", userId=user)


def test_whoever_comes_during_the_first_fetch_waits_for_its_end(
    start_gateway, server, issuer, stranger, user
):
    gate = server.hold()
    gateway = start_gateway(rules(server), its_issuer=issuer)
    nameless = Issuer("ES256", key=issuer.key)
    clients = [stranger(gateway) for _ in range(10)]
    for number, client in enumerate(clients):
        client.send("auth", token=(nameless if number % 2 else issuer).token(user))
    forger, gone = stranger(gateway), [stranger(gateway) for _ in range(10)]
    forger.send("auth", token=login("first").token(user))
    for client in gone:
        client.send("auth", token=issuer.token(user))
        client.expect_nothing()
        client.close()
    for client in [*clients, forger]:
        client.expect_nothing()
    gate.set()
    for client in clients:
        client.expect("auth_success", userId=user)
    assert_refused(forger.receive())
    assert server.fetch_count == 1


def test_keys_of_files_are_good_without_the_others(start_gateway, server, issuer, stranger, user):
    gate = server.hold()
    shared = Issuer()
    gateway = start_gateway(rules(server, hmac_secret_file="secret"), its_issuer=shared)
    stranger(gateway).authenticate(shared.token(user))
    assert_refused(stranger(gateway).answer("auth", token=Issuer(secret=b"x" * 64).token(user)))
    gate.set()
    stranger(gateway).authenticate(issuer.token(user))
    stranger(gateway).authenticate(shared.token(user))


def test_keys_that_can_not_be_used_are_named(start_gateway, server, issuer, device_of, user):
    keys = json.loads(server.published)["keys"]
    server.misbehave(Behaviour(body=json.dumps({"keys": [SECRET_KEY, *keys]})))
    gateway = start_gateway(rules(server), its_issuer=issuer)
    device_of(gateway, user)
    line = wait_for_log(gateway, "WARNING some of the keys that were fetched can't be used")
    assert "key 0 (kid shared) is a secret" in line


def test_a_gateway_that_fetches_stops_at_once(start_gateway, server, issuer, stranger, user):
    server.hold()
    gateway = start_gateway(rules(server), its_issuer=issuer)
    client = stranger(gateway)
    client.send("auth", token=issuer.token(user))
    wait_until(lambda: server.fetch_count == 1, what="a fetch")
    gateway.signal(signal.SIGTERM)
    client.websocket.expect_close(1001)
    assert gateway.wait(within=2) == 0


def test_a_fetch_without_an_answer_ends_and_so_does_the_wait_for_it(sites, stranger, user):
    site = sites["unheard"]
    client = stranger(site.gateway)
    client.send("auth", token=site.issuer.token(user))
    assert_refused(client.receive(within=45))
    wait_for_log(site.gateway, "WARNING the keys could not be fetched: until .*reason")


def test_keys_change_while_clients_stay_and_strangers_flood(sites, stranger, device_of, new_name):
    site = sites["rotating"]
    gateway, server, old = site.gateway, site.server, site.issuer
    remembered = old.token("carol")
    stranger(gateway).authenticate(remembered)
    devices = [device_of(gateway, new_name("user")) for _ in range(50)]
    new = login("second")
    server.publish(new)
    for device in devices:
        device.send("auth", token=new.token(device.user), requestId="renewal")
    flood(gateway, stranger, 5)
    for device in devices:
        answer = device.answer_to("renewal", within=PAUSE + 15)
        assert (answer["type"], answer.get("userId")) == ("auth_success", device.user), answer
    stranger(gateway).authenticate(new.token("erin"))
    assert_refused(stranger(gateway).answer("auth", token=remembered))
    flood(gateway, stranger, 20)
    for device in devices:
        device.authenticate(new.token(device.user, lifetime=7200))
    first, second = server.requests
    assert second.begun - first.begun >= PAUSE
    wait_for_log(gateway, "INFO the keys have changed .*count=1")


@pytest.mark.parametrize(
    ("name", "behaviour", "reason"),
    [
        ("status", Behaviour(500), "status is 500"),
        ("garbage", Behaviour(body="<html>"), "is not JSON"),
        ("oversize", OVERSIZE, "more than 1048576 bytes"),
    ],
)
def test_the_last_keys_go_on_when_new_ones_do_not_come(
    sites, stranger, device_of, user, name, behaviour, reason
):
    site = sites[name]
    gateway, server, issuer = site.gateway, site.server, site.issuer
    device = device_of(gateway, user)
    server.misbehave(behaviour)
    # A renewal waits for the next fetch, whenever that may be.
    device.send("auth", token=login("second").token(user), requestId="unknown")
    assert_refused(device.answer_to("unknown", within=PAUSE + 15))
    assert reason in wait_for_log(gateway, "WARNING the keys could not be fetched: the last ones")
    for _ in range(10):
        stranger(gateway).authenticate(issuer.token(user))
    device.authenticate(issuer.token(user, lifetime=7200))
    flood(gateway, stranger, 5)
    first, second = server.requests
    assert second.begun - first.begun >= PAUSE
