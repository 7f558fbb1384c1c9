import GatewayTesting
import GatewayTypes
import Testing

@testable import GatewayLogic

/// PROTOCOL.md, "Tokens"; DESIGN.md, 5: a write whose token ran out steps aside, and the others go
/// on meanwhile.
struct WriteLaneTokensTests {
  private static let other = ConnectionID.numbered(2)

  /// A lane with its effects, as the requests it makes and the answers it gives, in short.
  private final class Bench {
    var lane: WriteLane

    init(waitingCountMax: Int = 8, identity: UpstreamIdentity = .bearer) {
      lane = WriteLane(
        rules: WriteLane.Rules(waitingCountMax: waitingCountMax, identity: identity),
        position: position(0))
    }

    func submit(_ writes: Write...) -> [String] {
      short(effects { for write in writes { lane.submit(write, at: start, into: &$0) } })
    }

    func answer(_ reply: UpstreamReply) -> [String] {
      short(effects { lane.upstreamAnswered(reply, at: start, wallNow: later, into: &$0) })
    }

    func renew(_ connection: ConnectionID = .numbered(1), number: Int = 2) -> [String] {
      short(
        effects {
          lane.renewed(connection, renewed, tokenNumber: number, at: start, into: &$0)
        })
    }

    func expire(_ connection: ConnectionID = .numbered(1), number: Int = 1) -> [String] {
      short(effects { lane.expired(connection, tokenNumber: number, into: &$0) })
    }

    private func short(_ effects: [WriteLaneEffect]) -> [String] {
      effects.map { effect in
        switch effect {
        case .request(.look, for: let write): "look \(name(write.writer))"
        case .request(_, for: let write): "send \(name(write.writer))"
        case .answer(let writer, .refused(let report)):
          "\(report.code.rawValue) \(name(writer))"
        case .answer(let writer, _): "done \(name(writer))"
        case .aside(let writer, isRefused: true): "ask \(name(writer))"
        case .aside(let writer, isRefused: false): "hold \(name(writer))"
        case .announce, .published: "announce"
        case .go, .refuse, .look, .compare: "proxied"
        }
      }
    }

    /// The write's number, with an apostrophe when it goes by the renewed token.
    private func name(_ writer: Writer) -> String {
      "\(writer.operation.number)" + (writer.token == renewed ? "'" : "")
    }
  }

  @Test func `a 401 asks the writer for another token, and answers nobody`() {
    let bench = Bench()
    #expect(bench.submit(update(1)) == ["send 1"])
    #expect(bench.answer(status(401)) == ["ask 1"])
    #expect(bench.lane.isIdle)
    #expect(!bench.lane.isEmpty)
  }

  @Test func `only that connection's writes step aside, and the others go on in their order`() {
    let bench = Bench()
    _ = bench.submit(
      update(1), update(5, on: Self.other), update(2), update(6, on: Self.other), update(3))
    #expect(bench.answer(status(401)) == ["ask 1", "hold 2", "hold 3", "send 5"])
    #expect(bench.lane.waitingCount == 1)
    #expect(bench.submit(update(7, on: Self.other)) == [])
    #expect(bench.answer(yes) == ["announce", "done 5", "send 6"])
    #expect(bench.answer(yes) == ["announce", "done 6", "send 7"])
    #expect(bench.answer(yes) == ["announce", "done 7"])
  }

  @Test func `another connection's write starts at once while one is aside`() {
    let bench = Bench()
    _ = bench.submit(update(1))
    _ = bench.answer(status(401))
    #expect(bench.submit(update(5, on: Self.other)) == ["send 5"])
  }

  @Test func `what the connection writes later queues behind what it has aside`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2))
    _ = bench.answer(status(401))
    #expect(bench.submit(update(3)) == ["hold 3"])
    #expect(bench.lane.isIdle)
    #expect(bench.renew() == ["send 1'"])
    #expect(bench.answer(yes) == ["announce", "done 1'", "send 2'"])
    #expect(bench.answer(yes) == ["announce", "done 2'", "send 3'"])
  }

  @Test func `renewed writes go before all others, behind the one under way`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2), update(5, on: Self.other), update(6, on: Self.other))
    #expect(bench.answer(status(401)) == ["ask 1", "hold 2", "send 5"])
    #expect(bench.renew() == [])
    #expect(bench.answer(yes).last == "send 1'")
    #expect(bench.answer(yes).last == "send 2'")
    #expect(bench.answer(yes).last == "send 6")
  }

  @Test func `what waits steps aside when its token runs out, and what is under way goes on`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2), update(5, on: Self.other), update(3))
    #expect(bench.expire() == ["hold 2", "hold 3"])
    #expect(bench.expire() == [])
    #expect(bench.answer(yes) == ["announce", "done 1", "send 5"])
    #expect(bench.renew() == [])
    #expect(bench.answer(yes).last == "send 2'")
    // It was held and not refused: a 401 is its first.
    #expect(bench.answer(status(401)) == ["ask 2'", "hold 3'"])
  }

  @Test func `two connections wait for their tokens without each other`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(5, on: Self.other))
    #expect(bench.answer(status(401)) == ["ask 1", "send 5"])
    #expect(bench.answer(status(401)) == ["ask 5"])
    #expect(bench.renew(Self.other) == ["send 5'"])
    #expect(bench.answer(yes) == ["announce", "done 5'"])
    #expect(bench.renew() == ["send 1'"])
  }

  @Test func `a refusal of what is under way joins what stepped aside before, in front of it`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2))
    #expect(bench.expire() == ["hold 2"])
    #expect(bench.answer(status(401)) == ["ask 1"])
    #expect(bench.submit(update(3)) == ["hold 3"])
    #expect(bench.renew() == ["send 1'"])
    #expect(bench.answer(yes).last == "send 2'")
    #expect(bench.answer(yes).last == "send 3'")
    #expect(bench.answer(yes).last == "done 3'")
    #expect(bench.lane.isEmpty)
  }

  @Test func `all that a connection has aside is withdrawn together`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2))
    _ = bench.expire()
    _ = bench.answer(status(401))
    bench.lane.withdrawn(.numbered(1))
    #expect(bench.lane.isEmpty)
  }

  @Test func `old news of a token changes nothing`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2))
    _ = bench.answer(status(401))
    #expect(bench.renew(number: 1) == [])
    #expect(bench.renew(number: 2) == ["send 1'"])
    _ = bench.answer(yes)
    #expect(bench.answer(status(401)) == ["ask 2'"])
    // Said again of the token that was refused by now.
    #expect(bench.renew(number: 2) == [])
    #expect(bench.expire(number: 2) == [])
    #expect(bench.renew(number: 3) == ["send 2'"])
  }

  @Test func `what waits is told again when a newer token has run out as well`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2))
    #expect(bench.answer(status(401)) == ["ask 1", "hold 2"])
    #expect(bench.expire(number: 2) == ["hold 1", "hold 2"])
    #expect(bench.expire(number: 2) == [])
    #expect(bench.submit(update(3)) == ["hold 3"])
    #expect(bench.renew(number: 2) == [])
    #expect(bench.renew(number: 3) == ["send 1'"])
  }

  @Test func `a write that waits says the newest token that does not do`() {
    let bench = Bench()
    _ = bench.submit(update(1))
    _ = bench.answer(status(401))
    _ = bench.expire(number: 4)
    let told = effects { bench.lane.submit(update(2), at: start, into: &$0) }
    let waiting = Writer(
      user: ada, token: token, tokenNumber: 4, connection: .numbered(1),
      operation: operation(2))
    #expect(told == [.aside(waiting, isRefused: false)])
  }

  @Test func `the one that was refused is tried once more, and then its token has expired`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2))
    _ = bench.answer(status(401))
    _ = bench.renew()
    #expect(bench.answer(status(401)) == ["token_expired 1'", "send 2'"])
    #expect(bench.answer(status(401)) == ["ask 2'"])
    #expect(bench.renew(number: 3) == ["send 2'"])
  }

  @Test func `a retried write is answered as any other`() {
    let bench = Bench()
    for (reply, answers) in [
      (yes, ["announce", "done 1'"]), (status(500), ["upstream_unavailable 1'"]),
      (status(403), ["not_found 1'"]),
    ] {
      _ = bench.submit(update(1))
      _ = bench.answer(status(401))
      _ = bench.renew()
      #expect(bench.answer(reply) == answers)
      #expect(bench.lane.isEmpty)
    }
  }

  @Test func `a creation waits for a token whether it looks or posts, and looks again`() {
    let bench = Bench()
    #expect(bench.submit(creation(1)) == ["look 1"])
    #expect(bench.answer(status(401)) == ["ask 1"])
    #expect(bench.renew() == ["look 1'"])
    #expect(bench.answer(status(404)) == ["send 1'"])
    #expect(bench.answer(status(401)) == ["token_expired 1'"])
    #expect(bench.submit(creation(2)) == ["look 2"])
    #expect(bench.answer(status(404)) == ["send 2"])
    #expect(bench.answer(status(401)) == ["ask 2"])
    #expect(bench.renew() == ["look 2'"])
    #expect(bench.answer(yes) == ["announce", "done 2'"])
  }

  @Test func `a deletion and a refresh wait for a token too`() {
    let bench = Bench()
    let refresh = Write(.refresh(changes: changes), of: box, by: writer(2))
    for (write, first, again) in [
      (deletion(1), "send 1", "send 1'"), (refresh, "look 2", "look 2'"),
    ] {
      #expect(bench.submit(write) == [first])
      #expect(bench.answer(status(401)).first?.hasPrefix("ask") == true)
      #expect(bench.renew() == [again])
      _ = bench.answer(yes)
    }
  }

  @Test func `what is withdrawn is forgotten, and nothing else`() {
    let bench = Bench()
    _ = bench.submit(update(1), update(2), update(5, on: Self.other))
    _ = bench.answer(status(401))
    bench.lane.withdrawn(Self.other)
    bench.lane.withdrawn(.numbered(1))
    #expect(bench.renew() == [])
    #expect(bench.answer(yes) == ["announce", "done 5"])
    #expect(bench.lane.isEmpty)
    #expect(bench.submit(update(3)) == ["send 3"])
  }

  @Test func `as many wait aside as may wait, and more are overloaded`() {
    let bench = Bench(waitingCountMax: 2)
    _ = bench.submit(update(1))
    _ = bench.answer(status(401))
    #expect(bench.submit(update(2), update(3)) == ["hold 2", "overloaded 3"])
    #expect(
      bench.submit(
        update(5, on: Self.other), update(6, on: Self.other), update(7, on: Self.other),
        update(8, on: Self.other)) == ["send 5", "overloaded 8"])
    // What comes back has its place already, and leaves none to newer ones.
    #expect(bench.renew() == [])
    #expect(bench.submit(update(9, on: Self.other)) == ["overloaded 9"])
    for number in ["1'", "2'", "6", "7"] {
      #expect(bench.answer(yes).last == "send \(number)")
    }
  }

  @Test func `with the service's identity a 401 is no matter of the writer's`() {
    let bench = Bench(identity: .service)
    _ = bench.submit(update(1))
    let refusal = ErrorReport(.upstreamRejected, status: 401)
    #expect(
      effects { bench.lane.upstreamAnswered(status(401), at: start, wallNow: later, into: &$0) }
        == [
          .answer(writer(1), .refused(refusal))
        ])
    _ = bench.submit(creation(2))
    #expect(bench.answer(status(401)) == ["upstream_rejected 2"])
    #expect(bench.lane.isEmpty)
  }

  @Test func `a 401 counts for nothing in the note's history`() {
    let bench = Bench()
    _ = bench.submit(update(1))
    _ = bench.answer(status(401))
    #expect(bench.lane.position == position(0))
    _ = bench.renew()
    _ = bench.answer(yes)
    #expect(bench.lane.position == position(1))
  }
}
