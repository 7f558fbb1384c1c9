package import GatewayConfiguration

/// Where a configuration comes from that can be read again. Thread: the main one.
package struct ConfigurationSource {
  /// Reads the whole file and what it names, or says all that is wrong.
  let read: () throws(StartError) -> Preparation
  /// `logging.level` is this from now on.
  let levelChanged: (LogLevel) -> Void

  package init(
    read: @escaping () throws(StartError) -> Preparation,
    levelChanged: @escaping (LogLevel) -> Void
  ) {
    self.read = read
    self.levelChanged = levelChanged
  }
}
