/// Makes the `X-Request-Id` of requests that come without one: 32 hexadecimal digits, of which the
/// first half is the worker's own and the second counts.
///
/// They tell requests apart, in all logs and across restarts; they are not secret, so one random
/// number serves for all of a worker's.
struct RequestIDs {
  /// In digits.
  private let prefix: [UInt8]
  private var count: UInt64

  /// Both numbers are random, so that a few hours of two workers do not look alike.
  init(prefix: UInt64, first: UInt64) {
    self.prefix = RequestIDs.digits(of: prefix)
    count = first
  }

  mutating func next() -> [UInt8] {
    count &+= 1
    return prefix + RequestIDs.digits(of: count)
  }

  private static func digits(of number: UInt64) -> [UInt8] {
    Array(unsafeUninitializedCapacity: 16) { digits, size in
      for index in 0..<16 {
        let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * index) & 0xf)
        digits[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      }
      size = 16
    }
  }
}
