import GatewayLogic
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// Looks on while a write is passed on, and keeps what tells how it ended: bodies up to `sizeMax`
/// each. What is sure when, its `turn` says.
///
/// Thread: the worker's.
final class WatchedRequest: ForwardingObserver {
  let write: WatchedWrite
  /// What it is passed on by, until it is over.
  var forwarded: ForwardedRequest?
  var turn: WatchedTurn
  /// Is to say this to the home of the note, once at most; in the middle of the upstream's or the
  /// front's callbacks unless `isLast`.
  var told: ((HomeMessage, _ isLast: Bool) -> Void)?
  /// Told when it is over; `isLast` is meant as above.
  var over: ((WatchedRequest, _ isLast: Bool) -> Void)?

  private let sizeMax: Int
  private var changes: Kept
  private var answer: Kept
  private var hasEncodedAnswer = false

  /// The bytes of a body, or that it was larger.
  private struct Kept {
    var bytes: [UInt8] = []
    var isCutOff = false

    mutating func append(_ piece: UnsafeRawBufferPointer, sizeMax: Int) {
      guard !isCutOff else { return }
      let size = min(piece.count, sizeMax - bytes.count)
      bytes.append(contentsOf: piece.prefix(size))
      isCutOff = size < piece.count
    }
  }

  init(_ write: WatchedWrite, sizeMax: Int) {
    self.write = write
    self.sizeMax = sizeMax
    turn = WatchedTurn(write.proxied)
    changes = Kept()
    answer = Kept()
  }

  // MARK: ForwardingObserver

  var awaitsOutcome: Bool { turn.awaitsOutcome }

  func forwarded(_ bytes: UnsafeRawBufferPointer) {
    changes.append(bytes, sizeMax: sizeMax)
  }

  func answered(_ head: StreamedAnswerHead) {
    hasEncodedAnswer = head.lines.fields.elements(of: "content-encoding")
      .contains { !$0.equalsIgnoringCase("identity") }
    conclude(turn.answered(status: head.status, isEncoded: hasEncodedAnswer))
  }

  func received(_ bytes: UnsafeRawBufferPointer) {
    guard turn.awaitsOutcome else { return }
    answer.append(bytes, sizeMax: sizeMax)
    if answer.isCutOff { conclude(turn.overflowed()) }
  }

  func ended(_ end: StreamEnd?) {
    let isLast = end != nil
    switch end {
    case .whole: conclude(turn.ended(.whole), isLast: isLast)
    case .failed: conclude(turn.ended(.failed), isLast: isLast)
    case nil: conclude(turn.ended(.abandoned), isLast: isLast)
    }
    forwarded = nil
    let over = over
    self.over = nil
    over?(self, isLast)
  }

  // MARK: The outcome

  private func conclude(_ verdict: WatchedTurn.Verdict?, isLast: Bool = false) {
    guard let verdict else { return }
    let outcome =
      switch verdict {
      case .notAccepted: ProxiedOutcome.notAccepted
      case .accepted: accepted
      case .acceptedUnseen: acceptedUnseen
      }
    let message = turn.tell(outcome, creation: creation)
    if let message { told?(message, isLast) }
    told = nil
    changes = Kept()
    answer = Kept()
  }

  /// What a creation has made, by the `id` at the beginning of the answer.
  private var creation: ProxiedWrite? {
    guard write.proxied == nil, !hasEncodedAnswer, let name = JSONText.id(inBeginning: answer.bytes)
    else { return nil }
    return write.creation(of: name)
  }

  private var acceptedUnseen: ProxiedOutcome {
    .acceptedUnseen(changes: changes.isCutOff ? nil : changesObject)
  }

  private var accepted: ProxiedOutcome {
    if changes.isCutOff { return acceptedUnseen }
    return .accepted(changes: changesObject, answer: WatchedRequest.json(answer.bytes))
  }

  private var changesObject: JSONText {
    guard let changes = WatchedRequest.json(changes.bytes), changes.bytes.first == UInt8(ascii: "{")
    else { return JSONText(unchecked: Array("{}".utf8)) }
    return changes
  }

  private static func json(_ bytes: [UInt8]) -> JSONText? {
    do {
      return try JSONText(scanning: bytes)
    } catch {
      return nil
    }
  }
}

@available(*, unavailable)
extension WatchedRequest: Sendable {}

/// What the head of a watched request says.
struct WatchedWrite {
  let match: WatchedRoutes.Match
  let ticket: ProxyTicket
  let user: UserID
  let token: BearerToken
  let exception: ConnectionID?

  /// Of a change, nil for a creation.
  var proxied: ProxiedWrite? {
    guard case .change(let resource, let kind) = match else { return nil }
    return proxied(kind, resource)
  }

  /// Of a creation, nil for a change and where the answer's `id` is no name.
  func creation(of name: String) -> ProxiedWrite? {
    guard case .creation(let collection) = match else { return nil }
    return collection.resource(name).map { proxied(.create, $0) }
  }

  private func proxied(_ kind: ProxiedWrite.Kind, _ resource: Resource) -> ProxiedWrite {
    ProxiedWrite(
      ticket: ticket, resource: resource, kind: kind, user: user, token: token,
      exception: exception)
  }
}

extension RequestHead {
  /// The token of its only `Authorization`, if that is a bearer's. Source: RFC 6750 section 2.1.
  var bearerToken: BearerToken? {
    let claimed = Array(fields.values(of: "authorization").prefix(2))
    guard claimed.count == 1, let value = claimed.first else { return nil }
    let scheme = value.prefix { $0 != UInt8(ascii: " ") }
    let token = value.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }
    guard scheme.equalsIgnoringCase("bearer"), !token.isEmpty else { return nil }
    return BearerToken(String(decoding: token, as: UTF8.self))
  }

  /// The connection that its only `X-Connection-Id` names.
  var callersConnection: ConnectionID? {
    let claimed = Array(fields.values(of: "x-connection-id").prefix(2))
    guard claimed.count == 1, let value = claimed.first else { return nil }
    return ConnectionID(String(decoding: value, as: UTF8.self))
  }
}
