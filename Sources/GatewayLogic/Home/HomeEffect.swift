package import GatewayTypes

/// What the home of some notes and folders wants done, in this order, by its worker.
package enum HomeEffect: Hashable, Sendable {
  /// Send this to the upstream in the write's name, and tell the home by `writeAnswered`.
  case request(UpstreamStep, for: Write)
  /// Ask the upstream for the note in this request's name, and tell the home by `checkAnswered`.
  case check(JoinRequest)
  /// Tell the writer how it ended.
  case answerWriter(Writer, WriteResult)
  /// The write waits in its lane until its connection has another token: tell the session by
  /// `setAside`. With `isRefused` it was the upstream that did not accept the token.
  case aside(Writer, of: Resource, isRefused: Bool)
  /// Tell the one who asked to join.
  case answerJoiner(JoinRequest, JoinResult)
  /// Tell the others of an accepted write. `roomWorkers` are those that may have members.
  case announce(Announcement, of: Resource, roomWorkers: [UInt16])
}
