import GatewayLogic
import GatewayTypes
import Testing

/// CONFIGURATION.md, `limits.messages_per_minute`.
struct TokenBucketTests {
  private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

  /// A bucket for 60 messages a minute, so that one comes back each second.
  private final class Bucket {
    private var bucket = TokenBucket()

    func take(after duration: Duration) -> Duration? {
      bucket.take(at: TokenBucketTests.start + duration, countPerMinute: 60)
    }
  }

  @Test func `so many go through at once, and no more`() {
    let bucket = Bucket()
    for number in 1...60 { #expect(bucket.take(after: .zero) == nil, "\(number)") }
    #expect(bucket.take(after: .zero) == .seconds(1))
  }

  @Test func `what is refused takes nothing`() {
    let bucket = Bucket()
    for _ in 1...60 { _ = bucket.take(after: .zero) }
    for _ in 1...10 { #expect(bucket.take(after: .milliseconds(400)) == .milliseconds(600)) }
    #expect(bucket.take(after: .seconds(1)) == nil)
    #expect(bucket.take(after: .seconds(1)) == .seconds(1))
  }

  @Test func `it fills up with time, and not beyond the brim`() {
    let bucket = Bucket()
    for _ in 1...60 { _ = bucket.take(after: .zero) }
    for number in 1...10 { #expect(bucket.take(after: .seconds(10)) == nil, "\(number)") }
    #expect(bucket.take(after: .seconds(10)) != nil)
    for number in 1...60 { #expect(bucket.take(after: .seconds(3600)) == nil, "\(number)") }
    #expect(bucket.take(after: .seconds(3600)) != nil)
  }

  @Test func `a steady client at the rate is never refused`() {
    let bucket = Bucket()
    for second in 0..<300 { #expect(bucket.take(after: .seconds(second)) == nil) }
  }

  @Test(arguments: [1, 7, 300, 1_000_000])
  func `the wait that is told is enough, and not much more`(rate: Int) {
    var bucket = TokenBucket()
    var now = Self.start
    for _ in 0..<rate { _ = bucket.take(at: now, countPerMinute: rate) }
    for _ in 1...3 {
      guard let wait = bucket.take(at: now, countPerMinute: rate) else {
        Issue.record("the bucket is empty")
        return
      }
      #expect(wait > .zero && wait <= .seconds(60) / rate)
      now = now + wait
      let early = now + (.zero - wait / 2)
      #expect(bucket.take(at: early, countPerMinute: rate) != nil)
      #expect(bucket.take(at: now, countPerMinute: rate) == nil)
    }
  }
}
