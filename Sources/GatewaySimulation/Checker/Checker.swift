import GatewayLogic
import GatewayTypes

/// Watches everything that workers do, and knows what they may do.
///
/// It keeps books of its own, of what the upstream really said and of what each client was told,
/// and looks into the machines only when all is at rest. The rules are those of PROTOCOL.md; each
/// is in the file of what it is about: `+Lanes` what is asked of the upstream, `+Rooms` who may
/// hear,
/// `+Syncs` what is heard, `+Clients` what one connection is told, `+Tokens` what waits for one.
final class Checker {
  /// What was found first.
  private(set) var problem: String?
  var now = MonotonicTime(nanoseconds: 0)

  let conditions: Conditions
  var connections: [ConnectionID: ConnectionRecord] = [:]
  var lanes: [Resource: LaneRecord] = [:]
  var rooms: [NoteID: RoomRecord] = [:]
  /// What the upstream has said yes to, and whose it was.
  var accepted: [AcceptedKey: [Writer]] = [:]
  var announcements: [AnnouncementRecord] = []
  /// What stands at each place of the notes' histories.
  var histories: [HistoryKey: JSONText] = [:]

  /// Tokens that the upstream has refused, as far as the gateway has heard.
  var refusedTokens: Set<BearerToken> = []
  /// Writes whose sessions have told the client that there was no token for them.
  var givenUp: Set<WriteName> = []

  /// Syncs that were heard.
  var syncCount = 0
  /// Writes that were answered with success.
  var acknowledgedCount = 0

  init(_ conditions: Conditions) {
    self.conditions = conditions
  }

  /// Only the first problem is kept: the others may follow from it.
  func fail(_ text: @autoclosure () -> String) {
    if problem == nil { problem = text() }
  }

  /// What must be nothing when all connections have gone, in words.
  func expectNothing(_ leftovers: String, of worker: Int) {
    if !leftovers.isEmpty { fail("worker \(worker) has left: \(leftovers)") }
  }
}

/// A write, by the connection that asked for it and its number there.
struct WriteName: Hashable {
  let connection: ConnectionID
  let operation: OperationID

  init(_ connection: ConnectionID, _ operation: OperationID) {
    self.connection = connection
    self.operation = operation
  }

  init(_ writer: Writer) {
    self.init(writer.connection, writer.operation)
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

/// A place in a note's history.
struct HistoryKey: Hashable {
  let note: NoteID
  let position: NotePosition
}

/// What was announced, and who must hear of it unless they go.
struct AnnouncementRecord {
  let resource: Resource
  let listeners: [ConnectionID]
}
