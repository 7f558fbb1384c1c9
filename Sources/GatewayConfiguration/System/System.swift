import Glibc

/// What this module asks of the operating system, and the only place where it does.
enum System {
  /// The address `text` in its shortest form, or nil if it is not a literal one of that family.
  static func shortAddress(_ text: String, isIPv6: Bool) -> String? {
    // inet_pton would stop at a NUL and believe what stands before it.
    guard !text.utf8.contains(0) else { return nil }
    let family = isIPv6 ? AF_INET6 : AF_INET
    var address = in6_addr()
    var short = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_pton(family, text, &address) == 1,
      inet_ntop(family, &address, &short, socklen_t(INET6_ADDRSTRLEN)) != nil
    else { return nil }
    return String(validating: short.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
