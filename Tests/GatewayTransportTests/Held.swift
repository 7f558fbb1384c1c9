import GatewayTransport

/// Exchanges that wait for their test to answer them, on the front's thread.
///
/// Safe because: they are put in and taken out on that one thread.
final class Held: @unchecked Sendable {
  private var exchanges: [HTTPExchange] = []

  func hold(_ exchange: HTTPExchange) {
    exchanges.append(exchange)
  }

  func take() -> HTTPExchange? {
    exchanges.isEmpty ? nil : exchanges.removeFirst()
  }

  var first: HTTPExchange? { exchanges.first }
}
