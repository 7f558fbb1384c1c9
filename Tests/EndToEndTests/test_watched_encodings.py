"""PROXY.md, "Writes that sync": what the API has encoded is heard as it was before, and passed on
as it is."""

import gzip
import json
import zlib

import brotli
import pytest
import zstandard

from harness import rest

SIZE_MAX = 16_384

CONFIGURATION = {"workers": 4, "websocket": {"max_message_size": SIZE_MAX}}

ACCEPT = "Accept-Encoding: gzip, deflate, br, zstd"


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


CODINGS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without a header": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", lambda data: zstandard.ZstdCompressor().compress(data)),
    "identity": ("identity", bytes),
}


@pytest.fixture(params=list(CODINGS))
def coding(request):
    """What `Content-Encoding` says, and what encodes so."""
    return CODINGS[request.param]


@pytest.fixture
def ask(gateway, user):
    return rest.asking(gateway, user)


@pytest.fixture
def creating(api, new_name, ask):
    """Creates a note, which the API answers with `body` in the encoding that it names."""

    def create(name: str, encoding: str, body: bytes, *headers: tuple[str, str], **note):
        made = {"id": name, "title": "x", **note}
        fields = [("Content-Encoding", encoding), *headers]
        api.misbehave("POST", name, body=body, headers=fields)
        answer = ask("POST", "/api/notes", made, ACCEPT)
        assert (answer.status, answer.body) == (201, body)
        assert answer.header("Content-Encoding") == encoding
        return made

    return create


# What can be decoded.


def test_an_update_is_heard_decoded_and_answered_untouched(api, device, ask, user, note, coding):
    name, encode = coding
    own = device(user, note)
    looks = len(api.requests("GET", note))
    text = '{"title": "x",  "note": "é"}'
    encoded = encode(text.encode())
    api.misbehave("PUT", note, body=encoded, headers=[("Content-Encoding", name)])
    answer = ask("PUT", f"/api/notes/{note}", {"title": "x"}, ACCEPT)
    assert (answer.body, answer.header("Content-Encoding")) == (encoded, name)
    sync = own.expect("note_sync", changes={"title": "x"})
    assert sync.raw("updatedNote") == text
    (asked,) = api.requests("PUT", note)
    assert f"Accept-Encoding: {asked.header('Accept-Encoding')}" == ACCEPT
    assert len(api.requests("GET", note)) == looks


def test_a_creation_is_heard_decoded_and_answered_untouched(
    api, device, creating, user, new_name, coding
):
    name, encode = coding
    own = device(user)
    note = new_name("note")
    text = json.dumps({"id": note, "by": "the API"}, indent=1)
    creating(note, name, encode(text.encode()))
    assert own.expect("note_created_sync").raw("noteData") == text
    assert api.requests("GET", note) == []


def test_the_answer_may_come_in_any_pieces(start_gateway, device_of, upstream, user):
    text = b'{"id":"n1","title":"' + b"x" * 1000 + b'"}'

    def answer(request):
        request.read_body()
        request.send_head("201 Made", "Content-Encoding: br", "Transfer-Encoding: chunked")
        for byte in brotli.compress(text):
            request.send_chunk(bytes([byte]))
        request.send_chunk(b"")

    upstream.answer = answer
    gateway = start_gateway(url=upstream.url)
    own = device_of(gateway, user)
    token = gateway.issuer.token(user)
    answer = rest.ask(gateway, "POST", "/api/notes", token, {})
    assert brotli.decompress(answer.body) == text
    assert own.expect("note_created_sync").raw("noteData") == text.decode()


# What can not.


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", lambda text: text),
        ("gzip", lambda text: gzip.compress(text)[:-1]),
        ("br", lambda text: brotli.compress(text) + b"x"),
        ("zstd", gzip.compress),
        ("compress", lambda text: text),
        ("gzip, br", lambda text: brotli.compress(gzip.compress(text))),
        ("br", lambda text: brotli.compress(text + b" " * SIZE_MAX)),
        ("gzip", lambda text: gzip.compress(text + b" " * (1 << 26))),
    ],
    ids=["plain", "cut", "garbage", "another", "unknown", "two", "over the size", "bomb"],
)
def test_what_can_not_be_decoded_is_heard_as_the_api_has_it(
    api, device, ask, creating, user, note, new_name, encoding, encode
):
    own = device(user, note)
    body = encode(b'{"id":"n1"}')
    api.misbehave("PUT", note, body=body, headers=[("Content-Encoding", encoding)])
    assert ask("PUT", f"/api/notes/{note}", {"title": "x"}, ACCEPT).body == body
    own.expect("note_sync", changes={"title": "x"}, updatedNote=api.notes[note].fields)
    name = new_name("note")
    location = ("Location", f"/api/notes/{name}")
    made = creating(name, encoding, encode(b'{"title":"y"}'), location)
    own.expect("note_created_sync", noteData=made)
    own.expect_nothing()


def test_what_is_too_large_is_known_by_the_id_in_its_beginning(
    device, creating, user, new_name, coding
):
    encoding, encode = coding
    own = device(user)
    name = new_name("note")
    text = json.dumps({"id": name, "body": "x" * SIZE_MAX}).encode()
    made = creating(name, encoding, encode(text), ("Location", "/api/notes/another"))
    own.expect("note_created_sync", noteData=made)


@pytest.mark.parametrize(
    "location", ["{url}/api/notes/{name}", "{origin}/api/notes/{name}", "notes/{name}?a=b#c"]
)
def test_what_can_not_be_read_is_known_by_where_it_is(
    api, gateway, device, creating, user, new_name, location
):
    own = device(user)
    name = new_name("note")
    place = location.format(url=api.url, origin=gateway.endpoint.origin, name=name)
    made = creating(name, "compress", b"\x1f\x9d", ("Location", place))
    own.expect("note_created_sync", noteData=made, fromUserId=user)


def test_what_is_nowhere_to_be_found_is_not_heard_of(api, device, creating, user, new_name, ask):
    own = device(user)
    other = api.add(new_name("note"), user)
    places = [
        [], [("Location", f"http://elsewhere/api/notes/{other}")], [("Location", "/api/notes/")],
        [("Location", f"/api/folders/{other}")], [("Location", f"/api/notes/{other}")] * 2,
        # Nobody but the API says whether it is there.
        [("Location", "/api/notes/not-there")],
    ]
    for headers in places:
        creating(new_name("note"), "compress", b"\x1f\x9d", *headers)
    fence = new_name("note")
    ask("POST", "/api/notes", {"id": fence})
    own.expect("note_created_sync", noteData={"id": fence})


# What is not JSON.


@pytest.mark.parametrize("body", [b"done", b"", b'{"id":', b'{"id":"\xff"}'])
def test_what_is_decoded_and_not_json_is_not_heard_of(
    api, device, ask, creating, user, note, new_name, coding, body
):
    encoding, encode = coding
    own = device(user)
    joined = own.join(note)
    api.misbehave("PUT", note, body=encode(body), headers=[("Content-Encoding", encoding)])
    ask("PUT", f"/api/notes/{note}", {"title": "x"}, ACCEPT)
    name = new_name("note")
    creating(name, encoding, encode(body), ("Location", f"/api/notes/{name}"))
    ask("PUT", f"/api/notes/{note}", {"fence": 1})
    own.expect("note_sync", changes={"fence": 1}, seq=joined["seq"] + 1)
    own.expect_nothing()


@pytest.mark.parametrize("status", [200, 201, 204, 205])
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "compress", "gzip, br"])
def test_an_answer_without_a_body_is_not_heard_of_however_it_says_it_is_encoded(
    api, device, ask, user, note, new_name, status, encoding
):
    own = device(user)
    joined = own.join(note)
    name = new_name("note")
    headers = [("Content-Encoding", encoding), ("Location", f"/api/notes/{name}")]
    for body in ({"title": "x"}, {"title": "x" * SIZE_MAX}):
        api.misbehave("PUT", note, status=status, body=b"", headers=headers)
        answer = ask("PUT", f"/api/notes/{note}", body)
        assert (answer.status, answer.body) == (status, b"")
    api.misbehave("POST", name, status=status, body=b"", headers=headers)
    assert ask("POST", "/api/notes", {"id": name}).status == status
    ask("PUT", f"/api/notes/{note}", {"fence": 1})
    own.expect("note_sync", changes={"fence": 1}, seq=joined["seq"] + 1)
    own.expect_nothing()
