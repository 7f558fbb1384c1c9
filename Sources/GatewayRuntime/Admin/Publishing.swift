import GatewayTransport
import GatewayTypes

/// Requests to publish that wait until each of their events has had its turn.
///
/// An event that was taken is heard, whatever becomes of the request: so whole requests are refused
/// when too much is under way.
struct Publishing {
  private struct Request {
    let exchange: HTTPExchange
    let isArray: Bool
    let size: Int
    var positions: [NotePosition?]
    var missingCount: Int
  }

  /// The most events under way.
  static let eventCountMax = 1000
  /// The most bytes of their requests, beyond one request.
  static let sizeMax = 64 << 20

  private var requests: [UInt64: Request] = [:]
  private var lastNumber: UInt64 = 0
  private var eventCount = 0
  private var size = 0

  /// Takes a request of `eventCount` events in `size` bytes. Its number, or nil when too much is
  /// under way.
  mutating func take(
    _ exchange: HTTPExchange, eventCount count: Int, isArray: Bool, size requestSize: Int
  ) -> UInt64? {
    guard count <= Publishing.eventCountMax - eventCount, size <= Publishing.sizeMax else {
      return nil
    }
    lastNumber += 1
    requests[lastNumber] = Request(
      exchange: exchange, isArray: isArray, size: requestSize,
      positions: Array(repeating: nil, count: count), missingCount: count)
    eventCount += count
    size += requestSize
    return lastNumber
  }

  /// An event was announced. Answers its request when it was the last one.
  mutating func published(_ request: UInt64, _ index: Int, _ position: NotePosition) {
    guard var entry = requests[request], entry.positions.indices.contains(index),
      entry.positions[index] == nil
    else { return }
    entry.positions[index] = position
    entry.missingCount -= 1
    eventCount -= 1
    guard entry.missingCount == 0 else {
      requests[request] = entry
      return
    }
    requests[request] = nil
    size -= entry.size
    let positions = entry.positions.compactMap { $0?.json }.joined(separator: ",")
    entry.exchange.respond(
      status: 202, json: Array((entry.isArray ? "[\(positions)]" : positions).utf8))
  }
}

extension NotePosition {
  fileprivate var json: String { "{\"epoch\":\"\(epoch)\",\"seq\":\(sequence)}" }
}
