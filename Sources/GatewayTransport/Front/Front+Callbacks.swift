import CWebSockets
import GatewayTypes
import GatewayWire

// What comes out of C, about WebSocket connections.
extension Front {
  /// Each enters without counting references: the front outlives what it gives itself to as
  /// context.
  static let callbacks = ng_ws_callbacks(
    opened: { context, connection in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.opened(connection) }
    },
    text: { context, connection, bytes, size in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef { front in
        front.heard(connection)
        front.handler?.receivedText(
          front.id(of: connection.pointee.slot), UnsafeRawBufferPointer(start: bytes, count: size))
      }
    },
    too_early: { context, connection in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef { front in
        front.heard(connection)
        front.handler?.receivedTooEarly(front.id(of: connection.pointee.slot))
      }
    },
    binary: { context, connection in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef { front in
        front.heard(connection)
        front.handler?.receivedBinary(front.id(of: connection.pointee.slot))
      }
    },
    too_large: { context, connection in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef { front in
        front.handler?.receivedTooLarge(front.id(of: connection.pointee.slot))
      }
    },
    heard: { context, connection in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.heard(connection) }
    },
    peer_closed: { context, connection, code, isBroken in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.clientClosed(connection, code: code, isBroken: isBroken != 0)
      }
    },
    closing: { context, connection, hasLastWord in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.libraryIsClosing(connection, hasLastWord: hasLastWord != 0)
      }
    },
    writable: { context, connection in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.becameWritable(connection.pointee.slot)
      }
    },
    closed: { context, connection, code in
      Unmanaged<Front>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.closed(connection, code: code)
      }
    })

  private func opened(_ connection: UnsafeMutablePointer<ng_ws_connection>) {
    let index = connection.pointee.slot
    let slot = slots.start + Int(index)
    slot.pointee.connection = connection
    slot.pointee.state = .open
    slot.pointee.wasOpened = true
    slot.pointee.pingedAt = sweepCount
    guard let upgrade = slot.pointee.upgrade else { return }
    slot.pointee.upgrade = nil
    handler?.opened(id(of: index), client: upgrade.client, upgrade.ticket)
  }

  private func heard(_ connection: UnsafeMutablePointer<ng_ws_connection>) {
    (slots.start + Int(connection.pointee.slot)).pointee.isPinged = false
  }

  /// The client's closing frame is answered, and that is the end of it. One that is broken counts
  /// as a breach of the protocol, not as the client's word.
  private func clientClosed(
    _ connection: UnsafeMutablePointer<ng_ws_connection>, code: UInt16, isBroken: Bool
  ) {
    let index = connection.pointee.slot
    let slot = slots.start + Int(index)
    if !isBroken { slot.pointee.clientCode = code }
    guard slot.pointee.state == .open || slot.pointee.state == .closing else { return }
    // What it was sent in this turn answers messages that came before its closing frame.
    flush(index)
    dropOutput(slot)
    slot.pointee.state = .mute
    // A code of ours that the client has not seen was not said.
    slot.pointee.ownCode = 0
    let answer = Front.closingFrame(answering: code)
    answer.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      _ = ng_ws_write_last(connection, start, bytes.count)
    }
  }

  /// Repeats the code of the client's closing frame, or says that it is none that may be sent.
  ///
  /// Source: RFC 6455 sections 5.5.1 and 7.4.
  static func closingFrame(answering code: UInt16) -> [UInt8] {
    switch code {
    case UInt16(NG_WS_NO_CODE): return [0x88, 0]
    case 1000...1003, 1007...1014, 3000...4999:
      return [0x88, 2, UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)]
    default: return [0x88, 2, 0x03, 0xea]
    }
  }

  /// libwebsockets answers a breach of the protocol itself. Messages that came before the breach,
  /// in the same turn, were good, and are answered.
  private func libraryIsClosing(
    _ connection: UnsafeMutablePointer<ng_ws_connection>, hasLastWord: Bool
  ) {
    let index = connection.pointee.slot
    let slot = slots.start + Int(index)
    guard slot.pointee.state == .open || slot.pointee.state == .closing else { return }
    if hasLastWord { flush(index) }
    dropOutput(slot)
    slot.pointee.state = .mute
  }

  private func closed(_ connection: UnsafeMutablePointer<ng_ws_connection>, code: UInt16) {
    let index = connection.pointee.slot
    let slot = slots.start + Int(index)
    let reason = slot.pointee.closedReason(code: code)
    let wasOpened = slot.pointee.wasOpened
    let id = id(of: index)
    closingFrames[index] = nil
    release(index)
    if wasOpened { handler?.closed(id, reason) }
  }
}
