import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct WaitingTokensTests {
  private var tokens = WaitingTokens()

  private mutating func insert(_ slot: UInt32, isRenewal: Bool) -> Bool {
    tokens.insert(
      WaitingTokens.Entry(
        connection: .numbered(slot), token: BearerToken("t\(slot)"), requestID: nil,
        isRenewal: isRenewal))
  }

  private mutating func take(upTo asker: KeyAsker) -> [String] {
    tokens.take(upTo: asker).map(\.token.text).sorted()
  }

  @Test mutating func `the first of each kind is asked for`() {
    #expect(insert(1, isRenewal: false))
    #expect(!insert(2, isRenewal: false))
    #expect(insert(3, isRenewal: true))
    #expect(!insert(4, isRenewal: true))
    #expect(tokens.count == 4)
  }

  @Test mutating func `those of strangers can be taken alone`() {
    for slot in 1...2 as ClosedRange<UInt32> { _ = insert(slot, isRenewal: false) }
    for slot in 3...4 as ClosedRange<UInt32> { _ = insert(slot, isRenewal: true) }
    #expect(take(upTo: .request) == [])
    #expect(take(upTo: .stranger) == ["t1", "t2"])
    #expect(insert(5, isRenewal: false))
    #expect(!insert(6, isRenewal: true))
    #expect(take(upTo: .renewal) == ["t3", "t4", "t5", "t6"])
    #expect(tokens.count == 0)
  }

  @Test mutating func `a connection that has gone leaves nothing`() {
    _ = insert(1, isRenewal: false)
    _ = insert(2, isRenewal: true)
    tokens.remove(.numbered(1))
    tokens.remove(.numbered(2))
    tokens.remove(.numbered(3))
    #expect(tokens.count == 0)
    #expect(insert(1, isRenewal: false))
    #expect(insert(2, isRenewal: true))
  }
}
