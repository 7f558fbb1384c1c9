import GatewayWire

/// Frames that wait for one client to read what came before them, in order.
///
/// Its bound is its owner's: `Front` looks at `size` whenever something was added.
final class OutboundQueue {
  private var frames: [EncodedFrame] = []
  /// The first frame that waits, and how many bytes of it are gone.
  private var head = 0
  private var offset = 0
  /// Bytes that wait.
  private(set) var size = 0

  init() {}

  var isEmpty: Bool { head == frames.count }

  /// Adds a frame of which `offset` bytes are gone; only an empty queue takes one with some gone.
  func append(_ frame: EncodedFrame, from offset: Int = 0) {
    if offset > 0 {
      precondition(isEmpty, "a frame that has begun is the first in its queue")
      self.offset = offset
    }
    frames.append(frame)
    size += frame.bytes.count - offset
  }

  /// Drops all but the rest of a frame that has begun, which must still go out.
  func dropWhatHasNotBegun() {
    let begun = offset > 0 ? frames[head] : nil
    frames = begun.map { [$0] } ?? []
    head = 0
    size = begun.map { $0.bytes.count - offset } ?? 0
  }

  /// Takes `count` bytes away, which were written.
  func remove(_ count: Int) {
    size -= count
    offset += count
    while head < frames.count, offset >= frames[head].bytes.count {
      offset -= frames[head].bytes.count
      head += 1
    }
    compact()
  }

  private func compact() {
    if head == frames.count {
      frames.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 64, head * 2 >= frames.count {
      frames.removeSubrange(..<head)
      head = 0
    }
  }

  /// Lends what is to be written next: whole frames up to `sizeMax` bytes together, copied into
  /// `scratch` when there are several, or one frame of any size. `scratch` has `sizeMax` bytes.
  func withNext<Result>(
    upTo sizeMax: Int, scratch: UnsafeMutableRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let first = frames[head]
    let isAlone =
      head + 1 == frames.count
      || first.bytes.count - offset + frames[head + 1].bytes.count > sizeMax
    if isAlone {
      return first.bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
    }
    var filled = 0
    var index = head
    var skipped = offset
    while index < frames.count, filled + frames[index].bytes.count - skipped <= sizeMax {
      frames[index].bytes.withUnsafeBytes { bytes in
        let rest = UnsafeRawBufferPointer(rebasing: bytes[skipped...])
        UnsafeMutableRawBufferPointer(rebasing: scratch[filled...]).copyMemory(from: rest)
        filled += rest.count
      }
      skipped = 0
      index += 1
    }
    return body(UnsafeRawBufferPointer(rebasing: scratch[..<filled]))
  }
}
