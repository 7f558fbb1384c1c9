import GatewayLoop
import GatewayTransport

/// Requests that are no upgrades: they go to the upstream.
extension Worker {
  func requested(_ exchange: HTTPExchange) {
    exchangeCount += 1
    exchange.over = { [unowned self] in
      exchangeCount -= 1
      if phase != .running {
        reportIfEmptied()
        endIfFinished()
      }
    }
    guard let rules = setup.forwarding else {
      exchange.refuse(status: 404, code: "not_found", message: "Not found")
      return
    }
    let request = ForwardedRequest(exchange, bodySizeMax: rules.bodySizeMax)
    request.forward(rules, newRequestID: newRequestID(), through: upstream)
  }

  private func newRequestID() -> String {
    // 128 bits, by which a request is the only one of its name in all logs.
    let numbers = [SystemClock.randomNumber, SystemClock.randomNumber]
    return numbers.map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }
}
