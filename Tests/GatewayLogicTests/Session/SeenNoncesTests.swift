import GatewayLogic
import GatewayTypes
import Testing

/// PROTOCOL.md, "Signed messages": which are too old, too new, or known.
struct SeenNoncesTests {
  private static let now = WallTime(milliseconds: 1_700_000_000_000)

  private final class Memory {
    private var nonces = SeenNonces()
    var count: Int { nonces.count }

    func admit(_ nonce: String, writtenAt: WallTime, at now: WallTime) -> Bool {
      nonces.admit(nonce, writtenAt: writtenAt, at: now)
    }
  }

  private static func at(_ milliseconds: Int64) -> WallTime {
    now + .milliseconds(milliseconds)
  }

  @Test(arguments: [
    (Int64(-300_000), true), (-300_001, false), (60_000, true), (60_001, false), (0, true),
    (.min, false), (.max, false),
  ])
  func `it may be five minutes old and one minute early`(written: Int64, isAdmitted: Bool) {
    let nonces = Memory()
    #expect(nonces.admit("a", writtenAt: Self.at(written), at: Self.now) == isAdmitted)
  }

  @Test func `a nonce is good once, whatever time stands beside it`() {
    let nonces = Memory()
    #expect(nonces.admit("a", writtenAt: Self.now, at: Self.now))
    #expect(!nonces.admit("a", writtenAt: Self.now, at: Self.now))
    #expect(!nonces.admit("a", writtenAt: Self.at(5), at: Self.at(10)))
    #expect(nonces.admit("b", writtenAt: Self.now, at: Self.now))
  }

  @Test func `messages need not come in the order of their times`() {
    let nonces = Memory()
    #expect(nonces.admit("a", writtenAt: Self.now, at: Self.now))
    #expect(nonces.admit("b", writtenAt: Self.at(-1000), at: Self.now))
    #expect(nonces.admit("c", writtenAt: Self.at(1000), at: Self.now))
    #expect(!nonces.admit("b", writtenAt: Self.at(-1000), at: Self.now))
  }

  @Test func `a nonce is forgotten when its message would be too old`() {
    let nonces = Memory()
    #expect(nonces.admit("a", writtenAt: Self.now, at: Self.now))
    let still = Self.at(300_000)
    #expect(!nonces.admit("a", writtenAt: still, at: still))
    let then = Self.at(300_001)
    #expect(nonces.admit("b", writtenAt: then, at: then))
    #expect(nonces.count == 1)
    #expect(nonces.admit("a", writtenAt: then, at: then))
  }

  @Test func `one that came early is kept for longer`() {
    let nonces = Memory()
    #expect(nonces.admit("a", writtenAt: Self.at(60_000), at: Self.now))
    let late = Self.at(360_000)
    #expect(!nonces.admit("a", writtenAt: Self.at(60_000), at: late))
    #expect(!nonces.admit("a", writtenAt: late, at: late))
  }

  @Test func `over the bound the oldest is dropped, and nothing as old is admitted again`() {
    let nonces = Memory()
    for number in 0...SeenNonces.countMax {
      #expect(
        nonces.admit("\(number)", writtenAt: Self.at(Int64(number)), at: Self.now), "\(number)")
    }
    #expect(nonces.count == SeenNonces.countMax)
    #expect(!nonces.admit("0", writtenAt: Self.at(0), at: Self.now))
    #expect(!nonces.admit("new", writtenAt: Self.at(0), at: Self.now))
    #expect(!nonces.admit("1", writtenAt: Self.at(1), at: Self.now))
    #expect(nonces.admit("new", writtenAt: Self.at(1), at: Self.now))
  }
}
