/// What a room wants done, in this order, by the worker that is its note's home.
package enum RoomEffect: Hashable, Sendable {
  /// Ask the upstream for the note in this request's name, and tell the room by `checked`.
  case check(JoinRequest)
  /// Tell the one who asked. An admission counts as one more grant to that connection's worker.
  case answer(JoinRequest, JoinResult)
}
