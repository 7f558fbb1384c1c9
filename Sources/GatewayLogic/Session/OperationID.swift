/// A request of one connection that waits for its answer, by its number on that connection.
package struct OperationID: Hashable, Sendable {
  package let number: UInt64

  package init(number: UInt64) {
    self.number = number
  }
}
