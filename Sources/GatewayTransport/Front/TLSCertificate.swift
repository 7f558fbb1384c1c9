import COpenSSL

/// What a listener shows its clients: a certificate, read from its files together with its key,
/// which fits it. All workers are given the same one.
///
/// Safe because: the C object never changes, and is freed when nobody refers to it any more.
package final class TLSCertificate: @unchecked Sendable {
  package let settings: TLSSettings
  let pointer: UnsafeMutablePointer<ng_tls_certificate>

  /// Reads the files of `settings`, or says what is wrong with them. Thread: any.
  package init(_ settings: TLSSettings) throws(FrontError) {
    self.settings = settings
    var loaded: UnsafeMutablePointer<ng_tls_certificate>?
    let problem = withErrorText { error, errorSize in
      settings.certificateFile.withCString { certificateFile in
        settings.privateKeyFile.withCString { privateKeyFile in
          loaded = ng_tls_certificate_load(certificateFile, privateKeyFile, error, errorSize)
        }
      }
      return loaded != nil
    }
    guard let loaded else { throw FrontError(problem ?? "cannot use the certificate") }
    pointer = loaded
  }

  deinit {
    ng_tls_certificate_free(pointer)
  }
}
