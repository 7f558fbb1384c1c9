"""PROXY.md, "Pass-through": what goes through, byte for byte, in both directions."""

import pytest

from harness import http
from harness.timing import Deadline
from harness.upstream import Received, echo

SIZES = [0, 1, 1000, 16_384, 65_536, 3_000_000]


def data_of(size: int) -> bytes:
    """Bytes in which no shift goes unnoticed."""
    return b"".join(b"%07x\n" % number for number in range(size // 8 + 1))[:size]


def ask(gateway, data: bytes, has_body: bool = True) -> http.Response:
    return http.exchange(gateway.endpoint, data, has_body=has_body)


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def answering(status: str, *fields: str, body: bytes = b""):
    """An answer of fields of the test's own and nothing else."""

    def answer(request: Received) -> None:
        request.read_body()
        request.send_head(status, *fields)
        request.send(body)

    return answer


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW-it"]
)
def test_any_method_goes_through(any_proxy, method):
    gateway, upstream = any_proxy
    response = ask(gateway, http.request(gateway.endpoint, method, "/a"), has_body=method != "HEAD")
    assert response.status == 200
    assert [(each.method, each.target) for each in upstream.requests] == [(method, "/a")]
    assert upstream.requests[0].all("Content-Length") == []
    assert upstream.requests[0].all("Transfer-Encoding") == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunks"])
def test_a_body_goes_up_and_comes_back_as_it_is(any_proxy, size, is_chunked):
    gateway, upstream = any_proxy
    body = data_of(size)

    def echo_alike(request: Received) -> None:
        if not is_chunked:
            echo(request)
            return
        request.send_head("200 OK", "Transfer-Encoding: chunked")
        for piece in request.pieces():
            request.send_chunk(piece)
        request.send_chunk(b"")

    upstream.answer = echo_alike
    field = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {size}"
    head = http.request(gateway.endpoint, "PUT", "/a", b"", field)
    with http.connect(gateway.endpoint) as stream:
        # In the background, so that neither side waits for the other to read.
        sent = head + (chunked(body, 10_000) if is_chunked else body)
        stream.send_in_background(sent)
        response = stream.read_response(within=30)
    assert (response.status, response.body == body) == (200, True)
    assert upstream.requests[0].one("Content-Length") == (None if is_chunked else str(size))
    assert upstream.requests[0].one("Transfer-Encoding") == ("chunked" if is_chunked else None)


def test_a_body_may_come_with_any_method(proxy):
    gateway, upstream = proxy
    for method in ["GET", "DELETE", "OPTIONS", "BREW"]:
        assert ask(gateway, http.request(gateway.endpoint, method, "/a", b"body")).body == b"body"
    with http.connect(gateway.endpoint) as stream:
        stream.send(http.request(gateway.endpoint, "HEAD", "/a", b"body"))
        head = stream.read_head(Deadline(10))
        assert (head.status, head.header("Content-Length")) == (200, "4")
        stream.send(http.request(gateway.endpoint, "PUT", "/a", b"next"))
        assert stream.read_response().body == b"next"
    assert [each.body for each in upstream.requests][-2:] == [b"body", b"next"]


@pytest.mark.parametrize(
    "target",
    [
        "/", "//", "/a//b", "/a/../b", "/../..", "/./a", "/a/", "/%2f%2F", "/a%00b", "/%0d%0aX:",
        "/?", "/a?", "/??", "/a?b=c&d", "/?a/../b", "/a%", "/a;b=c", "/a\\b", "/[x]", "/{id}",
        "/~a", '/"<>^`|', "/a:b@c", "/http://x/y", "/*", "/" + "a" * 8000,
    ],
)
def test_the_target_goes_through_byte_for_byte(proxy, target):
    gateway, upstream = proxy
    assert ask(gateway, http.request(gateway.endpoint, "GET", target)).status == 200
    assert upstream.requests[0].target == target


def test_the_path_of_the_upstream_stands_in_front(start_gateway, upstream):
    gateway = start_gateway(url=upstream.url + "/v1/api")
    for target in ["/", "/a/../b?c", "//x"]:
        assert ask(gateway, http.request(gateway.endpoint, "GET", target)).status == 200
    assert [each.target for each in upstream.requests] == [
        "/v1/api/", "/v1/api/a/../b?c", "/v1/api//x",
    ]


def test_fields_of_a_request_go_through_as_they_are(proxy):
    gateway, upstream = proxy
    fields = [
        "Accept: */*", "accept: text/html", "X-Empty:", "X-Spaces:   a  b   ", "COOKIE: a=b; c=d",
        "Cookie: e=f", "Authorization: Bearer x.y.z", "X-Bytes: \xe4\xff\x80", "x_under: 1",
        "X-Tab: a\tb", "Content-Type: text/plain", "User-Agent: me", "Accept-Encoding: gzip, br",
        "Range: bytes=0-1", "X-Colon: a:b", "Forwarded: for=1.2.3.4", "Sec-WebSocket-Key: x",
    ]
    ask(gateway, http.request(gateway.endpoint, "GET", "/a", b"", *fields))
    received = [f"{name}: {value}" for name, value in upstream.requests[0].fields]
    kept = [line.replace(":   ", ": ").rstrip() for line in fields]
    assert [line.rstrip() for line in received if line.rstrip() in kept] == kept
    names = [name for name, _ in upstream.requests[0].fields]
    own = ["Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-Id"]
    assert len(names) == len(fields) + len(own)
    assert [name for name in names if name in own] == own


def test_fields_for_the_next_hop_are_dropped(proxy):
    gateway, upstream = proxy
    dropped = [
        "Connection: keep-alive, X-Mine ,x-other", "Keep-Alive: timeout=5", "TE: trailers",
        "Proxy-Connection: keep-alive", "Trailer: X-T", "Upgrade: h2c", "X-Mine: 1", "x-OTHER: 2",
        "Connection: X-Third", "X-Third: 3",
    ]
    ask(gateway, http.request(gateway.endpoint, "GET", "/a", b"", *dropped, "X-Kept: 1"))
    names = {name.lower() for name, _ in upstream.requests[0].fields}
    assert "x-kept" in names
    assert names & {line.split(":")[0].lower() for line in dropped} == set()


def test_the_host_becomes_the_upstreams(proxy):
    gateway, upstream = proxy
    ask(gateway, b"GET /a HTTP/1.1\r\nHost: notes.example:8443\r\n\r\n")
    request = upstream.requests[0]
    assert request.one("Host") == upstream.authority
    assert request.one("X-Forwarded-Host") == "notes.example:8443"
    assert request.one("X-Forwarded-Proto") == ("https" if gateway.endpoint.tls else "http")
    assert request.one("X-Forwarded-For") == "127.0.0.1"


FORGED = [
    "X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 5.6.7.8, 9.9.9.9", "X-Forwarded-Proto: gopher",
    "X-Forwarded-Host: bank.example", "X_Forwarded_For: 6.6.6.6",
]


def test_what_a_stranger_says_of_who_came_before_is_replaced(proxy):
    gateway, upstream = proxy
    ask(gateway, http.request(gateway.endpoint, "GET", "/a", b"", *FORGED))
    request = upstream.requests[0]
    assert request.one("X-Forwarded-For") == "127.0.0.1"
    assert request.one("X-Forwarded-Proto") == ("https" if gateway.endpoint.tls else "http")
    assert request.one("X-Forwarded-Host") == gateway.endpoint.authority
    assert request.all("X_Forwarded_For") == []


@pytest.mark.parametrize("trusted", ["127.0.0.0/8", "127.0.0.1", "::ffff:127.0.0.0/104"])
def test_what_a_trusted_proxy_says_is_kept_in_front(start_gateway, upstream, trusted):
    proxies = {"proxy": {"trusted_proxies": ["10.0.0.0/8", trusted]}}
    gateway = start_gateway(proxies, url=upstream.url)
    ask(gateway, http.request(gateway.endpoint, "GET", "/a", b"", *FORGED))
    request = upstream.requests[0]
    assert request.one("X-Forwarded-For") == "1.2.3.4, 5.6.7.8, 9.9.9.9, 127.0.0.1"
    scheme = "https" if gateway.endpoint.tls else "http"
    assert request.one("X-Forwarded-Proto") == f"gopher, {scheme}"
    assert request.one("X-Forwarded-Host") == f"bank.example, {gateway.endpoint.authority}"


def test_a_request_id_is_kept_or_made(proxy):
    gateway, upstream = proxy

    def id_for(*fields: str) -> str:
        ask(gateway, http.request(gateway.endpoint, "GET", "/a", b"", *fields))
        return upstream.requests[-1].one("X-Request-Id")

    assert id_for("X-Request-Id: my-own/id:1") == "my-own/id:1"
    bad = [
        [], ["X-Request-Id:"], ["X-Request-Id: a b"], ["X-Request-Id: " + "x" * 129],
        ["X-Request-Id: \xe4"], ["X-Request-Id: a", "x-request-id: b"],
    ]
    made = [id_for(*fields) for fields in bad]
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in made)
    assert len(set(made)) == len(made)


def test_nobody_names_the_user_but_the_gateway(proxy):
    gateway, upstream = proxy
    forged = ["X-User-Id: admin", "x-user-id: admin", "X_User_Id: admin", "X-User_Id: admin"]
    ask(gateway, http.request(gateway.endpoint, "GET", "/a", b"", *forged))
    assert b"admin" not in upstream.received


def test_fields_of_an_answer_come_as_they_are(any_proxy):
    gateway, upstream = any_proxy
    fields = [
        "Set-Cookie: a=1; Path=/", "Date: Thu, 01 Jan 1970 00:00:00 GMT", "Set-Cookie: b=2",
        "content-type: text/x", "X-Empty:", "Set-Cookie: c=3", "X-Bytes: \xe4\xff",
        "Server: other", "Content-Encoding: gzip", "Vary: A", "Vary: B", "X-Tab: a\tb",
    ]
    upstream.answer = answering("200 Fine then", *fields, "Content-Length: 3", body=b"\x1f\x8b\x00")
    response = ask(gateway, http.request(gateway.endpoint, "GET", "/a"))
    assert (response.status, response.reason) == (200, "Fine then")
    received = [f"{name}: {value}".rstrip() for name, value in response.headers]
    assert received == [*fields, "Content-Length: 3"]
    assert response.body == b"\x1f\x8b\x00"


def test_fields_of_an_answer_for_the_next_hop_are_dropped(proxy):
    gateway, upstream = proxy
    upstream.answer = answering(
        "200 OK", "Connection: keep-alive, X-Mine", "Keep-Alive: timeout=5", "X-Mine: 1",
        "Upgrade: h2c", "Trailer: X", "X-Kept: 1", "Content-Length: 0",
    )
    response = ask(gateway, http.request(gateway.endpoint, "GET", "/a"))
    assert response.headers == [("X-Kept", "1"), ("Content-Length", "0")]


@pytest.mark.parametrize("status", [200, 201, 299, 300, 301, 307, 400, 401, 418, 429, 500, 599])
def test_any_status_comes_through(proxy, status):
    gateway, upstream = proxy
    upstream.answer = answering(
        f"{status} X", "Location: http://elsewhere/", "Content-Length: 2", body=b"ok"
    )
    response = ask(gateway, http.request(gateway.endpoint, "POST", "/a", b"body"))
    assert (response.status, response.header("Location")) == (status, "http://elsewhere/")
    assert response.body == b"ok"
    assert len(upstream.requests) == 1


def test_interim_answers_are_left_out(proxy):
    gateway, upstream = proxy

    def answer(request: Received) -> None:
        request.send_head("103 Early Hints", "Link: </a>")
        request.send_head("102 Processing")
        request.respond("200 OK", b"done")

    upstream.answer = answer
    response = ask(gateway, http.request(gateway.endpoint, "GET", "/a"))
    assert (response.status, response.body) == (200, b"done")


@pytest.mark.parametrize(
    ("status", "fields", "method"),
    [
        ("200 OK", ["Content-Length: 5000000"], "HEAD"),
        ("200 OK", ["Transfer-Encoding: chunked"], "HEAD"),
        ("200 OK", [], "HEAD"),
        ("204 No Content", [], "PUT"),
        ("304 Not Modified", ["ETag: x"], "GET"),
        ("304 Not Modified", ["Content-Length: 77"], "GET"),
        ("404 Not Found", ["Content-Length: 9"], "HEAD"),
    ],
)
def test_an_answer_without_a_body_has_none_and_the_connection_goes_on(
    any_proxy, status, fields, method
):
    gateway, upstream = any_proxy
    upstream.answer = answering(status, *fields)
    with http.connect(gateway.endpoint) as stream:
        for _ in range(3):
            stream.send(http.request(gateway.endpoint, method, "/a"))
            head = stream.read_head(Deadline(10))
            assert head.status == int(status[:3])
            expected = [field for field in fields if field != "Transfer-Encoding: chunked"]
            assert [f"{name}: {value}" for name, value in head.headers] == expected


def test_an_answer_that_ends_with_its_connection_comes_whole(any_proxy):
    gateway, upstream = any_proxy
    body = data_of(100_000)

    def answer(request: Received) -> None:
        request.send_head("200 OK", "Connection: close")
        request.send(body)
        request.close()

    upstream.answer = answer
    with http.connect(gateway.endpoint) as stream:
        for _ in range(2):
            stream.send(http.request(gateway.endpoint, "GET", "/a"))
            response = stream.read_response()
            assert (response.header("Transfer-Encoding"), response.body) == ("chunked", body)


def test_trailers_end_here(proxy):
    gateway, upstream = proxy

    def answer(request: Received) -> None:
        request.read_body()
        request.send_head("200 OK", "Transfer-Encoding: chunked", "Trailer: X-T")
        request.send(b"5;ext=1\r\nhello\r\n0\r\nX-T: 1\r\n\r\n")

    upstream.answer = answer
    head = http.request(gateway.endpoint, "PUT", "/a", b"", "Transfer-Encoding: chunked")
    data = head + b"3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"
    with http.connect(gateway.endpoint) as stream:
        for _ in range(2):
            stream.send(data)
            assert stream.read_response().body == b"hello"
    assert [each.body for each in upstream.requests] == [b"abc", b"abc"]


def test_pipelined_requests_are_answered_in_order(any_proxy):
    gateway, upstream = any_proxy
    bodies = [data_of(size) for size in (0, 1, 70_000, 0, 5, 200_000, 3)] * 3
    data = b"".join(
        http.request(gateway.endpoint, "PUT", f"/{index}", body or b"", *(
            [] if body else ["Content-Length: 0"]))
        for index, body in enumerate(bodies)
    )
    with http.connect(gateway.endpoint) as stream:
        stream.send_in_background(data)
        for body in bodies:
            assert stream.read_response(within=20).body == body
    assert [each.target for each in upstream.requests] == [f"/{i}" for i in range(len(bodies))]


def test_connections_are_kept_on_both_sides(any_proxy):
    gateway, upstream = any_proxy
    before = upstream.connection_count
    with http.connect(gateway.endpoint) as stream:
        for number in range(200):
            stream.send(http.request(gateway.endpoint, "PUT", f"/{number}", b"x" * (number + 1)))
            assert stream.read_response().body == b"x" * (number + 1)
    assert upstream.connection_count - before <= 2


@pytest.mark.parametrize("is_kept", [False, True])
def test_an_http_1_0_client_is_served(proxy, is_kept):
    gateway, upstream = proxy
    option = b"Connection: keep-alive\r\n" if is_kept else b""
    with http.connect(gateway.endpoint) as stream:
        stream.send(b"PUT /a HTTP/1.0\r\nContent-Length: 5\r\n" + option + b"\r\nhello")
        response = stream.read_response()
        assert response.body == b"hello"
        assert response.header("Connection") == ("keep-alive" if is_kept else "close")
        if is_kept:
            stream.send(b"GET /b HTTP/1.0\r\nHost: h\r\n\r\n")
            assert stream.read_response().status == 200
        assert stream.read_to_end() == b""
    assert upstream.requests[0].version == "HTTP/1.1"
    assert upstream.requests[0].all("X-Forwarded-Host") == []


def test_an_http_1_0_client_gets_no_chunks(proxy):
    gateway, upstream = proxy

    def answer(request: Received) -> None:
        request.send_head("200 OK", "Transfer-Encoding: chunked")
        request.send_chunk(b"hello, ")
        request.send_chunk(b"world")
        request.send_chunk(b"")

    upstream.answer = answer
    with http.connect(gateway.endpoint) as stream:
        stream.send(b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        head = stream.read_head(Deadline(10))
        assert head.headers == [("Connection", "close")]
        assert stream.read_to_end() == b"hello, world"
