package import GatewayTypes
package import GatewayWire

/// What a front tells, and asks. All of it on the loop's thread.
///
/// Any function of the front may be called from within, except `Front.shutdown`.
package protocol FrontHandler: AnyObject {
  /// A connection came in.
  func accepted(from peer: PeerAddress) -> AcceptDecision

  /// The end of a connection that was accepted and not opened as a WebSocket. Exactly once.
  func ended(_ ticket: ConnectionTicket)

  /// A well-formed request to become a WebSocket connection, on one with `ticket`.
  func upgradeRequested(
    _ head: RequestHead, peer: PeerAddress, isTLS: Bool, _ ticket: ConnectionTicket
  ) -> UpgradeDecision

  /// Any other request. Its head is here, of its body nothing was asked for yet.
  func requested(_ exchange: HTTPExchange)

  /// A connection is there, and the client has its answer before whatever is sent to it from now
  /// on. `client` and the ticket are those with which the upgrade was accepted; the ticket is the
  /// handler's from now on.
  func opened(_ id: ConnectionID, client: PeerAddress, _ ticket: ConnectionTicket)

  /// One whole text message: valid UTF-8, borrowed until return.
  func receivedText(_ id: ConnectionID, _ bytes: UnsafeRawBufferPointer)

  /// One whole text message over `earlyMessageSizeMax` of a client that is not trusted; its bytes
  /// were dropped.
  func receivedTooEarly(_ id: ConnectionID)

  /// One whole binary message, whose bytes were dropped.
  func receivedBinary(_ id: ConnectionID)

  /// A message passes `messageSizeMax`. Nothing more is delivered from this connection.
  func receivedTooLarge(_ id: ConnectionID)

  /// More waits for the client than `outboundQueueSizeMax`: the handler closes with `.tooSlow`, or
  /// does what it has to, for until then nothing more is queued. Once a connection.
  func outboundQueueOverflowed(_ id: ConnectionID)

  /// The end of a connection. Exactly once for each that was opened; nothing can be sent any more.
  func closed(_ id: ConnectionID, _ reason: ClosedReason)

  /// All that was sent before has been written, as far as the sockets took it; what a slow client
  /// does not take waits in its queue. `time` is now.
  func flushed(at time: MonotonicTime)

  /// A request that wants to become a WebSocket connection and is not well-formed was refused.
  func malformedUpgradeRefused()

  /// No connection could be accepted, for the process or the system has no descriptors or memory
  /// left. Listening goes on by itself after a moment. `error` is an errno.
  func acceptFailed(error: CInt)
}

/// For those who do not count.
extension FrontHandler {
  package func accepted(from peer: PeerAddress) -> AcceptDecision { .accept(ConnectionTicket()) }
  package func ended(_ ticket: ConnectionTicket) {}
  package func acceptFailed(error: CInt) {}
  package func flushed(at time: MonotonicTime) {}
  package func malformedUpgradeRefused() {}
}

/// Who accepts no upgrade, and so never has a WebSocket connection to hear of.
package protocol HTTPOnlyHandler: FrontHandler {}

extension HTTPOnlyHandler {
  package func opened(_ id: ConnectionID, client: PeerAddress, _ ticket: ConnectionTicket) {}
  package func receivedText(_ id: ConnectionID, _ bytes: UnsafeRawBufferPointer) {}
  package func receivedTooEarly(_ id: ConnectionID) {}
  package func receivedBinary(_ id: ConnectionID) {}
  package func receivedTooLarge(_ id: ConnectionID) {}
  package func outboundQueueOverflowed(_ id: ConnectionID) {}
  package func closed(_ id: ConnectionID, _ reason: ClosedReason) {}
}

/// Whether a connection is served.
package enum AcceptDecision: Hashable, Sendable {
  case accept(ConnectionTicket)
  /// Its first request is answered with this, whatever it is; there is no ticket.
  case refuse(HTTPRefusal)
}

/// Whether a request may become a WebSocket connection.
package enum UpgradeDecision: Hashable, Sendable {
  /// It is `client`'s, which is the peer unless that speaks for others.
  case accept(ConnectionTicket, client: PeerAddress)
  case refuse(HTTPRefusal)
}

/// An answer in place of what was asked for: `{"error":message,"code":code}`. The connection is
/// closed behind it.
package struct HTTPRefusal: Hashable, Sendable {
  package let status: Int
  package let code: String
  /// For people.
  package let message: String

  package init(status: Int, code: String, message: String) {
    self.status = status
    self.code = code
    self.message = message
  }
}

/// Why a WebSocket connection ended.
package enum ClosedReason: Hashable, Sendable {
  /// The client sent a closing frame with this code; 1005 when it had none.
  case byClient(code: UInt16)
  /// `Front.close` was called.
  case byGateway(CloseCode)
  /// The client broke the protocol and was told so, with 1002 or 1007.
  case protocolError(code: UInt16)
  /// It was cut off, or silent for too long.
  case abnormal
}

/// Why a front can't be made, as one line for people.
package struct FrontError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
