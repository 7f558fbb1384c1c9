import GatewayLogic
import GatewayTypes

/// What one connection's client has asked and was told.
struct ConnectionRecord {
  struct Request {
    let number: Int
    let request: ClientRequest
    /// The write that it became, once it has.
    var operation: OperationID?
  }

  /// Nil until it is known.
  var user: UserID?
  var isClosing = false

  /// The token that the session has.
  var token: BearerToken?
  var tokenEnd: MonotonicTime?
  /// Tokens that it has had.
  var tokenNumber = 0
  /// The client was asked for another token, and has given none yet.
  var isAsked = false
  /// The newest request when it was asked last.
  var newestWhenAsked = 0
  /// The newest request when it gave a token after that.
  var newestWhenRenewed = 0
  /// The client was told that the gateway is going away.
  var isToldToGo = false
  /// The newest request when it was told to take no more; nil if it was not.
  var newestWhenDrained: Int?
  /// The writes that its session knows to wait for a token.
  var waiting: Set<OperationID> = []

  var newest = 0
  /// In the order in which they arrived.
  var unanswered: [Request] = []
  /// The newest read and write of a note or folder that were answered.
  var answeredReads: [Resource: Int] = [:]
  var answeredWrites: [Resource: Int] = [:]

  /// Where the client stands in the notes that it has joined.
  var joined: [NoteID: NotePosition] = [:]
  /// Where it stands in those that it has heard of at all.
  var heard: [NoteID: NotePosition] = [:]
  /// Admissions that it was not told of.
  var admissions: [HistoryKey] = []
  /// The announcements that it has heard, by number.
  var announcements: Set<Int> = []
}
