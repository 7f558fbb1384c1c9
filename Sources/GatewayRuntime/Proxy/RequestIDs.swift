/// Makes the `X-Request-Id` of requests that come without one: 32 hexadecimal digits, of which the
/// first half is the worker's own and the second counts.
///
/// They tell requests apart, in all logs and across restarts; they are not secret, so one random
/// number serves for all of a worker's.
struct RequestIDs {
  private let prefix: UInt64
  private var count: UInt64

  /// Both numbers are random, so that a few hours of two workers do not look alike.
  init(prefix: UInt64, first: UInt64) {
    self.prefix = prefix
    count = first
  }

  mutating func next() -> [UInt8] {
    count &+= 1
    var id: [UInt8] = []
    id.reserveCapacity(32)
    for number in [prefix, count] {
      for shift in stride(from: UInt64(60), through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: number >> shift & 0xf)
        id.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
    return id
  }
}
