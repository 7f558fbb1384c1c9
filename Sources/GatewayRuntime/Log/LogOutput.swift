import GatewayTypes
import Glibc

/// A descriptor that lines are written to, by one thread, which waits for the reader.
///
/// The descriptor is left as it is: to make it non-blocking would do so for all that share it, the
/// shell that has started the gateway for one. So it is written to when it says that it has room,
/// in pieces that fit then.
struct LogOutput {
  /// A pipe that has room has room for this (PIPE_BUF).
  private static let pieceSizeMax = 4096
  /// How long the reader may take between two looks at whether the end has come, in milliseconds.
  private static let pollTimeoutMs: CInt = 100

  private let descriptor: CInt
  /// The last line was not written whole.
  private var isInLine = false

  init(_ descriptor: CInt) {
    self.descriptor = descriptor
  }

  /// Writes whole lines, and waits for the reader until `isOver`. Returns how many of them it has
  /// not written: nobody reads any more, no room is left, or it is over.
  mutating func write(_ lines: [UInt8], until isOver: () -> Bool) -> Int {
    if isInLine {
      guard writeOut([lineFeed], until: isOver) == 1 else { return LogOutput.count(lines[...]) }
      isInLine = false
    }
    let rest = lines.dropFirst(writeOut(lines[...], until: isOver))
    if !rest.isEmpty, rest.count < lines.count { isInLine = lines[rest.startIndex - 1] != lineFeed }
    return LogOutput.count(rest)
  }

  private static func count(_ lines: ArraySlice<UInt8>) -> Int { lines.count { $0 == lineFeed } }

  /// Returns how many bytes it has written.
  private func writeOut(_ bytes: ArraySlice<UInt8>, until isOver: () -> Bool) -> Int {
    var rest = bytes
    while !rest.isEmpty, waitUntilWritable(until: isOver),
      let count = write(rest.prefix(LogOutput.pieceSizeMax))
    {
      rest = rest.dropFirst(count)
    }
    return bytes.count - rest.count
  }

  /// Returns how much was written; nil when nothing will be.
  private func write(_ bytes: ArraySlice<UInt8>) -> Int? {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 { return count }
    return errno == EINTR || errno == EAGAIN ? 0 : nil
  }

  private func waitUntilWritable(until isOver: () -> Bool) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while true {
      let count = poll(&request, 1, LogOutput.pollTimeoutMs)
      if count > 0 { return true }
      if count < 0, errno != EINTR { return false }
      if isOver() { return false }
    }
  }
}

private let lineFeed = UInt8(ascii: "\n")
