package import GatewayTypes

/// What workers say to the home of a note or folder, which may be their own.
package enum HomeMessage: Hashable, Sendable {
  case write(Write)
  case expired(Resource, ConnectionID, tokenNumber: Int)
  case renewed(Resource, ConnectionID, BearerToken, tokenNumber: Int)
  case withdrawn(Resource, ConnectionID)
  case join(JoinRequest)
  case emptied(NoteID, worker: UInt16, grantCount: Int)
  case proxied(ProxiedWrite)
  case proxiedWithdrawn(ProxiedWrite)
  case proxiedEnded(ProxiedWrite, ProxiedOutcome)
  case proxiedDone(ProxiedWrite, ProxiedOutcome)
  case published(Publication)

  /// The note or folder whose home is meant.
  package var resource: Resource {
    switch self {
    case .write(let write): write.resource
    case .expired(let resource, _, _), .renewed(let resource, _, _, _),
      .withdrawn(let resource, _):
      resource
    case .join(let request): .note(request.note)
    case .emptied(let note, _, _): .note(note)
    case .proxied(let write), .proxiedWithdrawn(let write), .proxiedEnded(let write, _),
      .proxiedDone(let write, _):
      write.resource
    case .published(let publication): publication.resource
    }
  }
}

extension Home {
  /// A message has arrived. `newEpoch` is for a note that is not known here; `now` and `wallNow`
  /// are the same moment on the two clocks.
  package mutating func receive(
    _ message: HomeMessage, newEpoch: Epoch, at now: MonotonicTime, wallNow: WallTime,
    into effects: inout [HomeEffect]
  ) {
    switch message {
    case .write(let write):
      submit(write, newEpoch: newEpoch, at: now, into: &effects)
    case .expired(let resource, let connection, tokenNumber: let number):
      expired(resource, of: connection, tokenNumber: number, at: now, into: &effects)
    case .renewed(let resource, let connection, let token, tokenNumber: let number):
      renewed(resource, by: connection, token, tokenNumber: number, at: now, into: &effects)
    case .withdrawn(let resource, let connection):
      withdrawn(resource, by: connection, at: now, into: &effects)
    case .join(let request):
      join(request, newEpoch: newEpoch, at: now, into: &effects)
    case .emptied(let note, worker: let worker, grantCount: let count):
      emptied(note, on: worker, grantCount: count, at: now, into: &effects)
    case .proxied(let write):
      submit(write, newEpoch: newEpoch, at: now, into: &effects)
    case .proxiedWithdrawn(let write):
      proxiedWithdrawn(write, at: now, into: &effects)
    case .proxiedEnded(let write, let outcome):
      proxiedEnded(write, outcome, at: now, wallNow: wallNow, into: &effects)
    case .proxiedDone(let write, let outcome):
      proxiedDone(
        write, outcome, newEpoch: newEpoch, at: now, wallNow: wallNow, into: &effects)
    case .published(let publication):
      with(publication.resource, newEpoch: newEpoch, at: now, into: &effects) { entry, lane, _ in
        entry.lane.publish(publication, at: now, into: &lane)
      }
    }
  }
}
