import GatewayLogic
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// Looks on while a write is passed on, and keeps what tells how it ended: bodies up to `sizeMax`
/// each, of the answer a copy that is decoded where it comes encoded. What is sure when, its `turn`
/// says.
///
/// Thread: the worker's.
final class WatchedRequest: ForwardingObserver {
  let write: WatchedWrite
  /// Those by which it is passed on, whatever they are when its turn comes.
  let rules: ForwardingRules
  /// What it is passed on by, until it is over.
  var forwarded: ForwardedRequest?
  var turn: WatchedTurn
  /// Is to say this to the home of the note, once at most; in the middle of the upstream's or the
  /// front's callbacks unless `isLast`.
  var told: ((HomeMessage, _ isLast: Bool) -> Void)?
  /// Told when it is over; `isLast` is meant as above.
  var over: ((WatchedRequest, _ isLast: Bool) -> Void)?

  private let sizeMax: Int
  private let locations: CreatedLocations
  private var changes: KeptBody
  private var answer: KeptBody
  /// What the answer's only `Location` says.
  private var location: [UInt8]?

  init(
    _ write: WatchedWrite, _ rules: ForwardingRules, sizeMax: Int, locations: CreatedLocations
  ) {
    self.write = write
    self.rules = rules
    self.sizeMax = sizeMax
    self.locations = locations
    turn = WatchedTurn(write.proxied)
    changes = KeptBody(sizeMax: sizeMax)
    answer = KeptBody(sizeMax: sizeMax)
  }

  // MARK: ForwardingObserver

  var awaitsOutcome: Bool { turn.awaitsOutcome }

  func forwarded(_ bytes: UnsafeRawBufferPointer) {
    changes.append(bytes)
  }

  func answered(_ head: StreamedAnswerHead) {
    let verdict = turn.answered(status: head.status)
    if verdict == nil {
      answer = KeptBody(BodyCoding(head.lines.fields), sizeMax: sizeMax)
      location = head.lines.fields.only("location").map { Array($0) }
    }
    conclude(verdict)
  }

  func received(_ bytes: UnsafeRawBufferPointer) {
    guard turn.awaitsOutcome else { return }
    answer.append(bytes)
    if answer.isBeyondReach { conclude(turn.passedReach()) }
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
    let message = turn.tell(outcome, creation: creation(outcome))
    if let message { told?(message, isLast) }
    told = nil
    changes = KeptBody(sizeMax: sizeMax)
    answer = KeptBody(sizeMax: sizeMax)
  }

  /// What a creation has made, under the name that the upstream has given to it; nil where it has
  /// not.
  private func creation(_ outcome: ProxiedOutcome) -> ProxiedWrite? {
    guard write.proxied == nil else { return nil }
    switch outcome {
    case .notAccepted, .accepted(_, answer: nil):
      return nil
    case .accepted(_, answer: let answer?):
      return JSONText.id(inBeginning: answer.bytes).flatMap(write.creation)
    case .acceptedUnseen:
      return (JSONText.id(inBeginning: answer.beginning) ?? locatedName).flatMap(write.creation)
    }
  }

  private var locatedName: String? {
    guard let location, let head = forwarded?.head else { return nil }
    return locations.name(at: location, answering: head, in: write.match)
  }

  private var acceptedUnseen: ProxiedOutcome {
    .acceptedUnseen(changes: changesObject)
  }

  private var accepted: ProxiedOutcome {
    guard let whole = answer.whole else { return acceptedUnseen }
    let answer = WatchedRequest.json(whole)
    if let changes = changesObject { return .accepted(changes: changes, answer: answer) }
    // What is not JSON is heard by nobody, whatever was asked.
    return answer == nil
      ? .accepted(changes: WatchedRequest.noChanges, answer: nil) : acceptedUnseen
  }

  /// Nil where they were too large.
  private var changesObject: JSONText? {
    guard let whole = changes.whole else { return nil }
    let changes = WatchedRequest.json(whole)
    return changes?.bytes.first == UInt8(ascii: "{") ? changes : WatchedRequest.noChanges
  }

  private static let noChanges = JSONText(unchecked: Array("{}".utf8))

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
