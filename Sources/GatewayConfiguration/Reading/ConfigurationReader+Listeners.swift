extension ConfigurationReader {
  /// Reads `listen`.
  static func readListeners(
    _ root: inout Section, into listeners: inout [Configuration.Listener]
  ) {
    var read: [Configuration.Listener] = []
    root.sections("listen", count: 1...64, of: "a mapping of address, port and tls") { section in
      let listener = readListener(&section)
      if let index = read.firstIndex(where: { $0.isSamePlace(as: listener) }) {
        section.reading.report(
          section.place,
          "\(section.path): \(listener.address) is also listen[\(index)]; expected an address and "
            + "port of its own")
      }
      read.append(listener)
    }
    if !read.isEmpty { listeners = read }
  }

  private static func readListener(_ section: inout Section) -> Configuration.Listener {
    var listener = Configuration.Listener()
    let directory = section.reading.baseDirectory
    section.read("address", .listenAddress(in: directory), into: &listener.address)
    switch listener.address {
    case .ip(let address, _):
      var port = Int(Configuration.Listener.portDefault)
      section.read("port", .integer(in: 0...65535), into: &port)
      listener.address = .ip(address, port: UInt16(clamping: port))
    case .unix:
      section.forbid("port", "a Unix socket has no port; expected none beside address: unix:/path")
    }
    section.optionalSection("tls") { section in
      var tls = Configuration.Listener.TLS(certificateFile: "", privateKeyFile: "")
      readTLS(&section, into: &tls)
      listener.tls = tls
    }
    return listener
  }

  private static func readTLS(
    _ section: inout Section, into tls: inout Configuration.Listener.TLS
  ) {
    let directory = section.reading.baseDirectory
    section.readRequired(
      "certificate_file", .file("a PEM certificate and its chain", in: directory),
      into: &tls.certificateFile)
    section.readRequired(
      "private_key_file", .file("a PEM private key", in: directory), into: &tls.privateKeyFile)
    section.read("minimum_version", .choice, into: &tls.minimumVersion)
  }
}

extension Configuration.Listener {
  /// Whether both want the same address and port; port 0 is never the same.
  fileprivate func isSamePlace(as other: Self) -> Bool {
    if case .ip(_, port: 0) = address { return false }
    return address == other.address
  }
}
