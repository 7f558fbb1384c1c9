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
  /// It is this one's turn: pass it on to the upstream, and tell the home by `proxiedEnded`.
  case go(ProxiedWrite)
  /// Too many wait: its client is told so, and it is over.
  case refuse(ProxiedWrite)
  /// Ask the upstream what is there, in this write's name, and tell the home by `writeAnswered`.
  case look(for: ProxiedWrite)
  /// Tell the home at once, by `compared`, whether changes are the same as JSON values: those of a
  /// proxied write, and those of a message.
  case compare(proxied: JSONText, said: JSONText, of: Resource)
  /// An event of the API's own was announced: tell the one who asked where the note stands.
  case published(Publication, NotePosition)
}
