package import GatewayLoop
package import GatewayTokens
package import GatewayTransport
package import GatewayTypes

/// What `notes-gateway demo` shows the gateway with: a notes API in memory, and the page that
/// writes to it and listens, on 127.0.0.1 and a thread of its own.
///
/// It knows of no gateway. A browser that came to the page through one finds the API and the
/// WebSocket where it found the page.
///
/// Thread: any, for all of it.
package final class DemoNotesAPI: Sendable {
  private enum State {
    /// The socket is this object's until the thread has it.
    case listening(CInt, DemoSite)
    case running(OSThread)
    case stopped
  }

  /// Where it listens.
  package let port: UInt16
  private let stops = Mailbox<Void>()
  private let state: Guarded<State>

  /// Listens on 127.0.0.1, and answers nobody yet. `secret` signs the tokens of `user`, who the
  /// page is, and verifies those of the requests. Port 0 picks a free one.
  package init(secret: HMACSecret, user: UserID, port: UInt16 = 0) throws(DemoError) {
    let site: DemoSite
    do {
      site = try DemoSite(secret: secret, user: user, page: DemoPage.html)
    } catch {
      throw .badSecret(error)
    }
    do {
      let socket = try ListeningSocket.open(address: "127.0.0.1", port: port)
      self.port = ListeningSocket.port(of: socket)
      state = Guarded(.listening(socket, site))
    } catch {
      throw .notListening(port: port, error)
    }
  }

  deinit {
    stop()
  }

  /// Starts to answer. Once, and not after `stop`.
  package func start() throws(DemoError) {
    let problem = Handover<FrontError?>()
    try state.withLock { state throws(DemoError) in
      guard case .listening(let socket, let site) = state else {
        preconditionFailure("a demo is started once, and not after it was stopped")
      }
      let thread = OSThread(name: "demo-api") { [stops] in
        DemoServer.run(site, on: socket, stops: stops, started: problem)
      }
      guard let thread else { throw .noThread }
      state = .running(thread)
    }
    guard let problem = problem.take() else { return }
    stop()
    throw .notServing(problem)
  }

  /// Drops all connections and waits for the thread to end. Idempotent.
  package func stop() {
    let last = state.withLock { state in
      let last = state
      state = .stopped
      return last
    }
    switch last {
    case .listening(let socket, _): ListeningSocket.close(socket)
    case .running(let thread):
      stops.post(())
      thread.join()
    case .stopped: break
    }
  }
}

/// Why there is no demo.
package enum DemoError: Error, Hashable, Sendable {
  case badSecret(KeyError)
  case notListening(port: UInt16, ListenError)
  case noThread
  case notServing(FrontError)
}

extension DemoError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .badSecret(let error): "the demo's secret \(error)"
    case .notListening(let port, let error):
      "the demo's API cannot listen on 127.0.0.1:\(port): \(error)"
    case .noThread: "the demo's API has no thread"
    case .notServing(let error): "the demo's API cannot serve: \(error)"
    }
  }
}
