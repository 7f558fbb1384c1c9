/// What the fields of one request head must fulfil together, checked line by line.
///
/// These are the fields that two readers of one connection could understand differently, and then
/// disagree about where the next request begins. So nothing here is repaired or guessed.
/// Source: RFC 9112 sections 3.2 and 6; PROXY.md, "Pass-through" (400).
struct RequestFieldRules: Hashable, Sendable {
  private var hasHost = false
  private var contentLength: UInt64?
  private var isChunked = false

  /// Takes the next field line of a head of HTTP/1.`minorVersion`.
  mutating func take(_ field: HTTPField, minorVersion: Int) throws(RequestHeadError) {
    if field.name.equalsIgnoringCase("host") {
      guard !hasHost else { throw .repeatedHost }
      guard RequestFieldRules.isHost(field.value) else { throw .badHost }
      hasHost = true
    } else if field.name.equalsIgnoringCase("content-length") {
      guard !isChunked else { throw .ambiguousLength }
      guard contentLength == nil, let length = decimalNumber(field.value) else {
        throw .badContentLength
      }
      contentLength = length
    } else if field.name.equalsIgnoringCase("transfer-encoding") {
      guard contentLength == nil else { throw .ambiguousLength }
      guard minorVersion == 1, !isChunked, field.value.equalsIgnoringCase("chunked") else {
        throw .badTransferEncoding
      }
      isChunked = true
    }
  }

  /// How the body is delimited, once all lines were taken.
  ///
  /// HTTP/1.0 had no `Host`, and the health checks of load balancers still send none with it.
  func framing(minorVersion: Int) throws(RequestHeadError) -> BodyFraming {
    guard hasHost || minorVersion == 0 else { throw .missingHost }
    if isChunked { return .chunked }
    return contentLength.map(BodyFraming.contentLength) ?? .none
  }

  /// A host and perhaps a port, by the bytes that they can have. No comma and no `@`: behind the
  /// gateway the value stands in `X-Forwarded-Host`, a list.
  private static func isHost(_ value: ArraySlice<UInt8>) -> Bool {
    !value.isEmpty
      && value.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
          UInt8(ascii: "%"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
          true
        default:
          isDigit(byte) || isLetter(byte)
        }
      }
  }
}
