/// An address of the internet protocol, as text in its shortest form.
package struct IPAddress: Hashable, Sendable {
  package enum Family: Hashable, Sendable {
    case v4
    case v6
  }

  package let family: Family
  /// `127.0.0.1`, `::1`: without brackets, port or zone.
  package let text: String

  private init(family: Family, text: String) {
    self.family = family
    self.text = text
  }

  /// Whether it is this machine's to itself: 127.0.0.0/8 or ::1. RFC 1122 section 3.2.1.3, RFC
  /// 4291 section 2.5.3.
  package var isLoopback: Bool {
    switch family {
    case .v4: text.hasPrefix("127.")
    case .v6: text == "::1"
    }
  }

  /// Whether it stands for all addresses of the machine: 0.0.0.0 or ::.
  var isAny: Bool { text == "0.0.0.0" || text == "::" }

  /// `127.0.0.1`.
  package static let loopback = IPAddress(family: .v4, text: "127.0.0.1")

  /// Takes a literal address; nil when `text` is none, a name for instance.
  package init?(_ text: String) {
    if let short = System.shortAddress(text, isIPv6: false) {
      self.init(family: .v4, text: short)
    } else if let short = System.shortAddress(text, isIPv6: true) {
      self.init(family: .v6, text: short)
    } else {
      return nil
    }
  }
}
