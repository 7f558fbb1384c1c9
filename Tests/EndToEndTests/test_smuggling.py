"""PROXY.md, "Pass-through": what two readers could take for two things is not passed on.

Every row is one request that is refused, with a poisonous one behind it on the same connection. The
upstream keeps each byte that it gets.
"""

import pytest

from harness import http
from harness.timing import Deadline

POISON = b"GET /poison HTTP/1.1\r\nHost: poison\r\n\r\n"
START = b"POST /a HTTP/1.1\r\nHost: x\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"


def with_fields(*lines: bytes, body: bytes = b"") -> bytes:
    return START + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


REFUSED_HEADS = {
    # CL.TE and TE.CL.
    "CL.TE": with_fields(b"Content-Length: 6", b"Transfer-Encoding: chunked", body=b"0\r\n\r\nG"),
    "TE.CL": with_fields(b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"5c\r\nGPOST"),
    "CL.TE, chunked with a tab": with_fields(
        b"Content-Length: 6", b"Transfer-Encoding:\tchunked", body=b"0\r\n\r\nG"
    ),
    "CL 0 and TE": with_fields(b"Content-Length: 0", b"Transfer-Encoding: chunked"),
    # TE.TE: encodings that only some take for chunked.
    "TE.TE identity": with_fields(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"),
    "TE.TE twice": with_fields(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "TE.TE other first": with_fields(b"Transfer-Encoding: x", b"transfer-encoding: chunked"),
    "xchunked": with_fields(b"Transfer-Encoding: xchunked"),
    "chunkedx": with_fields(b"Transfer-Encoding: chunkedx"),
    "a list that ends with chunked": with_fields(b"Transfer-Encoding: gzip, chunked"),
    "a list that begins with it": with_fields(b"Transfer-Encoding: chunked, identity"),
    "quoted": with_fields(b'Transfer-Encoding: "chunked"'),
    "with a parameter": with_fields(b"Transfer-Encoding: chunked;q=1"),
    "an empty encoding": with_fields(b"Transfer-Encoding:"),
    "an encoding behind a comma": with_fields(b"Transfer-Encoding: , chunked"),
    "a vertical tab": with_fields(b"Transfer-Encoding:\x0bchunked"),
    "a form feed": with_fields(b"Transfer-Encoding: chunked\x0c"),
    "a NUL": with_fields(b"Transfer-Encoding: chunked\x00"),
    "a space before the colon": with_fields(b"Transfer-Encoding : chunked"),
    "a tab before the colon": with_fields(b"Content-Length\t: 5", body=b"12345"),
    "a folded encoding": with_fields(b"Transfer-Encoding:", b" chunked"),
    "a folded length": with_fields(b"Content-Length:", b"\t5", body=b"12345"),
    "a space before the name": with_fields(b" Transfer-Encoding: chunked"),
    "HTTP/1.0 with chunks": b"POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    # Lengths.
    "two lengths": with_fields(b"Content-Length: 5", b"Content-Length: 6", body=b"12345"),
    "two equal lengths": with_fields(b"Content-Length: 5", b"content-length: 5", body=b"12345"),
    "a list of lengths": with_fields(b"Content-Length: 5, 5", body=b"12345"),
    "a list of others": with_fields(b"Content-Length: 0, 5", body=b"12345"),
    "a sign": with_fields(b"Content-Length: +5", body=b"12345"),
    "a minus": with_fields(b"Content-Length: -0"),
    "hexadecimal": with_fields(b"Content-Length: 0x5", body=b"12345"),
    "an underscore": with_fields(b"Content-Length: 1_0", body=b"1234567890"),
    "a fraction": with_fields(b"Content-Length: 5.0", body=b"12345"),
    "an exponent": with_fields(b"Content-Length: 5e0", body=b"12345"),
    "an inner space": with_fields(b"Content-Length: 1 5", body=b"12345"),
    "an inner tab": with_fields(b"Content-Length: 5\t5", body=b"12345"),
    "no length": with_fields(b"Content-Length: "),
    "over 64 bits": with_fields(b"Content-Length: 18446744073709551621", body=b"12345"),
    "digits that are no ASCII": with_fields("Content-Length: \u0665".encode(), body=b"12345"),
    "a CR behind the length": with_fields(b"Content-Length: 5\r", body=b"12345"),
    # Line ends.
    "bare LF in the request line": START.replace(b"\r\n", b"\n", 1) + b"\r\n",
    "bare LF in the fields": with_fields(b"A: b\nTransfer-Encoding: chunked"),
    "bare LF at the end": START + b"\n",
    "LF CR": START.replace(b"\r\n", b"\n\r") + b"\n\r",
    "bare CR in a value": with_fields(b"A: b\rTransfer-Encoding: chunked"),
    "bare CR in a name": with_fields(b"A\rB: c"),
    "CR CR LF": START + b"\r\r\n",
    "bare CR at the end": START + b"\r" + POISON,
    # Fields.
    "no colon": with_fields(b"Transfer-Encoding chunked"),
    "no name": with_fields(b": b"),
    "a control byte in a name": with_fields(b"A\x01: b"),
    "a NUL in a value": with_fields(b"A: b\x00c"),
    "a backspace in a value": with_fields(b"A: b\x08c"),
    "an escape in a value": with_fields(b"A: b\x1bc"),
    "a DEL in a value": with_fields(b"A: b\x7fc"),
    "a name with brackets": with_fields(b"Content-Length[: 5"),
    "a name that is not ASCII": with_fields("Content\u2010Length: 5".encode(), body=b"12345"),
    "two Hosts": with_fields(b"Host: y"),
    "two Hosts in other letters": with_fields(b"hOST: y"),
    "an empty Host": b"POST /a HTTP/1.1\r\nHost:\r\n\r\n",
    "a Host with a user": b"POST /a HTTP/1.1\r\nHost: x@y\r\n\r\n",
    "a list of Hosts": b"POST /a HTTP/1.1\r\nHost: x, y\r\n\r\n",
    "a Host with a path": b"POST /a HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "no Host": b"POST /a HTTP/1.1\r\nA: b\r\n\r\n",
    # Targets and versions.
    "absolute form": b"POST http://x/a HTTP/1.1\r\nHost: x\r\n\r\n",
    "absolute form of another scheme": b"POST file:///a HTTP/1.1\r\nHost: x\r\n\r\n",
    "authority form": b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT with a path": b"CONNECT /a HTTP/1.1\r\nHost: x\r\n\r\n",
    "asterisk form": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "a fragment": b"POST /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the target": b"POST /a HTTP/1.1 /b HTTP/1.1\r\nHost: x\r\n\r\n",
    "a NUL in the target": b"POST /a\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a target that is not ASCII": "POST /ä HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a backslash for a slash": b"POST \\a HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tab for a space": b"POST\t/a\tHTTP/1.1\r\nHost: x\r\n\r\n",
    "a space behind the version": b"POST /a HTTP/1.1 \r\nHost: x\r\n\r\n",
    "no version": b"POST /a\r\nHost: x\r\n\r\n",
    "a method with a colon": b"POST: /a HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space before the method": b" POST /a HTTP/1.1\r\nHost: x\r\n\r\n",
}

REFUSED_BODIES = {
    "no size": b"\r\n",
    "a size that is none": b"x\r\n",
    "a negative size": b"-1\r\n",
    "a size with a sign": b"+1\r\nx\r\n",
    "a size with 0x": b"0x1\r\nx\r\n",
    "a size with a space before": b" 1\r\nx\r\n",
    "a size with a space behind": b"1 \r\nx\r\n",
    "a size with a tab behind": b"1\t\r\nx\r\n",
    "a size with an underscore": b"1_0\r\n",
    "a size over 64 bits": b"10000000000000001\r\nx\r\n",
    "a size of too many zeros": b"00000000000000001\r\nx\r\n",
    "bare LF behind the size": b"1\nx\r\n",
    "bare CR behind the size": b"1\rx\r\n",
    "bare LF behind the chunk": b"1\r\nx\n",
    "bare CR behind the chunk": b"1\r\nx\r0\r\n\r\n",
    "more than the size says": b"1\r\nxy\r\n",
    "less than the size says": b"3\r\nx\r\n0\r\n\r\n",
    "nothing behind the chunk": b"1\r\nx0\r\n\r\n",
    "bare LF in an extension": b"1;a\nx\r\n0\r\n\r\n",
    "bare CR in an extension": b"1;a\rb\r\nx\r\n",
    "a NUL in an extension": b"1;a\x00\r\nx\r\n",
    "extensions without an end": b"1;" + b"a" * 5000 + b"\r\nx\r\n",
    "bare LF behind the last chunk": b"0\n\r\n",
    "bare LF at the end": b"0\r\n\n",
    "bare CR at the end": b"0\r\n\rX",
    "a folded trailer": b"0\r\n a: b\r\n\r\n",
    "a trailer with a space before the colon": b"0\r\na : b\r\n\r\n",
    "a trailer with a NUL": b"0\r\na: \x00\r\n\r\n",
    "a trailer with a length": b"0\r\nContent-Length: 5\r\n\r\n",
    "a trailer with an encoding": b"0\r\nx: y\r\ntransfer-encoding: chunked\r\n\r\n",
    "a trailer with a Host": b"0\r\nHOST: y\r\n\r\n",
    "a request for a trailer": b"0\r\nGET /poison HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("data", REFUSED_HEADS.values(), ids=REFUSED_HEADS)
def test_an_ambiguous_head_is_refused_and_the_upstream_hears_nothing(proxy, data):
    gateway, upstream = proxy
    with http.connect(gateway.endpoint) as stream:
        stream.send(data + POISON)
        response = stream.read_response()
        assert (response.status, response.json["code"]) == (400, "bad_request")
        assert response.header("Connection") == "close"
        assert stream.read_to_end() == b""
    assert upstream.received == b""


@pytest.mark.parametrize("body", REFUSED_BODIES.values(), ids=REFUSED_BODIES)
def test_an_ambiguous_body_ends_the_connection_and_nothing_behind_it_is_heard_of(proxy, body):
    gateway, upstream = proxy
    with http.connect(gateway.endpoint) as stream:
        stream.send(CHUNKED + body + POISON)
        response = stream.read_response()
        assert (response.status, response.json["code"]) == (400, "bad_request")
        assert response.header("Connection") == "close"
        assert stream.read_to_end() == b""
    assert b"poison" not in upstream.received
    assert not upstream.received.endswith(b"0\r\n\r\n"), "the body never looked whole"


def test_a_body_that_nobody_announced_is_the_next_request(proxy):
    """CL.0: a server that ignores the length of a body would answer what is in it."""
    gateway, upstream = proxy
    hidden = with_fields(b"Content-Length: %d" % len(POISON), body=POISON)
    hidden = hidden.replace(b" /a ", b" /hiding ", 1)
    with http.connect(gateway.endpoint) as stream:
        stream.send(hidden * 3 + http.request(gateway.endpoint, "GET", "/last", b""))
        for _ in range(3):
            assert stream.read_response().body == POISON
        assert stream.read_response().body == b""
    targets = [each.target for each in upstream.requests]
    # What a test before has broken off may come late, and asks for /a.
    assert [each for each in targets if each != "/a"] == ["/hiding"] * 3 + ["/last"]


def test_extensions_and_trailers_that_are_sound_end_here(proxy):
    gateway, upstream = proxy
    with http.connect(gateway.endpoint) as stream:
        stream.send(CHUNKED + b'2;a="b;c";d\r\nhi\r\n0;last\r\nX-T: 1\r\n\r\n')
        assert stream.read_response().body == b"hi"
    assert b"X-T" not in upstream.received and b"last" not in upstream.received


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_verdict_is_the_same_however_the_bytes_are_cut(proxy, size):
    gateway, upstream = proxy
    bodies = [CHUNKED + body for body in REFUSED_BODIES.values()]
    for data in [*list(REFUSED_HEADS.values())[::9], *bodies[::7]]:
        with http.connect(gateway.endpoint) as stream:
            try:
                for at in range(0, min(len(data), 400), size):
                    stream.send(data[at : at + size])
                stream.send(POISON)
            except OSError:
                pass
            assert stream.read_head(Deadline(10)).status == 400
    assert b"poison" not in upstream.received
