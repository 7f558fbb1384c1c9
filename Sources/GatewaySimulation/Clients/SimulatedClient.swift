import GatewayTypes

/// One device of a user: what it does without being asked is in `Simulation+Clients`.
struct SimulatedClient {
  /// How it sees to it that its token is renewed.
  enum Renewal {
    /// Before the token runs out.
    case inTime
    /// When it is asked, within some time, which may be longer than the grace.
    case late
    /// When it is asked, first with something that does not do.
    case clumsy
    case never

    /// One of each kind, and more of those that are common.
    static let some: [Renewal] = [.inTime, .inTime, .inTime, .late, .late, .clumsy, .never]
  }

  let user: UserID
  let renewal: Renewal
  /// It sends what it wants before it was told that it may.
  let flushes: Bool
  /// The connection that it has; nil while it has none.
  var connection: ConnectionID?
  /// The last good token that it had.
  var lastToken: BearerToken?
}
