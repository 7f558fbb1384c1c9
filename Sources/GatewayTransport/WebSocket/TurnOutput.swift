import GatewayWire

/// What was sent in this turn of the loop, and to whom, until it is written at the turn's end.
///
/// A frame is held once, however many connections it goes to. To each of them it is a link of 8
/// bytes in one list for all, which leads to the next frame for the same connection.
struct TurnOutput: ~Copyable {
  struct Link: BitwiseCopyable {
    let frame: Int32
    /// The index of the next link of the same connection, -1 for none.
    var next: Int32
  }

  /// The bytes of a frame, which `frames` keeps where they are: an array's memory stays in its
  /// place as long as somebody refers to it and nobody changes it.
  struct FrameBytes: BitwiseCopyable {
    let start: UnsafePointer<UInt8>
    let size: Int
  }

  private var frames: [EncodedFrame] = []
  private var frameBytes = RawList<FrameBytes>()
  private var links = RawList<Link>()
  /// The slots to which something was sent, each once.
  private var slots = RawList<UInt32>()

  init() {}

  var slotCount: Int { slots.count }

  /// How many frames go out together with another one for the same connection.
  var sparedCount: Int { links.count - slots.count }

  func slot(at index: Int) -> UInt32 { slots[index] }

  func link(at index: Int32) -> Link { links[Int(index)] }

  func bytes(of link: Link) -> FrameBytes { frameBytes[Int(link.frame)] }

  func frame(of link: Link) -> EncodedFrame { frames[Int(link.frame)] }

  /// Appends a frame to what the connection in one slot gets.
  mutating func add(_ frame: EncodedFrame, for index: UInt32, _ slot: UnsafeMutablePointer<Slot>) {
    let number = keep(frame)
    reserve(1)
    link(number, to: index, slot)
  }

  /// Appends a frame to what the connections of `members` get, as far as they are open; not the one
  /// in slot `excepted`. `slots` are those of the worker. Returns how many those are.
  ///
  /// The loop that a broadcast is made of: for each member it reads a slot and stores a link.
  mutating func add(
    _ frame: EncodedFrame, for members: UnsafeBufferPointer<UInt32>, except excepted: UInt32,
    among slots: UnsafeMutableBufferPointer<Slot>
  ) -> Int {
    guard let start = slots.baseAddress else { return 0 }
    let number = keep(frame)
    reserve(members.count)
    let countBefore = links.count
    for member in members where member != excepted && Int(member) < slots.count {
      let slot = start + Int(member)
      if slot.pointee.state == .open { link(number, to: member, slot) }
    }
    return links.count - countBefore
  }

  private mutating func keep(_ frame: EncodedFrame) -> Int32 {
    frames.append(frame)
    frame.bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { preconditionFailure("a frame has a header") }
      frameBytes.append(FrameBytes(start: start, size: bytes.count))
    }
    return Int32(truncatingIfNeeded: frames.count - 1)
  }

  /// Makes room for one frame to `count` connections.
  private mutating func reserve(_ count: Int) {
    links.reserve(count)
    slots.reserve(count)
  }

  private mutating func link(
    _ frame: Int32, to index: UInt32, _ slot: UnsafeMutablePointer<Slot>
  ) {
    let link = Int32(truncatingIfNeeded: links.count)
    links.appendReserved(Link(frame: frame, next: -1))
    if slot.pointee.firstLink < 0 {
      slot.pointee.firstLink = link
      slots.appendReserved(index)
    } else {
      links.start[Int(slot.pointee.lastLink)].next = link
    }
    slot.pointee.lastLink = link
  }

  /// Forgets all of it and keeps the memory.
  mutating func removeAll() {
    frames.removeAll(keepingCapacity: true)
    frameBytes.removeAll()
    links.removeAll()
    slots.removeAll()
  }
}
