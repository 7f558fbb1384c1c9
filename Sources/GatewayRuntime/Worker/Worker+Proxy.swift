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
    request.forward(rules, ids: &requestIDs, through: upstream)
  }
}
