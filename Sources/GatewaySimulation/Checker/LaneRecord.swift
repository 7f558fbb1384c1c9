import GatewayLogic
import GatewayTypes

/// What is known of the writes to one note or folder that are not answered.
struct LaneRecord {
  struct Item {
    let name: WriteName
    /// Nil for a client's own request.
    var write: Write?
    /// The upstream was asked since it was its turn.
    var isStarted = false
    /// Times that its token was refused.
    var refusalCount = 0
    /// It waits for a newer token than the one of this number.
    var asideAt: Int?
    /// It says again what was created by REST, and is not to be created.
    var isRecalled = false
    /// It was aside and has come back.
    var hasComeBack = false

    var isAside: Bool { asideAt != nil }
  }

  /// In the order in which they arrived.
  var items: [Item] = []
  /// The last token of a connection that is known to have run out.
  var expired: [ConnectionID: Int] = [:]
  /// What the upstream was asked and has not answered.
  var underWay: WriteName?
  /// What was last written by REST.
  var recent = RecentRecord()
  /// The upstream's last change that was announced.
  var lastVersion = 0

  /// Those that wait for their turn.
  var waitingCount: Int { items.count { !$0.isAside && $0.name != underWay } }

  func index(of name: WriteName) -> Int? {
    items.firstIndex { $0.name == name }
  }
}
