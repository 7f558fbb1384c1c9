/// What a service manager has put into the environment for this process and no other.
///
/// Source: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3).
package struct ServiceEnvironment: Hashable, Sendable {
  /// The names, none of which may reach another program that is started.
  package static let names = [
    "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID",
    "LISTEN_FDNAMES",
  ]

  /// The first descriptor that is handed over.
  static let firstDescriptor: CInt = 3
  /// The most that are: far more than a configuration has listeners and workers.
  static let descriptorCountMax = 4096

  /// Where the service manager listens: a path, or a name that begins with `@`.
  package let notifySocket: String?
  /// Within which it wants to hear that all is well.
  package let watchdogTime: Duration?
  /// The descriptors that were handed over, and the names that the service manager has for them.
  package let sockets: [InheritedSocket]

  /// Nothing of a service manager.
  package static let none = ServiceEnvironment(processID: 0) { _ in nil }

  /// `value` gives an environment variable; `processID` is that of this process. What is not meant
  /// for it, or makes no sense, is as if it were not there.
  package init(processID: CInt, value: (String) -> String?) {
    notifySocket = value("NOTIFY_SOCKET").flatMap { name in
      // An address has 108 bytes, of which a path has one for its end.
      let isAddress = name.hasPrefix("/") || name.hasPrefix("@")
      return isAddress && (2...107).contains(name.utf8.count) ? name : nil
    }
    let isOwnWatchdog = value("WATCHDOG_PID").map { CInt($0) == processID } ?? true
    watchdogTime =
      isOwnWatchdog
      ? value("WATCHDOG_USEC").flatMap { Int64($0) }.flatMap { $0 > 0 ? .microseconds($0) : nil }
      : nil
    sockets = ServiceEnvironment.sockets(processID, value)
  }

  private static func sockets(
    _ processID: CInt, _ value: (String) -> String?
  ) -> [InheritedSocket] {
    guard let owner = value("LISTEN_PID"), CInt(owner) == processID,
      let count = value("LISTEN_FDS").flatMap({ Int($0) }),
      (1...descriptorCountMax).contains(count)
    else { return [] }
    let names = value("LISTEN_FDNAMES")?.split(separator: ":", omittingEmptySubsequences: false)
    return (0..<count).map { index in
      let name = names.flatMap { $0.count == count ? String($0[index]) : nil }
      return InheritedSocket(
        descriptor: firstDescriptor + CInt(clamping: index), name: name ?? "unknown")
    }
  }
}

/// A descriptor that was open when the program was started.
package struct InheritedSocket: Hashable, Sendable {
  package let descriptor: CInt
  /// For people.
  package let name: String
}
