import CWebSockets
import GatewayTypes

/// What is known of one WebSocket connection. Lies in one array with all others of its worker.
///
/// ```
/// free ─▶ opening ─▶ open ─▶ closing ─▶ mute ─▶ free
///            │         └────────────────▲ │
///            └────────────────────────────┴──▶ free
/// ```
struct Slot {
  enum State: UInt8, BitwiseCopyable {
    /// Nobody's.
    case free
    /// Handed to libwebsockets; the handler does not know of it.
    case opening
    /// Frames can be sent.
    case open
    /// The gateway is closing, and its closing frame waits behind what was sent before.
    case closing
    /// The last frame was written, or none can be written any more.
    case mute
  }

  var connection: UnsafeMutablePointer<ng_ws_connection>?
  /// See `ConnectionID`.
  var nonce: UInt64 = 0
  var generation: UInt32 = 0
  var state = State.free
  /// The handler was told of it.
  var wasOpened = false
  /// The handler was told of an overflow.
  var hasOverflowed = false
  /// Not all could be written at once, and `writable` follows.
  var isBlocked = false
  /// The first and the last of what was sent in this turn, as indexes of the turn's links; -1:
  /// none.
  var firstLink: Int32 = -1
  var lastLink: Int32 = -1
  /// The sweep at which it was pinged last.
  var pingedAt: UInt32 = 0
  /// Nothing was heard of it since.
  var isPinged = false
  /// Bytes that libwebsockets holds for a client that takes none.
  var heldSize = 0
  /// The code that the gateway closes with, 0 when it does not, and that of the client.
  var ownCode: UInt16 = 0
  var clientCode: UInt16 = 0
  /// What was sent in earlier turns and has not gone out.
  var queue: OutboundQueue?
  /// Whose it is, and what it counts as; nil when the handler knows.
  var upgrade: Upgrade?

  struct Upgrade {
    let client: PeerAddress
    let ticket: ConnectionTicket
  }

  /// What waits for the client, as far as it is known, in bytes.
  var queuedSize: Int { (queue?.size ?? 0) + heldSize }

  /// Why it ended, when libwebsockets says `code`.
  func closedReason(code: UInt16) -> ClosedReason {
    if let own = CloseCode(rawValue: ownCode) { return .byGateway(own) }
    if clientCode != 0 { return .byClient(code: clientCode) }
    return code == UInt16(NG_WS_ABNORMAL) ? .abnormal : .protocolError(code: code)
  }
}
