/// The lines that wait to be written: a bounded number of bytes, in their order.
///
/// When a line does not fit, it is dropped, and so is every other one until the queue is taken:
/// what comes out has no hole but at its end, where the number of those that are missing is told.
struct LogQueue {
  private let sizeMax: Int
  private var bytes: [UInt8] = []
  private var droppedCount = 0

  init(sizeMax: Int) {
    self.sizeMax = sizeMax
  }

  var isEmpty: Bool { bytes.isEmpty && droppedCount == 0 }

  /// Returns whether the queue was empty before, so that somebody has to be told of it.
  mutating func append(_ line: [UInt8]) -> Bool {
    let isFirst = isEmpty
    if droppedCount == 0, line.count <= sizeMax - bytes.count {
      bytes += line
    } else {
      droppedCount += 1
    }
    return isFirst
  }

  /// Takes all that waits, and how many lines are missing behind it.
  mutating func take() -> (lines: [UInt8], droppedCount: Int) {
    defer {
      bytes = []
      droppedCount = 0
    }
    return (bytes, droppedCount)
  }
}
