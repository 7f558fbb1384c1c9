/// Where frames for one connection are put behind each other, to be written at once.
///
/// Most members of a room are sent the same frames in a turn. What the last one was sent is still
/// there, and is not copied for the next.
struct GatherBuffer: ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer
  /// The frames of the turn that stand in it, from its beginning.
  private var frames = RawList<Int32>()

  /// Of `size` bytes.
  init(size: Int) {
    memory = .allocate(byteCount: size, alignment: 16)
  }

  deinit {
    memory.deallocate()
  }

  /// Puts frames of `turn` into the buffer, from the link `first` on, behind which there is
  /// another: as many as fit into `sizeMax` together. Nil when not even two do, for a frame for
  /// itself is written out of its own memory. The bytes are valid until the next call.
  mutating func fill(
    from first: Int32, of turn: borrowing TurnOutput, upTo sizeMax: Int
  ) -> (bytes: TurnOutput.FrameBytes, next: Int32)? {
    let limit = min(sizeMax, memory.count)
    let (one, other) = (turn.link(at: first), turn.link(at: turn.link(at: first).next))
    guard turn.bytes(of: one).size + turn.bytes(of: other).size <= limit else { return nil }
    var size = 0
    var count = 0
    var cursor = first
    while cursor >= 0 {
      let link = turn.link(at: cursor)
      let bytes = turn.bytes(of: link)
      guard size + bytes.size <= limit else { break }
      if count == frames.count || frames[count] != link.frame {
        frames.removeAll(from: count)
        frames.append(link.frame)
        memory.baseAddress?.advanced(by: size).copyMemory(from: bytes.start, byteCount: bytes.size)
      }
      size += bytes.size
      count += 1
      cursor = link.next
    }
    guard let start = memory.assumingMemoryBound(to: UInt8.self).baseAddress else { return nil }
    return (TurnOutput.FrameBytes(start: start, size: size), cursor)
  }

  /// To be called when the turn is over, for the next one numbers its frames anew.
  mutating func turnEnded() {
    frames.removeAll()
  }

  /// All of its memory, for another use, until the next call.
  mutating func lend() -> UnsafeMutableRawBufferPointer {
    frames.removeAll()
    return memory
  }
}
