import GatewayConfiguration
import GatewayLoop
import GatewayTransport
import GatewayTypes

/// What can be the value of a field of a log line.
///
/// Types say so themselves, so that none gets into a log by accident: tokens, secrets and texts of
/// notes don't.
package protocol Loggable {
  /// Nil where there is nothing to say: the field is left out.
  var logValue: LogValue? { get }
}

extension Loggable where Self: CustomStringConvertible {
  package var logValue: LogValue? { .text(description) }
}

extension Loggable where Self: BinaryInteger {
  package var logValue: LogValue? { .integer(Int64(clamping: self)) }
}

extension Int: Loggable {}
extension Int32: Loggable {}
extension UInt16: Loggable {}
extension UInt64: Loggable {}

extension String: Loggable {}

extension Bool: Loggable {
  package var logValue: LogValue? { .boolean(self) }
}

extension Duration: Loggable {
  package var logValue: LogValue? { .duration(self) }
}

extension Optional: Loggable where Wrapped: Loggable {
  package var logValue: LogValue? { flatMap(\.logValue) }
}

extension ConnectionID: Loggable {}
extension PeerAddress: Loggable {}
extension ClosedReason: Loggable {}
extension ListenError: Loggable {}
extension FrontError: Loggable {}
extension TLSCertificateError: Loggable {}
extension KeySetURL: Loggable {}
extension ConfigurationProblem: Loggable {}

extension UserID: Loggable {
  package var logValue: LogValue? { .text(text) }
}

extension NoteID: Loggable {
  package var logValue: LogValue? { .text(text) }
}

extension FolderID: Loggable {
  package var logValue: LogValue? { .text(text) }
}

extension RequestID: Loggable {
  /// As the client spelt it, without the quotes.
  package var logValue: LogValue? {
    .text(String(decoding: json.bytes.dropFirst().dropLast(), as: UTF8.self))
  }
}

extension ErrorCode: Loggable {
  package var logValue: LogValue? { .text(rawValue) }
}
