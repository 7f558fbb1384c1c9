import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

@testable import GatewaySimulation

struct KeptNamesTests {
  private static let note = Resource.note(.named("n1"))
  private static let user = UserID.named("ada")
  private static let token = BearerToken("t")
  private static let now = MonotonicTime(nanoseconds: 0)

  @Test func `whom a home names is found, wherever it keeps them`() {
    var home = Home(rules: Home.Rules())
    var effects: [HomeEffect] = []
    for slot: UInt32 in 1...3 {
      let writer = Writer(
        user: Self.user, token: Self.token, connection: .numbered(slot),
        operation: OperationID(number: UInt64(slot)))
      home.submit(
        Write(.delete, of: Self.note, by: writer), newEpoch: Epoch(number: 1), at: Self.now,
        into: &effects)
    }
    let ticket = ProxyTicket(worker: 0, number: 1)
    let proxied = ProxiedWrite(
      ticket: ticket, resource: Self.note, kind: .delete, user: Self.user, token: Self.token,
      exception: .numbered(4))
    home.submit(proxied, newEpoch: Epoch(number: 1), at: Self.now, into: &effects)
    // One is under way, one aside, and one waits.
    home.expired(
      Self.note, of: .numbered(2), tokenNumber: 1, at: Self.now, into: &effects)
    let kept = KeptNames(in: home)
    #expect(kept.connections == [.numbered(1), .numbered(2), .numbered(3), .numbered(4)])
    #expect(kept.tickets == [ticket])
    #expect(kept.operations == Set([1, 2, 3].map { OperationID(number: $0) }))
  }

  @Test func `a session names its requests until they are answered`() {
    var effects: [SessionEffect] = []
    var session = Session(
      connection: .numbered(1), rules: SessionRules(limits: Limits()), at: Self.now,
      into: &effects)
    session.verified(
      Self.user, Self.token, expiresAt: WallTime(milliseconds: 1000), requestID: nil,
      now: Self.now, wallNow: WallTime(milliseconds: 0), clockSkew: .zero, into: &effects)
    #expect(KeptNames(in: session).operations == [])
    session.receive(
      ClientMessage(requestID: nil, .joinNote(.named("n1"))), size: 10,
      at: Self.now, wallNow: WallTime(milliseconds: 0), into: &effects)
    let operation = OperationID(number: 1)
    #expect(KeptNames(in: session).operations == [operation])
    session.joinAnswered(
      .refused(ErrorReport(.notFound)), to: operation, into: &effects)
    #expect(KeptNames(in: session).operations == [])
  }
}
