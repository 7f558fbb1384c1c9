import GatewayLoop
import GatewayTransport

/// Looks now and then whether the files of certificates have changed, and reads them again then.
///
/// Looking costs two calls a listener. Being told of changes by the kernel would save them, and
/// would miss what happens behind links and mounts, which is how certificates are put in place.
/// Thread: the main one.
final class CertificateWatch {
  private struct Way {
    let settings: TLSSettings
    var stamp: StampedCertificate.Stamp
    /// What is there now can't be used, which was said.
    var isBroken = false
  }

  private static let interval = Duration.seconds(2)

  private let log: Log
  private let renewed: ([Int: TLSCertificate]) -> Void
  private var ways: [Way] = []
  private var timer: Timer?

  /// `renewed` gets what has changed, by the index of the way to speak TLS.
  init(on loop: Loop, log: Log, renewed: @escaping ([Int: TLSCertificate]) -> Void) {
    self.log = log
    self.renewed = renewed
    timer = Timer(on: loop) { [unowned self] in look() }
  }

  /// From now on these are in use.
  func watch(_ certificates: [StampedCertificate]) {
    ways = certificates.map { Way(settings: $0.certificate.settings, stamp: $0.stamp) }
    if ways.isEmpty {
      timer?.stop()
    } else {
      timer?.start(every: CertificateWatch.interval)
    }
  }

  private func look() {
    var changed: [Int: TLSCertificate] = [:]
    for index in ways.indices {
      if let certificate = renewal(of: &ways[index]) { changed[index] = certificate }
    }
    if !changed.isEmpty { renewed(changed) }
  }

  /// A key may be written before its certificate, or in pieces: what can't be used is tried again,
  /// and the last one shown meanwhile.
  private func renewal(of way: inout Way) -> TLSCertificate? {
    guard way.isBroken || StampedCertificate.Stamp(way.settings) != way.stamp else { return nil }
    do throws(TLSCertificateError) {
      let read = try StampedCertificate(way.settings)
      way.stamp = read.stamp
      way.isBroken = false
      log.info(
        "a certificate has changed: new connections are shown it",
        [.file: way.settings.certificateFile])
      return read.certificate
    } catch {
      if !way.isBroken {
        log.warning(
          "a certificate has changed and can't be used: the last one is shown until it can",
          [.file: way.settings.certificateFile, .reason: error])
      }
      way.isBroken = true
      return nil
    }
  }
}

@available(*, unavailable)
extension CertificateWatch: Sendable {}
