import GatewayLogic
import GatewayTypes
import GatewayWire

extension UpstreamReply {
  /// The longest message of a refusal that is passed on to a client, in bytes.
  private static let messageSizeMax = 256
  /// The longest refusal that is searched for one, in bytes.
  private static let refusalSizeMax = 4096

  /// What an outcome means to the logic.
  init(_ outcome: UpstreamOutcome) {
    switch outcome {
    case .failed(let failure):
      self = .failed(failure)
    case .answered(let answer):
      let json = UpstreamReply.json(in: answer.body)
      let message = 400...499 ~= answer.status ? UpstreamReply.message(in: answer.body) : nil
      self = .answered(status: answer.status, json: json, message: message)
    }
  }

  private static func json(in body: [UInt8]) -> JSONText? {
    do {
      return try JSONText(scanning: body)
    } catch {
      return nil
    }
  }

  /// The upstream's own words, where it says them as APIs do: `{"message":"…"}` or `{"error":"…"}`.
  private static func message(in body: [UInt8]) -> String? {
    guard body.count <= refusalSizeMax else { return nil }
    do {
      let root = try JSONDocument(body).root
      let texts = ["message", "error"].compactMap { root[$0]?.string }
      return texts.first { (1...messageSizeMax).contains($0.utf8.count) }
    } catch {
      return nil
    }
  }
}
