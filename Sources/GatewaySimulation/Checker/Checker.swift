import GatewayLogic
import GatewayTypes

/// Watches everything that workers do, and knows what they may do.
///
/// It keeps books of its own, of what the upstream really said and of what each client was told,
/// and looks into the machines only when all is at rest. The rules are those of PROTOCOL.md; each
/// is in the file of what it is about: `+Lanes` what is asked of the upstream, `+Proxied` what
/// clients ask it themselves, `+Recent` what is said twice, `+Rooms` who may hear, `+Syncs` what is
/// heard, `+Clients` what one connection is told, `+Tokens` what waits for one.
final class Checker {
  /// What was found first.
  private(set) var problem: String?
  var now = MonotonicTime(nanoseconds: 0)

  let conditions: Conditions
  var connections: [ConnectionID: ConnectionRecord] = [:]
  var lanes: [Resource: LaneRecord] = [:]
  var rooms: [NoteID: RoomRecord] = [:]
  /// What the upstream has said yes to, and whose it was.
  var accepted: [AcceptedKey: [Acceptance]] = [:]
  /// What may be announced, once.
  var unannounced: [AcceptedKey: [Acceptance]] = [:]
  var announcements: [AnnouncementRecord] = []
  /// What stands at each place of the notes' histories.
  var histories: [HistoryKey: JSONText] = [:]

  /// Tokens that the upstream has refused, as far as the gateway has heard.
  var refusedTokens: Set<BearerToken> = []
  /// Writes whose sessions have told the client that there was no token for them.
  var givenUp: Set<WriteName> = []

  /// Clients' own requests that others are to hear of.
  var watched: [ProxyTicket: WatchedRecord] = [:]
  /// Writes that were sent, and whose token was not refused.
  var sent: Set<WriteName> = []
  /// Writes that were answered as said twice.
  var repetitions: Set<WriteName> = []

  /// The gateway was told to stop.
  var isDraining = false

  /// Syncs that were heard.
  var syncCount = 0
  /// Writes that were answered with success.
  var acknowledgedCount = 0
  /// Clients' own requests that were announced.
  var announcedRequestCount = 0
  /// Those that gave their turn back.
  var givenBackCount = 0

  init(_ conditions: Conditions) {
    self.conditions = conditions
  }

  /// Only the first problem is kept: the others may follow from it.
  func fail(_ text: @autoclosure () -> String) {
    if problem == nil { problem = text() }
  }

  /// A worker has come to its end.
  func ended(worker: Int, isHome: (Resource) -> Bool) {
    for resource in conditions.resources where isHome(resource) {
      guard lanes[resource]?.underWay != nil else { continue }
      fail("worker \(worker) ends while a write to \(resource.words) is under way")
    }
  }

  /// What must be nothing when all connections have gone, in words.
  func expectNothing(_ leftovers: String, of worker: Int) {
    if !leftovers.isEmpty { fail("worker \(worker) has left: \(leftovers)") }
  }
}

/// What has a place in a lane.
enum WriteName: Hashable {
  /// A write, by the connection that asked for it and its number there.
  case said(ConnectionID, OperationID)
  /// A client's own request.
  case proxied(ProxyTicket)
  /// The look at what came of one.
  case look(ProxyTicket)

  init(_ writer: Writer) {
    self = .said(writer.connection, writer.operation)
  }

  var connection: ConnectionID? {
    if case .said(let connection, _) = self { connection } else { nil }
  }
}

/// Something that the upstream has said yes to.
struct AcceptedKey: Hashable {
  enum Kind: Hashable {
    case updated
    case created
    case deleted
    /// It had been deleted before.
    case gone
  }

  let kind: Kind
  let resource: Resource
  /// The upstream's answer, which is another one for each change; nil for a deletion.
  var body: JSONText?
}

/// Whose something is that the upstream has said yes to.
struct Acceptance {
  let author: Author
  /// The client's own request that it was; nil for a message.
  var ticket: ProxyTicket?
  /// What was to be changed, of an update.
  var changes: JSONText?
}

/// A place in a note's history.
struct HistoryKey: Hashable {
  let note: NoteID
  let position: NotePosition
}

/// What was announced, and who must hear of it unless they go.
struct AnnouncementRecord {
  let resource: Resource
  let listeners: [ConnectionID]
  /// It was made by REST.
  let isProxied: Bool
}
