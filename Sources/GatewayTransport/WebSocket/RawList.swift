/// A growing list of plain values, for loops that run over thousands of connections: an append is a
/// store, and nothing in it is counted, checked for uniqueness or released.
struct RawList<Element: BitwiseCopyable>: ~Copyable {
  private var capacity = 0
  private(set) var count = 0
  private(set) var start = UnsafeMutablePointer<Element>.allocate(capacity: 0)

  init() {}

  deinit {
    start.deallocate()
  }

  var isEmpty: Bool { count == 0 }

  subscript(index: Int) -> Element { start[index] }

  /// Makes room for `extra` more, each of which is then appended with `appendReserved`.
  mutating func reserve(_ extra: Int) {
    let needed = count + extra
    guard needed > capacity else { return }
    capacity = max(needed, capacity * 2, 64)
    let grown = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    grown.moveInitialize(from: start, count: count)
    start.deallocate()
    start = grown
  }

  mutating func appendReserved(_ element: Element) {
    assert(count < capacity, "room was made before")
    (start + count).initialize(to: element)
    count += 1
  }

  mutating func append(_ element: Element) {
    reserve(1)
    appendReserved(element)
  }

  /// Forgets all of it, or what stands at `index` and behind, and keeps the memory.
  mutating func removeAll(from index: Int = 0) {
    assert(index <= count, "there was more to remove")
    count = index
  }
}
