import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayWire

/// Carries requests to a `DemoSite` and its answers back.
///
/// Thread: its own, from `run` to the end.
final class DemoServer: HTTPOnlyHandler {
  private var site: DemoSite

  private init(_ site: DemoSite) {
    self.site = site
  }

  /// Serves `site` on the listening socket, which it owns, until something is posted to `stops`.
  /// `started` gets nil once it serves, or the reason why it does not, in which case this returns.
  static func run(
    _ site: DemoSite, on socket: CInt, stops: Mailbox<Void>, started: Handover<FrontError?>
  ) {
    let loop = Loop()
    let front: Front
    do {
      front = try Front(
        loop: loop, workerIndex: 0, settings: TransportSettings(), tls: [],
        ticketKeys: TLSTicketKeys())
    } catch {
      ListeningSocket.close(socket)
      started.put(error)
      return
    }
    let server = DemoServer(site)
    front.handler = server
    front.listen(on: socket, tlsIndex: nil)
    stops.open(on: loop) { loop.stop() }
    started.put(nil)
    loop.run()
    stops.close()
    withExtendedLifetime(server) { front.shutdown() }
  }

  func requested(_ exchange: HTTPExchange) {
    let request = DemoRequest(exchange.head)
    guard site.wantsBody(of: request, at: SystemClock.wall) else {
      answer(request, on: exchange)
      return
    }
    exchange.collectBody(upTo: DemoSite.bodySizeMax) { [unowned self] body in
      answer(DemoRequest(exchange.head, body: body), on: exchange)
    }
  }

  private func answer(_ request: DemoRequest, on exchange: HTTPExchange) {
    let answer = site.answer(
      request, at: SystemClock.wall, randomNumber: SystemClock.randomNumber)
    exchange.respond(status: answer.status, fields: answer.fields, body: answer.body)
  }

  func upgradeRequested(
    _ head: RequestHead, peer: PeerAddress, isTLS: Bool, _ ticket: ConnectionTicket
  ) -> UpgradeDecision {
    .refuse(
      HTTPRefusal(status: 404, code: "not_found", message: "The gateway is at another address"))
  }
}
