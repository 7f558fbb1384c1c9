import GatewayTypes

/// All tokens that were ever given out, and what is known of each.
struct TokenRegistry {
  struct Known {
    let user: UserID
    let expiresAt: WallTime
  }

  private var known: [BearerToken: Known] = [:]
  private var lastNumber = 0

  subscript(token: BearerToken) -> Known? { known[token] }

  /// A new token of `user`.
  mutating func issue(to user: UserID, until end: WallTime) -> BearerToken {
    lastNumber += 1
    let token = BearerToken("\(user.text)-\(lastNumber)")
    known[token] = Known(user: user, expiresAt: end)
    return token
  }
}
