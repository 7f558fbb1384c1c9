/// Who has a token that no key verifies, the least patient first.
package enum KeyAsker: Int, Hashable, Sendable, Comparable {
  /// A request that is passed on to the upstream in any case. It waits for a fetch that is under
  /// way or can begin, and for no later one: better unheard than late.
  case request
  /// A connection that is not authenticated. Waits for the first set, and not for the end of a
  /// pause: most such tokens are forged.
  case stranger
  /// A connection that is, and has time: keys that change twice in a short while lock nobody out.
  case renewal

  package static func < (one: KeyAsker, other: KeyAsker) -> Bool {
    one.rawValue < other.rawValue
  }
}
