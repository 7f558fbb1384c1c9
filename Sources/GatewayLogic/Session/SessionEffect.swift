package import GatewayTypes

/// What a session wants done, in this order, by the worker that has its connection.
package enum SessionEffect: Hashable, Sendable {
  /// Queue this message to the client.
  case send(GatewayMessage)
  /// Judge this token and tell the session by `verified` or `authenticationFailed`; until then
  /// there is no other.
  case verify(BearerToken, requestID: RequestID?)
  /// The connection is this user's from now on: their syncs go to it.
  case identified(UserID)
  /// Ask the note's home whether this user may hear of it; the answer comes by `joinAnswered`.
  case join(JoinRequest)
  /// The connection is a member of the note's room from now on.
  case enter(NoteID)
  /// It is no longer.
  case leave(NoteID)
  /// Hand a write to the note's lane; the answer comes by `writeAnswered`.
  case write(Write)
  /// Tell the lane of a resource that this connection's tokens up to this one have run out.
  case expired(Resource, tokenNumber: Int)
  /// Tell the lane of a resource that it may go on with what this connection has aside there.
  case renewed(Resource, BearerToken, tokenNumber: Int)
  /// Tell it to forget what this connection has aside there.
  case withdrawn(Resource)
  /// Call `deadlineReached` at this time or a little later. Only the newest one counts.
  case wake(at: MonotonicTime)
  /// Close the connection after all that was sent before. The session takes nothing more.
  case close(CloseCode, reason: String)
}
