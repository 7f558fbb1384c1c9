package import GatewayTypes

/// Things that are due at some time of the loop's clock.
package typealias DeadlineQueue<Item> = TimeQueue<MonotonicTime, Item>

/// Things that have a time, the earliest first: a binary heap.
///
/// An item can be in it several times; whoever takes one out asks whether it is still meant.
package struct TimeQueue<Time: Comparable, Item> {
  private struct Entry {
    let time: Time
    let item: Item
  }

  private var entries: [Entry] = []

  package init() {}

  package var count: Int { entries.count }

  /// The time of the first item.
  package var next: Time? { entries.first?.time }

  package mutating func insert(_ item: Item, at time: Time) {
    entries.append(Entry(time: time, item: item))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].time < entries[parent].time else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes out the first item if it is due.
  package mutating func popDue(at now: Time) -> Item? {
    guard let next, next <= now else { return nil }
    return popFirst()
  }

  /// Takes out the first item, due or not.
  package mutating func popFirst() -> Item? {
    guard let first = entries.first else { return nil }
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    siftDown()
    return first.item
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < entries.count && entries[child].time < entries[least].time {
        least = child
      }
      guard least != parent else { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
