import GatewayTypes
import GatewayWire

/// What the main thread wants to know of every worker, or wants it to do.
enum AdminQuestion: Hashable, Sendable {
  /// Whether its loop turns.
  case turning
  case figures
  case connections(of: UserID)
  /// Close the connections of one who has signed out everywhere.
  case close(UserID)
}

/// What one worker answers.
enum AdminAnswer: Sendable {
  case turning
  case figures(WorkerFigures)
  case connections([ConnectionFigures])
  case closed(count: Int)
}

/// One connection, as operators see it.
struct ConnectionFigures: Sendable {
  let id: ConnectionID
  let address: String
  let since: WallTime
  let notes: [NoteID]
  let queuedSize: Int

  /// As a JSON object.
  var json: String {
    func quoted(_ text: String) -> String {
      String(decoding: JSONText(string: text).bytes, as: UTF8.self)
    }
    let names = notes.map { quoted($0.text) }.sorted().joined(separator: ",")
    return "{\"id\":\(quoted(id.description)),\"address\":\(quoted(address)),"
      + "\"since\":\(since.milliseconds),\"notes\":[\(names)],\"queueBytes\":\(queuedSize)}"
  }
}
