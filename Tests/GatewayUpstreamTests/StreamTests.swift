import GatewayLoop
import GatewayTypes
import GatewayWire
import Testing

@testable import GatewayUpstream

/// Requests that are passed on: what goes out, what comes back, and who waits for whom.
@Suite struct StreamTests {
  @Test(arguments: ["GET", "POST", "BREW"])
  func `a request goes out as it is given, with nothing but its Host added`(method: String) {
    let bench = Bench([[.read, .send(ok())]])
    let lines: [(StaticString, String)] = [
      ("x-A", "1"), ("X-Empty", ""), ("accept", "a, b"), ("X-A", "2;\"x\""), ("X-B", "a;"),
    ]
    #expect(bench.passOn(streamed(method, "/a//b/../c%2f?d", lines)).end == .whole)
    #expect(
      bench.server.requests == [
        "\(method) /v1/a//b/../c%2f?d HTTP/1.1\r\nHost: notes.example\r\nx-A: 1\r\nX-Empty:\r\n"
          + "accept: a, b\r\nX-A: 2;\"x\"\r\nX-B: a;\r\n\r\n"
      ])
  }

  @Test func `an answer comes as it is, its body with the framing taken off`() {
    let answer =
      "HTTP/1.1 299 Fine then\r\nSet-Cookie: a\r\nx-b:c \r\nSet-Cookie: d\r\nX-Empty:\r\n"
    let bench = Bench([
      [
        .read, .send("HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + answer),
        .send("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n"),
        .read, .send(answer + "Content-Length: 2\r\n\r\nok"),
      ]
    ])
    let chunked = bench.passOn(streamed("GET"))
    #expect(chunked.head?.status == 299)
    #expect(chunked.head?.reason == Array("Fine then".utf8))
    #expect(chunked.head?.size == nil)
    #expect(
      chunked.lines == [
        "Set-Cookie: a", "x-b: c", "Set-Cookie: d", "X-Empty: ", "Transfer-Encoding: chunked",
      ])
    #expect(chunked.text == "abcde")
    let sized = bench.passOn(streamed("GET"))
    #expect(sized.head?.size == 2)
    #expect(sized.lines == ["Set-Cookie: a", "x-b: c", "Set-Cookie: d", "X-Empty: "])
    #expect(sized.text == "ok")
    #expect(bench.server.connectionCount == 1)
  }

  @Test func `the answer to HEAD, and 204 and 304, have no body`() {
    let length = "Content-Length: 5000000\r\n\r\n"
    let bench = Bench([
      [
        .read, .send("HTTP/1.1 200 OK\r\n" + length), .read, .send("HTTP/1.1 304 N\r\n" + length),
        .read, .send("HTTP/1.1 204 N\r\n\r\n"),
      ]
    ])
    #expect(bench.passOn(streamed("HEAD")).head?.size == 5_000_000)
    #expect(bench.passOn(streamed("GET")).head?.size == 5_000_000)
    #expect(bench.passOn(streamed("PUT")).head?.size == nil)
    #expect(bench.server.connectionCount == 1)
  }

  @Test(arguments: [BodyFraming.contentLength(10), .chunked])
  func `a body goes up as it is wished for`(framing: BodyFraming) {
    let bench = Bench([[.read, .send(ok("done"))]])
    let (stream, probe) = bench.stream(streamed(body: framing))
    for (number, piece) in ["hello", "world"].enumerated() {
      bench.run { probe.wishCount == number + 1 }
      #expect(stream.write(piece))
    }
    bench.run { probe.wishCount == 3 || framing != .chunked }
    stream.endBody()
    bench.run { probe.end != nil }
    #expect(probe.text == "done")
    let request = bench.server.requests.first ?? ""
    if framing == .chunked {
      #expect(request.contains("Transfer-Encoding: chunked\r\n"))
      #expect(request.hasSuffix("\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n"))
    } else {
      #expect(request.contains("Content-Length: 10\r\n"))
      #expect(request.hasSuffix("\r\n\r\nhelloworld"))
    }
  }

  @Test func `an empty body is announced as such`() {
    let bench = Bench([[.read, .send(ok()), .read, .send(ok())]])
    #expect(bench.passOn(streamed(body: .contentLength(0))).end == .whole)
    let (stream, probe) = bench.stream(streamed(body: .chunked))
    bench.run { probe.wishCount == 1 }
    stream.endBody()
    bench.run { probe.end != nil }
    #expect(bench.server.requests.first?.hasSuffix("Content-Length: 0\r\n\r\n") == true)
    #expect(bench.server.requests.last?.hasSuffix("chunked\r\n\r\n0\r\n\r\n") == true)
  }

  @Test func `a body may go with HEAD`() {
    let bench = Bench([[.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), .awaitEnd]])
    let (stream, probe) = bench.stream(streamed("HEAD", body: .contentLength(4)))
    bench.run { probe.wishCount == 1 }
    _ = stream.write("body")
    bench.run { probe.end != nil }
    #expect(probe.end == .whole)
    #expect(probe.head?.size == 9)
    #expect(bench.server.requests.first?.hasPrefix("HEAD /v1/a//b?c ") == true)
  }

  @Test func `a write says when it is enough`() {
    let bench = Bench([[.awaitEnd]])
    let (stream, probe) = bench.stream(streamed(body: .contentLength(1 << 20)))
    bench.run { probe.wishCount == 1 }
    #expect(stream.write(String(repeating: "a", count: 60_000)))
    #expect(!stream.write(String(repeating: "a", count: 6_000)))
    bench.run { probe.wishCount == 2 }
    stream.cancel()
  }

  @Test func `Expect is waited for, and the body is not wished for before`() {
    let bench = Bench([
      [
        .readSome, .tell("here"), .awaitGo, .send("HTTP/1.1 100 Continue\r\n\r\n"), .readSome,
        .send(ok()),
      ]
    ])
    let (stream, probe) = bench.stream(
      streamed("PUT", "/", [("Expect", "100-continue")], body: .contentLength(4)))
    bench.await("here")
    #expect(probe.wishCount == 0)
    bench.server.go()
    bench.run { probe.wishCount == 1 }
    _ = stream.write("body")
    bench.run { probe.end != nil }
    #expect(bench.server.requests.last == "body")
  }

  @Test func `what was not taken is given again, and nothing is lost`() {
    let count = 3_000_000
    let bench = Bench([
      [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n"), .fill(count: count)]
    ])
    let (stream, probe) = bench.stream(streamed("GET"))
    for _ in 0..<50 {
      probe.isTaking = false
      let refusedCount = probe.refusedCount
      bench.run { probe.refusedCount > refusedCount || probe.end != nil }
      probe.isTaking = true
      let taken = probe.body.count
      stream.resumeAnswer()
      #expect(probe.end != nil || probe.body.count > taken)
    }
    bench.run { probe.end != nil }
    #expect(probe.end == .whole)
    #expect(probe.body.count == count)
  }

  @Test(arguments: ["", "Connection: close\r\n"])
  func `an early refusal ends the request although its body is not out`(field: String) {
    let refusal = "HTTP/1.1 413 Too Large\r\n\(field)Content-Length: 2\r\n\r\n"
    let bench = Bench([[.readSome, .send(refusal), .awaitGo, .send("no"), .awaitEnd]])
    let (stream, probe) = bench.stream(streamed(body: .contentLength(1000)))
    bench.run { probe.wishCount == 1 }
    _ = stream.write("some")
    bench.run { probe.head != nil }
    bench.server.go()
    bench.run { probe.end != nil }
    #expect(probe.end == .whole)
    #expect(probe.text == "no")
    bench.await("closed 0")
  }

  @Test func `an answer may begin before the body is out, and both go on`() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    let bench = Bench([[.readSome, .send(head + "1\r\na\r\n"), .readSome, .send("0\r\n\r\n")]])
    let (stream, probe) = bench.stream(streamed(body: .chunked))
    bench.run { !probe.body.isEmpty }
    bench.run { probe.wishCount > 0 }
    _ = stream.write("more")
    stream.endBody()
    bench.run { probe.end != nil }
    #expect(probe.end == .whole)
  }
}
