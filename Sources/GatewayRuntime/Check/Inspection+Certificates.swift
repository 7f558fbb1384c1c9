import GatewayConfiguration
import GatewayTransport
import GatewayTypes

extension Inspection {
  /// What a renewal that fails leaves to find out why.
  private static let lifetimeMin = Duration.seconds(14 * 24 * 3600)

  /// Of the certificates that are shown, and of the authorities that the upstream's are believed
  /// of. That they can be used, and fit their keys, is seen when they are loaded.
  var certificateFindings: [ConfigurationProblem] {
    var findings: [ConfigurationProblem] = []
    for (index, tls) in files.listeners.enumerated() {
      guard let tls else { continue }
      let key = "listen[\(index)].tls.certificate_file"
      let certificates = CertificateFacts.read(pem: tls.certificate) ?? []
      findings += dates(of: certificates, key) + order(of: certificates, key)
    }
    if configuration.upstream.url.isTLS, let authorities = files.upstreamCA {
      findings += dates(of: CertificateFacts.read(pem: authorities) ?? [], "upstream.ca_file")
    }
    return findings
  }

  private func dates(of certificates: [CertificateFacts], _ key: String) -> [ConfigurationProblem] {
    certificates.enumerated().compactMap { index, certificate in
      let what: String
      if certificate.notBefore > now {
        what = "is good from \(Inspection.date(certificate.notBefore)) on only"
      } else if certificate.notAfter < now {
        what = "has expired on \(Inspection.date(certificate.notAfter))"
      } else if certificate.notAfter < now + Inspection.lifetimeMin {
        what = "expires on \(Inspection.date(certificate.notAfter))"
      } else {
        return nil
      }
      return configuration.places.problem(
        with: key, "\(Inspection.name(index, of: certificates.count)) \(what)")
    }
  }

  /// RFC 5246, section 7.4.2: each certificate is signed by the one that follows. Some clients put
  /// others in order, and some do not.
  private func order(of certificates: [CertificateFacts], _ key: String) -> [ConfigurationProblem] {
    certificates.dropLast().enumerated()
      .filter { !$0.element.isSignedByNext }
      .map { index, _ in
        configuration.places.problem(
          with: key,
          "\(Inspection.name(index, of: certificates.count)) is not signed by the one behind it; "
            + "expected the certificate, then that of its issuer, and so on")
      }
  }

  private static func name(_ index: Int, of count: Int) -> String {
    count == 1 ? "the certificate" : "certificate \(index + 1) of \(count)"
  }

  /// `2026-01-31`, UTC.
  static func date(_ time: WallTime) -> String {
    String(LogLine.timestamp(time).prefix { $0 != "T" })
  }
}
