extension Configuration {
  /// One entry of `listen`: where connections are accepted, and whether they speak TLS.
  package struct Listener: Equatable, Sendable {
    package var address: ListenAddress
    /// `tls`: nil is plain text.
    package var tls: TLS?

    package init(
      address: ListenAddress = .ip(.loopback, port: Listener.portDefault), tls: TLS? = nil
    ) {
      self.address = address
      self.tls = tls
    }

    /// The port of a listener that names none.
    package static let portDefault: UInt16 = 8080
  }
}

extension Configuration.Listener {
  /// `listen[].tls`. Both files are PEM; their paths are absolute when read from a file.
  package struct TLS: Equatable, Sendable {
    /// `certificate_file`: the certificate, followed by its chain.
    package var certificateFile: String
    /// `private_key_file`.
    package var privateKeyFile: String
    /// `minimum_version`: nothing older is spoken.
    package var minimumVersion: TLSVersion

    package init(
      certificateFile: String, privateKeyFile: String, minimumVersion: TLSVersion = .tls12
    ) {
      self.certificateFile = certificateFile
      self.privateKeyFile = privateKeyFile
      self.minimumVersion = minimumVersion
    }
  }
}

/// A version of TLS that can be asked for; the raw value is its spelling in the file.
package enum TLSVersion: String, CaseIterable, Hashable, Sendable {
  case tls12 = "1.2"
  case tls13 = "1.3"
}

/// Where a listener listens.
package enum ListenAddress: Hashable, Sendable {
  /// Port 0 picks a free one.
  case ip(IPAddress, port: UInt16)
  /// A Unix socket; the path is absolute when read from a file, and at most 107 bytes long.
  case unix(path: String)
}

extension ListenAddress {
  /// Whether both can't be listened on. Port 0 is never the same, and IPv6 takes no IPv4.
  func overlaps(_ other: ListenAddress) -> Bool {
    switch (self, other) {
    case (.ip(let address, let port), .ip(let otherAddress, let otherPort)):
      port != 0 && port == otherPort && address.family == otherAddress.family
        && (address == otherAddress || address.isAny || otherAddress.isAny)
    case (.unix(let path), .unix(let otherPath)):
      path == otherPath
    case (.ip, .unix), (.unix, .ip):
      false
    }
  }
}

extension ListenAddress: CustomStringConvertible {
  package var description: String {
    switch self {
    case .ip(let address, let port):
      switch address.family {
      case .v4: "\(address.text):\(port)"
      case .v6: "[\(address.text)]:\(port)"
      }
    case .unix(let path): "unix:\(path)"
    }
  }
}
