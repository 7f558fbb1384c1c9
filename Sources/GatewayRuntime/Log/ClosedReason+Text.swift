import GatewayTransport
import GatewayTypes

extension ClosedReason: CustomStringConvertible {
  /// For the log.
  package var description: String {
    switch self {
    case .byClient(code: 1005), .byClient(code: 1000): "closed by the client"
    case .byClient(code: let code): "closed by the client with \(code)"
    case .byGateway(let code): "closed by the gateway with \(code.rawValue)"
    case .protocolError(code: let code): "the client broke the protocol: \(code)"
    case .abnormal: "cut off, or silent for too long"
    }
  }
}
