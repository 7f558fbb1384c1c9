internal import COpenSSL

/// Comparing secrets, and what is computed from them.
enum ConstantTime {
  /// Whether both are the same bytes, in a time that tells nothing about where they differ. Only
  /// their sizes may be told by it.
  static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && ng_jose_equal(left, right, left.count) == 1
  }
}
