import GatewayTypes
import GatewayWire

/// What the admin listener is asked for, by its path.
enum AdminRoute: Hashable {
  case page
  case health
  case readiness
  case metrics
  case connections
  case publish

  init?(path: ArraySlice<UInt8>) {
    switch String(decoding: path, as: UTF8.self) {
    case "/": self = .page
    case "/healthz": self = .health
    case "/readyz": self = .readiness
    case "/metrics": self = .metrics
    case "/connections": self = .connections
    case "/publish": self = .publish
    default: return nil
    }
  }

  /// The methods that it knows.
  var methods: [String] {
    switch self {
    case .page, .health, .readiness, .metrics: ["GET", "HEAD"]
    case .connections: ["GET", "HEAD", "DELETE"]
    case .publish: ["POST"]
    }
  }

  func allows(_ method: ArraySlice<UInt8>) -> Bool {
    methods.contains { method.elementsEqual($0.utf8) }
  }
}

extension RequestHead {
  /// The user that `?user=` names; nil where there is no such, or more than one.
  var queriedUser: UserID? {
    guard let query else { return nil }
    let prefix = Array("user=".utf8)
    let values = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true)
      .filter { $0.starts(with: prefix) }
    guard values.count == 1, let value = values.first,
      let bytes = RequestHead.decoded(value.dropFirst(prefix.count)),
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    return UserID(text)
  }

  /// What a value of a query stands for; nil where it is cut off or has digits that are none.
  ///
  /// Source: https://url.spec.whatwg.org/#concept-urlencoded-parser, which takes a plus for a
  /// space.
  private static func decoded(_ value: ArraySlice<UInt8>) -> [UInt8]? {
    var decoded: [UInt8] = []
    var rest = value
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
          let number = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        decoded.append(number)
        rest = rest.dropFirst(2)
      case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
      default: decoded.append(byte)
      }
    }
    return decoded
  }
}
