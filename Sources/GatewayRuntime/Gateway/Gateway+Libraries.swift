import GatewayTransport

extension Gateway {
  /// What libwebsockets has to say is mostly of a client's doing; what it can't do, its callers
  /// say.
  func hearLibraries() {
    LibraryLog.send { [log] level, line in
      // It calls so each plain connection that it is handed.
      guard !line.contains("calling service") else { return }
      log.debug("libwebsockets complains", [.isError: level == .error, .reason: line])
    }
  }
}
