package import GatewayTypes

extension BearerToken {
  /// Whether both are the same, in a time that tells no more than whether their sizes are.
  package func isEqualInConstantTime(to other: BearerToken) -> Bool {
    ConstantTime.areEqual(Array(text.utf8), Array(other.text.utf8))
  }
}
