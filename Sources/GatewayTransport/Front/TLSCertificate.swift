import COpenSSL

/// What a listener shows its clients: a certificate, read from its files together with its key,
/// which fits it. All workers are given the same one.
///
/// Safe because: the C object never changes, and is freed when nobody refers to it any more.
package final class TLSCertificate: @unchecked Sendable {
  package let settings: TLSSettings
  let pointer: UnsafeMutablePointer<ng_tls_certificate>

  /// Reads the files of `settings`, or says what is wrong with them. Thread: any.
  package init(_ settings: TLSSettings) throws(TLSCertificateError) {
    self.settings = settings
    var culprit = ng_tls_file.NG_TLS_FILE_NONE
    var loaded: UnsafeMutablePointer<ng_tls_certificate>?
    let problem = withErrorText { error, errorSize in
      settings.certificateFile.withCString { certificateFile in
        settings.privateKeyFile.withCString { privateKeyFile in
          loaded = ng_tls_certificate_load(
            certificateFile, privateKeyFile, &culprit, error, errorSize)
        }
      }
      return loaded != nil
    }
    guard let loaded else {
      throw TLSCertificateError(
        file: TLSCertificateError.File(culprit),
        description: problem ?? "the certificate cannot be used")
    }
    pointer = loaded
  }

  deinit {
    ng_tls_certificate_free(pointer)
  }
}

/// Why a certificate can't be used, as one line for people.
package struct TLSCertificateError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum File: Hashable, Sendable {
    case certificate
    case privateKey

    init?(_ native: ng_tls_file) {
      switch native {
      case .NG_TLS_FILE_NONE: return nil
      case .NG_TLS_FILE_CERTIFICATE: self = .certificate
      case .NG_TLS_FILE_PRIVATE_KEY: self = .privateKey
      }
    }
  }

  /// The one that has to change; nil when neither is at fault.
  package let file: File?
  package let description: String
}
