/// Why a request head is refused. Nothing that follows such a head on its connection may be read.
///
/// Source: PROXY.md, "Pass-through" (400 and 431); RFC 9112.
package enum RequestHeadError: Error, Hashable, Sendable {
  /// A CR without its LF, or a LF without its CR.
  case badLineEnd
  /// Not a token, or more than the empty lines that are tolerated before a request.
  case badMethod
  /// Not in origin form, or with a byte that is not visible ASCII.
  case badTarget
  /// Not `HTTP/` and two digits with a dot.
  case badVersion
  /// HTTP, but neither 1.0 nor 1.1.
  case unsupportedVersion
  case badField(FieldLineError)
  /// HTTP/1.1 without `Host`.
  case missingHost
  case repeatedHost
  /// Empty, or with a byte that no host and port have.
  case badHost
  /// Not one plain decimal number, or more than one line of them.
  case badContentLength
  /// Not exactly `chunked`, more than one line, or with HTTP/1.0.
  case badTransferEncoding
  /// `Content-Length` and `Transfer-Encoding` both.
  case ambiguousLength
  /// More bytes than `limits.header_size`, or too many fields.
  case tooLarge

  /// The status of the answer.
  package var status: Int {
    switch self {
    case .tooLarge: 431
    case .unsupportedVersion: 505
    case .badLineEnd, .badMethod, .badTarget, .badVersion, .badField, .missingHost, .repeatedHost,
      .badHost, .badContentLength, .badTransferEncoding, .ambiguousLength:
      400
    }
  }
}

extension RequestHeadError: CustomStringConvertible {
  /// For the client: which rule, and nothing of what was sent.
  package var description: String {
    switch self {
    case .badLineEnd: FieldLineError.badLineEnd.description
    case .badMethod: "The method must be a token"
    case .badTarget: "The request target must be in origin form and visible ASCII"
    case .badVersion: "The request line must end with HTTP/1.0 or HTTP/1.1"
    case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are supported"
    case .badField(let error): error.description
    case .missingHost: "Host is missing"
    case .repeatedHost: "Host must stand once"
    case .badHost: "Host must be a host with or without a port"
    case .badContentLength: "Content-Length must be one decimal number"
    case .badTransferEncoding: "Transfer-Encoding must be chunked, and only in HTTP/1.1"
    case .ambiguousLength: "Content-Length and Transfer-Encoding must not stand together"
    case .tooLarge: "The request head is too large"
    }
  }
}
