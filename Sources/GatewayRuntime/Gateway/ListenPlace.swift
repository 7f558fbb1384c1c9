import GatewayConfiguration

/// Where a gateway can be reached.
package struct ListenPlace: Sendable {
  /// A literal IP address, or `unix:` and a path.
  package let address: String
  /// 0 for a UNIX socket.
  package let port: UInt16
  package let isTLS: Bool

  init(_ place: Listeners.Place) {
    self.init(address: place.address, isTLS: place.isTLS)
  }

  init(address place: ListenAddress, isTLS: Bool) {
    switch place {
    case .ip(let ip, port: let port):
      address = ip.text
      self.port = port
    case .unix(path: let path):
      address = "unix:\(path)"
      port = 0
    }
    self.isTLS = isTLS
  }
}
