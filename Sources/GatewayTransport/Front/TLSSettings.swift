import COpenSSL

/// How one listener speaks TLS.
package struct TLSSettings: Hashable, Sendable {
  package enum Version: Hashable, Sendable {
    case tls12
    case tls13

    var native: ng_tls_version {
      switch self {
      case .tls12: .NG_TLS_VERSION_1_2
      case .tls13: .NG_TLS_VERSION_1_3
      }
    }
  }

  /// A path. PEM: the certificate, then those of its issuers.
  package var certificateFile: String
  /// A path. PEM, not encrypted.
  package var privateKeyFile: String
  package var minimumVersion: Version

  package init(certificateFile: String, privateKeyFile: String, minimumVersion: Version = .tls12) {
    self.certificateFile = certificateFile
    self.privateKeyFile = privateKeyFile
    self.minimumVersion = minimumVersion
  }

  /// What keeps a listener from speaking TLS so, as one line; nil when nothing does.
  ///
  /// Reads the files. Thread: any.
  package func problem(ticketKeys: TLSTicketKeys) -> String? {
    withErrorText { error, errorSize in
      withNative(ticketKeys) { settings in ng_tls_check(settings, error, errorSize) } == 0
    }
  }

  /// Lends the settings in the form in which C takes them.
  func withNative<Result>(
    _ ticketKeys: TLSTicketKeys, _ body: (UnsafePointer<ng_tls_settings>) -> Result
  ) -> Result {
    certificateFile.withCString { certificateFile in
      privateKeyFile.withCString { privateKeyFile in
        var settings = ng_tls_settings(
          certificate_file: certificateFile, private_key_file: privateKeyFile,
          minimum_version: minimumVersion.native,
          ticket_keys: ticketKeys.pointer)
        return body(&settings)
      }
    }
  }
}

/// The keys that TLS session tickets are sealed with, made once and shared by all workers, so that
/// a client resumes its session on whichever worker it comes to.
///
/// Safe because: the C object has a lock of its own, and is freed when nobody refers to it any
/// more.
package final class TLSTicketKeys: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<ng_tls_ticket_keys>

  package init() {
    pointer = ng_tls_ticket_keys_new()
  }

  deinit {
    ng_tls_ticket_keys_free(pointer)
  }

  /// Seals with a new key from now on. Tickets of the last one are still taken, older ones no more.
  package func rotate() {
    ng_tls_ticket_keys_rotate(pointer)
  }
}

/// Room for two paths, which Linux holds to 4096 bytes each, and for what is said of them.
private let errorSizeMax = 2 * 4096 + 512

/// Runs something that leaves the reason of its failure in a buffer, and returns that reason; nil
/// when it succeeds.
func withErrorText(_ body: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: errorSizeMax) { buffer in
    buffer.initialize(repeating: 0)
    guard let start = buffer.baseAddress else { return "out of memory" }
    return body(start, buffer.count) ? nil : String(cString: start)
  }
}
