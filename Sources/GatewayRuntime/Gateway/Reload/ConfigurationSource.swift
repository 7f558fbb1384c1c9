package import GatewayConfiguration

/// Where a configuration comes from that can be read again. Thread: the main one.
package struct ConfigurationSource {
  /// Reads the whole file and what it names, or says all that is wrong.
  let read: () throws(StartError) -> Preparation
  /// What it says of the log counts from now on.
  let loggingChanged: (Configuration) -> Void

  package init(
    read: @escaping () throws(StartError) -> Preparation,
    loggingChanged: @escaping (Configuration) -> Void
  ) {
    self.read = read
    self.loggingChanged = loggingChanged
  }
}
