/// A queue: what is appended first is taken out first, at constant cost on average.
///
/// An Array whose front is taken lazily: `removeFirst` of an Array moves all that is left.
package struct FIFO<Element> {
  private var elements: [Element?] = []
  private var firstIndex = 0

  package init() {}

  package var count: Int { elements.count - firstIndex }
  package var isEmpty: Bool { count == 0 }
  package var first: Element? { isEmpty ? nil : elements[firstIndex] }

  package mutating func append(_ element: Element) {
    elements.append(element)
  }

  /// Puts elements in front of all others, the first of them first. Moves all that is there.
  package mutating func prepend(_ first: [Element]) {
    guard !first.isEmpty else { return }
    elements = first.map(Optional.some) + elements[firstIndex...]
    firstIndex = 0
  }

  /// Takes out all elements for which `isMeant` is true, oldest first. Looks at all that is there.
  package mutating func removeAll(where isMeant: (Element) -> Bool) -> [Element] {
    let all = elements[firstIndex...].compactMap { $0 }
    elements = all.filter { !isMeant($0) }
    firstIndex = 0
    return all.filter(isMeant)
  }

  /// Takes out the oldest element; nil when there is none.
  @discardableResult
  package mutating func removeFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = elements[firstIndex]
    elements[firstIndex] = nil
    firstIndex += 1
    if firstIndex > 32, firstIndex * 2 > elements.count {
      elements.removeFirst(firstIndex)
      firstIndex = 0
    }
    return element
  }
}
