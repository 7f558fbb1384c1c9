import GatewayTypes

/// What the service manager is told, as sd_notify(3) writes it: one datagram, a line an assignment.
enum ServiceNotification: Hashable, Sendable {
  case ready(status: String)
  /// `at` is the time on the monotonic clock, which the manager has as well.
  case reloading(at: MonotonicTime)
  /// It takes no longer than `time`, which may be more than the unit allows.
  case stopping(status: String, within: Duration)
  /// All is well.
  case watchdog

  var text: String {
    switch self {
    case .ready(status: let status):
      "READY=1\nSTATUS=\(ServiceNotification.oneLine(status))"
    case .reloading(at: let time):
      "RELOADING=1\nMONOTONIC_USEC=\(time.nanoseconds / 1000)\nSTATUS=Reading the configuration"
    case .stopping(status: let status, within: let time):
      "STOPPING=1\nEXTEND_TIMEOUT_USEC=\(time.wholeNanoseconds / 1000)\n"
        + "STATUS=\(ServiceNotification.oneLine(status))"
    case .watchdog:
      "WATCHDOG=1"
    }
  }

  /// A line end would begin another assignment.
  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
  }
}
