import Glibc

/// What standard error is, which decides how lines look on it.
package enum LogDestination: Hashable, Sendable {
  /// The journal of systemd, which notes the time itself and takes levels in front of lines.
  case journal
  case terminal(isColoured: Bool)
  /// A file or another program.
  case plain

  /// A device and a file on it, as fstat(2) tells them.
  struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
  }

  /// `environment` gives a variable, nil when it is not set; `identity` is nil when nothing is
  /// known of the file.
  ///
  /// Source: systemd.exec(5), JOURNAL_STREAM; no-color.org.
  init(isTerminal: Bool, identity: FileIdentity?, environment: (String) -> String?) {
    if let identity, FileIdentity(journalStream: environment("JOURNAL_STREAM")) == identity {
      self = .journal
    } else if isTerminal {
      let isPlain = environment("NO_COLOR").map { !$0.isEmpty } ?? false
      let name = environment("TERM") ?? ""
      self = .terminal(isColoured: !isPlain && !name.isEmpty && name != "dumb")
    } else {
      self = .plain
    }
  }

  /// Of this process's standard error.
  package static var standardError: LogDestination {
    var status = stat()
    let isKnown = fstat(STDERR_FILENO, &status) == 0
    let identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    return LogDestination(
      isTerminal: isatty(STDERR_FILENO) == 1, identity: isKnown ? identity : nil
    ) { name in getenv(name).map { String(cString: $0) } }
  }
}

extension LogDestination.FileIdentity {
  /// Nil for what is not `DEVICE:INODE`.
  fileprivate init?(journalStream text: String?) {
    guard let parts = text?.split(separator: ":", omittingEmptySubsequences: false),
      parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1])
    else { return nil }
    self.init(device: device, inode: inode)
  }
}
