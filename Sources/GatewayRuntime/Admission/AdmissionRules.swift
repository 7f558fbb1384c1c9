import GatewayLogic
import GatewayWire

/// Which upgrades to WebSocket are let in.
struct AdmissionRules: Sendable {
  /// `websocket.paths`, each compared byte for byte with a request's path.
  let paths: [String]
  /// `websocket.allowed_origins`.
  let origins: OriginRule

  func hasWebSocket(at path: ArraySlice<UInt8>) -> Bool {
    paths.contains { path.elementsEqual($0.utf8) }
  }

  /// The `Origin` of a request to `host` that may not connect; nil when it may. No `Origin` is no
  /// web page.
  func refusedOrigin(of head: RequestHead, at host: String) -> String? {
    let claimed = head.fields.values(of: "Origin").map { String(decoding: $0, as: UTF8.self) }
    guard let origin = claimed.first else { return nil }
    return claimed.count == 1 && origins.allows(origin: origin, host: host) ? nil : origin
  }
}
