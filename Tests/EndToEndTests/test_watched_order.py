"""PROXY.md, "Writes that sync", with many at a time: one order, and nothing that did not happen."""

import json
import threading
import time

from harness import http, rest

CONFIGURATION = {"workers": 4}


def test_rest_and_websocket_writes_of_ten_clients_have_the_order_of_the_api(
    api, device, gateway, user, note
):
    listeners = [device(user) for _ in range(3)]
    joined = [listener.join(note) for listener in listeners]
    token = gateway.issuer.token(user)
    api.misbehave("PUT", note, times=None, delay=0.001)

    def by_rest(writer: int) -> None:
        with http.connect(gateway.endpoint) as stream:
            for number in range(20):
                mark = {"writer": writer, "number": number}
                stream.send(rest.request(gateway, "PUT", f"/api/notes/{note}", token, mark))
                assert stream.read_response().status == 200

    threads = [threading.Thread(target=by_rest, args=(writer,)) for writer in range(5)]
    clients = [device(user) for _ in range(5)]
    for thread in threads:
        thread.start()
    for number in range(20):
        for writer, client in enumerate(clients, 5):
            mark = {"writer": writer, "number": number}
            client.send("note_update", noteId=note, changes=mark)
    for thread in threads:
        thread.join()
    persisted = [json.loads(request.body) for request in api.requests("PUT", note)]
    assert len(persisted) == 200
    for listener, start in zip(listeners, joined):
        for offset, changes in enumerate(persisted, 1):
            listener.expect(
                "note_sync", changes=changes, epoch=start["epoch"], seq=start["seq"] + offset
            )
        listener.expect_nothing()
    assert api.overlapping_writes(note) == []
    for writer in range(10):
        numbers = [mark["number"] for mark in persisted if mark["writer"] == writer]
        assert numbers == list(range(20))


def test_an_api_that_dies_in_the_middle_makes_nobody_hear_or_believe_too_much(
    api, device, gateway, user, new_name
):
    notes = [api.add(new_name("note"), user) for _ in range(20)]
    listener = device(user, *notes)
    token = gateway.issuer.token(user)
    answered: list[tuple[str, int]] = []

    def write(note: str, number: int) -> None:
        target = f"/api/notes/{note}"
        try:
            answer = rest.ask(gateway, "PUT", target, token, {"number": number}, within=20)
        except http.ConnectionEnded:
            return
        if answer.status == 200:
            answered.append((note, number))
        else:
            assert answer.status in (502, 504), answer

    for note in notes:
        api.misbehave("PUT", note, times=None, delay=0.02)
    threads = [
        threading.Thread(target=write, args=(note, number))
        for number in range(5)
        for note in notes
    ]
    for thread in threads:
        thread.start()
    while len(api.requests("PUT")) < 50:
        time.sleep(0.001)
    api.stop()
    for thread in threads:
        thread.join()
    api.start()
    done = {
        (request.target.rsplit("/", 1)[1], json.loads(request.body)["number"])
        for request in api.requests("PUT")
        if request.ended is not None
    }
    listener.send("ping", requestId="end")
    heard = []
    while (message := listener.receive())["type"] != "pong":
        assert message["type"] == "note_sync", message
        heard.append((message["noteId"], message["changes"]["number"]))
    assert len(heard) == len(set(heard))
    assert set(heard) <= done
    assert set(answered) <= set(heard)
    assert answered and len(answered) < 100
