import COpenSSL
package import GatewayTypes

/// What a certificate says of itself.
package struct CertificateFacts: Hashable, Sendable {
  /// Nobody should believe it before and after.
  package let notBefore: WallTime
  package let notAfter: WallTime
  /// Whether the one behind it in its file has signed it; false for the last.
  package let isSignedByNext: Bool

  /// More than any chain has; those behind them are left out.
  private static let countMax = 512

  /// Those of a PEM text, in its order; nil when one of them can't be read. Thread: any.
  package static func read(pem: [UInt8]) -> [CertificateFacts]? {
    var certificates = [ng_certificate](repeating: ng_certificate(), count: countMax)
    let count = ng_certificates_read(pem, pem.count, &certificates, CInt(countMax))
    guard count >= 0 else { return nil }
    return certificates.prefix(Int(count)).map(CertificateFacts.init)
  }

  private init(_ certificate: ng_certificate) {
    notBefore = CertificateFacts.time(certificate.not_before)
    notAfter = CertificateFacts.time(certificate.not_after)
    isSignedByNext = certificate.is_signed_by_next != 0
  }

  private static func time(_ seconds: Int64) -> WallTime {
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
    return WallTime(milliseconds: overflow ? (seconds < 0 ? .min : .max) : milliseconds)
  }
}
