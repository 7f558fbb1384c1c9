import GatewayLoop
import GatewayTransport
import GatewayWire

/// The page of the admin listener: one file that loads nothing and draws what `/metrics` says.
///
/// Its sources are markup with style, and scripts that become one module.
enum AdminPage {
  /// Where the page's style and script name the nonce of the answer.
  private static let placeholder = Array("NONCE".utf8)
  private static let pieces = split(
    PackageResources.page_html + Array("<script type=\"module\" nonce=\"NONCE\">\n".utf8)
      + PackageResources.figures_js + PackageResources.charts_js
      + Array("</script>\n</body>\n</html>\n".utf8))

  /// Answers with the page. It may run and show what stands in it and bears the answer's nonce,
  /// and talk to its own origin.
  static func respond(to exchange: HTTPExchange) {
    let nonce = Array(String(SystemClock.randomNumber, radix: 36).utf8)
    let policy = [
      "default-src 'none'", "script-src 'nonce-\(String(decoding: nonce, as: UTF8.self))'",
      "style-src 'nonce-\(String(decoding: nonce, as: UTF8.self))'", "connect-src 'self'",
      "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ]
    exchange.respond(
      status: 200,
      fields: [
        ResponseField("Content-Type", "text/html; charset=utf-8"),
        ResponseField("Content-Security-Policy", policy.joined(separator: "; ")),
        ResponseField("Cache-Control", "no-store"),
        ResponseField("X-Content-Type-Options", "nosniff"),
        ResponseField("Referrer-Policy", "no-referrer"),
      ],
      body: Array(pieces.joined(separator: nonce)))
  }

  private static func split(_ page: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = page[...]
    while let range = rest.firstRange(of: placeholder) {
      pieces.append(Array(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return pieces + [Array(rest)]
  }
}
