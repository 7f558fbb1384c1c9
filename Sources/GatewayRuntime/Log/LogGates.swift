import GatewayLogic
import GatewayTypes

/// A gate for each kind of thing that many clients can bring about at once.
struct LogGates {
  enum Kind: Hashable {
    case acceptFailed
    case originRefused
    case connectionRefused(ConnectionLimits.Refusal)
    case rateExceeded
    case slowReader
  }

  private var gates: [Kind: LogGate] = [:]

  /// Whether a line of this kind may be written at `now`: nil when not, else how many were held
  /// back before it.
  mutating func pass(_ kind: Kind, at now: MonotonicTime) -> Int? {
    gates[kind, default: LogGate()].pass(at: now)
  }
}
