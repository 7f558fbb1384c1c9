/// How many connections there may be, all workers together.
///
/// Each is 1 and up. Source: CONFIGURATION.md, `limits`.
package struct ConnectionBounds: Hashable, Sendable {
  /// `limits.connections`: of any kind, in all.
  package var all: Int
  /// `limits.connections_per_user`: authenticated WebSockets.
  package var perUser: Int
  /// `limits.connections_per_address`: of any kind, from one `ClientNetwork`.
  package var perAddress: Int
  /// `limits.unauthenticated_connections`: WebSockets of nobody knows whom, in all.
  package var unauthenticated: Int

  package init(
    all: Int = 100_000, perUser: Int = 20, perAddress: Int = 1000, unauthenticated: Int = 10_000
  ) {
    self.all = all
    self.perUser = perUser
    self.perAddress = perAddress
    self.unauthenticated = unauthenticated
  }
}
