"""PROXY.md, "Writes that sync", with tokens whose key is not there yet: of a first fetch, and after
the keys have changed."""

import signal

import pytest

from harness import http, rest
from harness.configuration import base, merged
from harness.gateway import Gateway
from harness.key_server import PAUSE, KeyServer, login, rules, wait_for_log
from harness.timing import wait_until
from harness.tokens import Issuer


@pytest.fixture(scope="module", autouse=True)
def rotating(module_api, tmp_path_factory):
    """A gateway that was started with the file, and its key server: the pause behind its first
    fetch runs while other tests do."""
    issuer = login("first")
    server = KeyServer(issuer)
    configuration = merged(base(module_api.url), rules(server))
    gateway = Gateway(configuration, tmp_path_factory.mktemp("rotating"), issuer)
    yield gateway, server
    gateway.stop()
    server.stop()


@pytest.fixture
def scheme() -> str:
    return "ws"


@pytest.fixture
def issuer() -> Issuer:
    return login("first")


@pytest.fixture
def fetching(start_gateway, server):
    """A gateway whose first fetch is held back, and what lets it go. It has the keys of its own
    issuer at once."""
    gate = server.hold()
    # One worker: it has read what came before what it has answered.
    configuration = {**rules(server, hmac_secret_file="secret"), "workers": 1}
    gateway = start_gateway(configuration, its_issuer=Issuer())
    wait_until(lambda: server.fetch_count == 1, what="the first fetch")
    return gateway, gate


def send_head(gateway, stream, note: str, token: str, body: bytes) -> None:
    """Asks to write `body`, which the caller sends when it is told to."""
    whole = rest.request(
        gateway, "PUT", f"/api/notes/{note}", token, body, "Expect: 100-continue"
    )
    stream.send(whole.removesuffix(body))


def test_a_write_waits_for_a_fetch_with_its_body_unread(
    api, fetching, device_of, issuer, user, note, new_name
):
    gateway, gate = fetching
    own = device_of(gateway, user, note)
    body, made = b'{"n": 1}', new_name("note")
    with http.connect(gateway.endpoint) as stream, http.connect(gateway.endpoint) as creation:
        send_head(gateway, stream, note, issuer.token(user), body)
        creation.send(
            rest.request(gateway, "POST", "/api/notes", issuer.token(user), {"id": made})
        )
        # Others go on.
        token = gateway.issuer.token(user)
        for number in range(10):
            answer = rest.ask(gateway, "PUT", f"/api/notes/{note}", token, {"fence": number})
            assert answer.status == 200
            own.expect("note_sync", changes={"fence": number})
        assert len(api.requests("PUT", note)) == 10 and api.requests("POST", made) == []
        gate.set()
        assert creation.read_response().status == 201
        own.expect("note_created_sync", noteData={"id": made}, fromUserId=user)
        assert stream.read_response().status == 100
        stream.send(body)
        answer = stream.read_response()
        assert answer.status == 200
    own.expect("note_sync", changes={"n": 1}, updatedNote=answer.json, fromUserId=user)


def test_a_write_whose_key_a_fetch_does_not_bring_passes_and_is_not_heard_of(
    fetching, device_of, issuer, user, note
):
    gateway, gate = fetching
    own = device_of(gateway, user, note)
    streams = [http.connect(gateway.endpoint) for _ in range(20)]
    for number, stream in enumerate(streams):
        token = login(f"nobody-{number % 7}").token(user)
        stream.send(rest.request(gateway, "PUT", f"/api/notes/{note}", token, {"forged": True}))
    own.expect_nothing()
    gate.set()
    for stream in streams:
        assert stream.read_response().status == 200
        stream.close()
    rest.ask(gateway, "PUT", f"/api/notes/{note}", issuer.token(user), {"fence": 1})
    own.expect("note_sync", changes={"fence": 1}, seq=1)


def test_who_goes_while_waiting_for_a_key_has_written_nothing(
    api, fetching, device_of, issuer, user, note
):
    gateway, gate = fetching
    own = device_of(gateway, user, note)
    file_count = gateway.open_file_count
    with http.connect(gateway.endpoint) as stream:
        stream.send(rest.request(gateway, "DELETE", f"/api/notes/{note}", issuer.token(user), None))
        wait_until(lambda: gateway.open_file_count > file_count)
    wait_until(lambda: gateway.open_file_count == file_count)
    gate.set()
    wait_for_log(gateway, "INFO the keys were fetched")
    rest.ask(gateway, "PUT", f"/api/notes/{note}", issuer.token(user), {"fence": 1})
    own.expect("note_sync", changes={"fence": 1})
    assert api.requests("DELETE", note) == []


def test_a_stop_lets_who_waits_for_a_key_go_on(api, fetching, issuer, user, note):
    gateway, _ = fetching
    with http.connect(gateway.endpoint) as stream:
        token = issuer.token(user)
        stream.send(rest.request(gateway, "PUT", f"/api/notes/{note}", token, {"n": 1}))
        assert rest.ask(gateway, "GET", f"/api/notes/{note}", token).status == 200
        assert api.requests("PUT", note) == []
        gateway.signal(signal.SIGTERM)
        assert stream.read_response().status == 200
    assert gateway.wait() == 0


def test_a_flood_of_unknown_keys_passes_at_once_and_fetches_nothing(
    api, start_gateway, server, issuer, device_of, user, note
):
    gateway = start_gateway({**rules(server), "workers": 2}, its_issuer=issuer)
    wait_for_log(gateway, "INFO the keys were fetched")
    own = device_of(gateway, user, note)
    target = f"/api/notes/{note}"
    for number in range(100):
        token = login(f"nobody-{number}").token(user)
        assert rest.ask(gateway, "PUT", target, token, {"forged": True}, within=3).status == 200
        if number % 10 == 0:
            rest.ask(gateway, "PUT", target, issuer.token(user), {"n": number}, within=3)
            own.expect("note_sync", changes={"n": number}, seq=number // 10 + 1)
    assert len(api.requests("PUT", note)) == 110
    assert server.fetch_count == 1


def test_a_write_with_a_new_key_fetches_it_and_is_heard(rotating, device_of, user, note):
    gateway, server = rotating
    own = device_of(gateway, user, note)
    new = login("second")
    server.publish(gateway.issuer, new)
    target = f"/api/notes/{note}"

    def is_known() -> bool:
        """Whether the pause was over, and the write brought the keys."""
        assert rest.ask(gateway, "PUT", target, new.token(user), {"n": 1}).status == 200
        return server.fetch_count == 2

    wait_until(is_known, within=PAUSE + 15, what="the end of the pause")
    # Those before have passed at once.
    own.expect("note_sync", changes={"n": 1}, seq=1)
    rest.ask(gateway, "PUT", target, new.token(user), {"n": 2})
    own.expect("note_sync", changes={"n": 2}, seq=2)
    first, second = server.requests
    assert second.begun - first.begun >= PAUSE
