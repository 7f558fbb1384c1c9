import GatewayConfiguration
import GatewayLogic
import GatewayLoop
import GatewayTokens
import GatewayTypes
import GatewayUpstream

/// Fetches the key set of `authentication.keys.jwks_url` when `KeySetRefresh` says so, and gives
/// each new one to all workers, whole. What can't be used changes nothing.
///
/// Thread: the main one.
final class KeyFetcher {
  let url: KeySetURL
  /// What has the rules, and the keys of files.
  private var base: TokenJudge
  /// The newest that were fetched.
  private var fetchedKeys: [VerificationKey]?
  private let workers: [WorkerHandle]
  private let log: Log
  private let counted: (KeyRefreshResult) -> Void
  private var refresh: KeySetRefresh
  private var effects: [KeySetRefreshEffect] = []
  private var client: UpstreamClient?
  private var timer: Timer?
  /// What was fetched last of what could be used, to see whether it changes.
  private var body: [UInt8] = []
  private var keyCount = 0
  /// The last fetch failed.
  private var isFailing = false
  /// Why the client's last request failed.
  private var reason = ""

  /// Begins with the first fetch. `counted` is told of what came of each.
  init(
    _ url: KeySetURL, base: TokenJudge, workers: [WorkerHandle], on loop: Loop, log: Log,
    counted: @escaping (KeyRefreshResult) -> Void
  ) {
    self.url = url
    self.base = base
    self.workers = workers
    self.log = log
    self.counted = counted
    refresh = KeySetRefresh(into: &effects)
    // Unowned: both are gone, or silent, before the fetcher is.
    client = UpstreamClient(on: loop, settings: UpstreamSettings(url)) { [unowned self] _, reason in
      self.reason = reason
    }
    timer = Timer(on: loop) { [unowned self] in
      refresh.deadlineReached(at: SystemClock.monotonic, into: &effects)
      runEffects()
    }
    runEffects()
  }

  /// Whether a set was fetched that could be used.
  var hasSet: Bool { refresh.hasSet }

  /// From now on `base` has the rules and the keys of files. Returns it with the keys that were
  /// fetched.
  func rebase(_ base: TokenJudge) -> TokenJudge {
    self.base = base
    return fetchedKeys.map(base.withFetched) ?? base
  }

  /// Fetches what is there now, without waiting for its time.
  func fetchAgain() {
    refresh.requested(into: &effects)
    runEffects()
  }

  /// A worker has a token that no key verifies.
  func unknownKey(on worker: UInt16, of asker: KeyAsker) {
    refresh.unknownKey(on: worker, of: asker, at: SystemClock.monotonic, into: &effects)
    runEffects()
  }

  /// Ends whatever is under way. To be called before the loop is released.
  func shutdown() {
    timer = nil
    let client = client
    self.client = nil
    client?.shutdown()
  }

  private func runEffects() {
    for effect in effects { run(effect) }
    effects.removeAll(keepingCapacity: true)
  }

  private func run(_ effect: KeySetRefreshEffect) {
    switch effect {
    case .fetch:
      fetch()
    case .wake(at: let time):
      timer?.start(after: max(.zero, time - SystemClock.monotonic))
    case .nothingNew(worker: let worker, upTo: let asker):
      workers[Int(worker)].mailbox.post(.noNewKeys(upTo: asker))
    }
  }

  private func fetch() {
    let request: UpstreamRequest
    do throws(UpstreamRequestError) {
      request = try UpstreamRequest(method: "GET", target: url.target)
    } catch {
      preconditionFailure("the configuration has only URLs that can be asked for: \(error)")
    }
    client?.send(request) { [unowned self] outcome in
      // After the shutdown nobody is left to hear of it.
      guard client != nil else { return }
      fetched(outcome)
      runEffects()
    }
  }
}

// MARK: What came of a fetch

extension KeyFetcher {
  private func fetched(_ outcome: UpstreamOutcome) {
    switch outcome {
    case .failed:
      failed(reason)
    case .answered(let answer) where answer.status != 200:
      failed("the answer's status is \(answer.status)")
    case .answered(let answer) where answer.body == body && refresh.hasSet:
      if isFailing { log.info("the keys were fetched again", [.url: url, .count: keyCount]) }
      isFailing = false
      counted(.unchanged)
      refresh.fetched(isNew: false, at: SystemClock.monotonic, into: &effects)
    case .answered(let answer):
      do throws(JSONWebKeySetError) {
        use(try JSONWebKeySet(answer.body))
        body = answer.body
      } catch {
        failed("the answer " + KeyFetcher.shortened(error.description))
      }
    }
  }

  private func use(_ set: JSONWebKeySet) {
    let judge = base.withFetched(set.keys)
    for worker in workers { worker.mailbox.post(.keys(judge)) }
    counted(.changed)
    keyCount = set.keys.count
    fetchedKeys = set.keys
    isFailing = false
    if refresh.hasSet {
      log.info("the keys have changed", [.url: url, .count: keyCount])
    } else {
      log.info("the keys were fetched", [.url: url, .count: keyCount])
    }
    if !set.problems.isEmpty {
      let problems = set.problems.map(\.description).joined(separator: "; ")
      log.warning(
        "some of the keys that were fetched can't be used", as: .keysUnusable,
        [.url: url, .count: set.problems.count, .reason: KeyFetcher.shortened(problems)])
    }
    let algorithms = judge.verifier.keys.algorithmsWithoutKey(
      among: judge.verifier.rules.algorithms)
    if !algorithms.isEmpty {
      log.warning(
        "no key is there for some of authentication.algorithms: such tokens are refused",
        as: .keysMissing,
        [.reason: algorithms.map(\.rawValue).joined(separator: ", ")])
    }
    refresh.fetched(isNew: true, at: SystemClock.monotonic, into: &effects)
  }

  private func failed(_ reason: String) {
    counted(.failed)
    isFailing = true
    if refresh.hasSet {
      log.warning(
        "the keys could not be fetched: the last ones go on", as: .keysNotFetched,
        [.url: url, .count: keyCount, .reason: reason])
    } else {
      log.warning(
        "the keys could not be fetched: until they are, tokens that need them are refused",
        as: .keysNotFetched,
        [.url: url, .reason: reason])
    }
    refresh.failed(at: SystemClock.monotonic, into: &effects)
  }

  /// What a server can make as long as it likes, in a length that a log line can have.
  private static func shortened(_ text: String) -> String {
    text.count > 500 ? text.prefix(500) + "…" : text
  }
}

@available(*, unavailable)
extension KeyFetcher: Sendable {}

extension UpstreamSettings {
  /// For the key set at `url`: one short request now and then, each on a connection of its own.
  fileprivate init(_ url: KeySetURL) {
    self.init(
      origin: UpstreamOrigin(
        isTLS: url.server.isTLS, host: url.server.host, port: url.server.port),
      hostField: url.server.authority, userAgent: "notes-gateway/\(Version.current)",
      acceptField: "application/json, application/jwk-set+json", connectTimeout: .seconds(10),
      idleTimeout: .zero, requestTimeout: .seconds(10), connectionCountMax: 1, queueCountMax: 0,
      answerSizeMax: JSONWebKeySet.sizeMax)
  }
}
