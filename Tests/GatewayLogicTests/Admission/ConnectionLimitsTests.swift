import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// CONFIGURATION.md, `limits`: how many connections there may be, and of whom.
struct ConnectionLimitsTests {
  private static let (home, work) = (ClientNetwork(ipv4: 1), ClientNetwork(ipv4: 2))
  private static let bob = UserID.named("bob")

  /// The limits, and what they say.
  private final class Counts {
    private(set) var limits: ConnectionLimits

    init(all: Int = 9, perUser: Int = 9, perAddress: Int = 9, unauthenticated: Int = 9) {
      limits = ConnectionLimits(
        bounds: ConnectionBounds(
          all: all, perUser: perUser, perAddress: perAddress, unauthenticated: unauthenticated))
    }

    func accept(from network: ClientNetwork? = nil) throws -> ConnectionTicket {
      try limits.accept(from: network)
    }

    /// A connection that goes all the way to a WebSocket.
    func open(from network: ClientNetwork? = nil) throws -> ConnectionTicket {
      try upgrade(accept(from: network), from: network)
    }

    func upgrade(
      _ ticket: ConnectionTicket, from network: ClientNetwork? = nil
    ) throws -> ConnectionTicket {
      var ticket = ticket
      try limits.upgrade(&ticket, from: network)
      return ticket
    }

    func authenticate(
      _ ticket: ConnectionTicket, as user: UserID = ada
    ) throws -> ConnectionTicket {
      var ticket = ticket
      try limits.authenticate(&ticket, as: user)
      return ticket
    }

    func end(_ ticket: ConnectionTicket) {
      limits.end(ticket)
    }
  }

  @Test func `there are so many in all, of whatever kind`() throws {
    let counts = Counts(all: 3)
    let tickets = [
      try counts.accept(), try counts.open(), try counts.authenticate(counts.open()),
    ]
    for ticket in tickets {
      #expect(throws: ConnectionLimits.Refusal.all) { _ = try counts.accept(from: Self.home) }
      counts.end(ticket)
      #expect(throws: Never.self) { _ = try counts.accept() }
    }
  }

  @Test func `there are so many of one network, and others are not touched by it`() throws {
    let counts = Counts(perAddress: 2)
    let first = try counts.accept(from: Self.home)
    _ = try counts.open(from: Self.home)
    #expect(throws: ConnectionLimits.Refusal.perAddress) {
      _ = try counts.accept(from: Self.home)
    }
    #expect(throws: Never.self) { _ = try counts.accept(from: Self.work) }
    counts.end(first)
    #expect(throws: Never.self) { _ = try counts.accept(from: Self.home) }
  }

  @Test func `addresses that are not counted have no bound of their own`() throws {
    let counts = Counts(perAddress: 1)
    for _ in 1...5 { #expect(throws: Never.self) { _ = try counts.accept() } }
  }

  @Test func `behind a proxy each client counts for itself once it is known`() throws {
    let counts = Counts(perAddress: 1)
    let first = try counts.upgrade(counts.accept(), from: Self.home)
    let second = try counts.accept()
    #expect(throws: ConnectionLimits.Refusal.perAddress) {
      _ = try counts.upgrade(second, from: Self.home)
    }
    counts.end(first)
    #expect(throws: Never.self) { _ = try counts.upgrade(second, from: Self.home) }
  }

  @Test func `so many may not have authenticated`() throws {
    let counts = Counts(unauthenticated: 2)
    let (first, second) = (try counts.open(), try counts.open())
    let third = try counts.accept()
    #expect(throws: ConnectionLimits.Refusal.unauthenticated) { _ = try counts.upgrade(third) }
    let known = try counts.authenticate(first)
    #expect(throws: Never.self) { _ = try counts.upgrade(third) }
    counts.end(second)
    #expect(throws: Never.self) { _ = try counts.open() }
    #expect(throws: ConnectionLimits.Refusal.unauthenticated) { _ = try counts.open() }
    counts.end(known)
    #expect(throws: ConnectionLimits.Refusal.unauthenticated) { _ = try counts.open() }
  }

  @Test func `a user has so many, and other users have their own`() throws {
    let counts = Counts(perUser: 2)
    let first = try counts.authenticate(counts.open())
    _ = try counts.authenticate(counts.open())
    let third = try counts.open()
    #expect(throws: ConnectionLimits.Refusal.perUser) { _ = try counts.authenticate(third) }
    #expect(throws: Never.self) { _ = try counts.authenticate(counts.open(), as: Self.bob) }
    counts.end(first)
    #expect(throws: Never.self) { _ = try counts.authenticate(third) }
  }

  @Test func `a renewed token is no further connection`() throws {
    let counts = Counts(perUser: 1)
    let ticket = try counts.authenticate(counts.open())
    #expect(try counts.authenticate(ticket) == ticket)
    #expect(try counts.authenticate(ticket, as: Self.bob) == ticket)
  }

  @Test(arguments: UInt64(1)...50)
  func `all is given back, whatever happened`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let counts = Counts(all: 12, perUser: 3, perAddress: 4, unauthenticated: 5)
    let networks: [ClientNetwork?] = [nil, Self.home, Self.work]
    var tickets: [ConnectionTicket] = []
    for _ in 1...500 {
      let index = tickets.indices.randomElement(using: &random)
      let network = networks.randomElement(using: &random) ?? nil
      do {
        switch (Int.random(in: 0..<4, using: &random), index) {
        case (0, _): tickets.append(try counts.accept(from: network))
        case (1, let index?) where tickets[index].standing == .http:
          tickets[index] = try counts.upgrade(
            tickets[index], from: tickets[index].network ?? network)
        case (2, let index?):
          tickets[index] = try counts.authenticate(
            tickets[index], as: Bool.random(using: &random) ? ada : Self.bob)
        case (3, let index?): counts.end(tickets.remove(at: index))
        default: break
        }
      } catch is ConnectionLimits.Refusal {
        continue
      }
      #expect(counts.limits.count == tickets.count, "seed \(seed)")
    }
    for ticket in tickets { counts.end(ticket) }
    #expect(counts.limits.count == 0)
    #expect(counts.limits.unauthenticatedCount == 0)
    #expect(counts.limits.knownCount == 0)
  }
}
