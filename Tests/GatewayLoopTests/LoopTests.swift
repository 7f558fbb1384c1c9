import GatewayLoop
import GatewayTypes
import Glibc
import Synchronization
import Testing

@Suite struct LoopTests {
  @Test func `timers fire in the order of their times, not of their starts`() {
    let loop = Loop()
    var fired: [String] = []
    let late = Timer(on: loop) {
      fired.append("late")
      loop.stop()
    }
    let soon = Timer(on: loop) { fired.append("soon") }
    late.start(after: .milliseconds(20))
    soon.start(after: .milliseconds(1))
    loop.run()
    #expect(fired == ["soon", "late"])
  }

  @Test func `a timer fires no earlier than it was told`() {
    let loop = Loop()
    let timer = Timer(on: loop) { loop.stop() }
    let start = SystemClock.monotonic
    // Not a whole millisecond: rounded up.
    timer.start(after: .microseconds(5500))
    loop.run()
    // The loop's clock counts whole milliseconds, so that up to one may be missing.
    #expect(SystemClock.monotonic - start >= .milliseconds(5))
  }

  @Test func `a timer that repeats fires until it is stopped`() {
    let loop = Loop()
    var count = 0
    let timers = TimerBox()
    timers.timer = Timer(on: loop) {
      count += 1
      if count == 3 {
        timers.timer?.stop()
        timers.end?.start(after: .milliseconds(10))
      }
    }
    timers.end = Timer(on: loop) { loop.stop() }
    timers.timer?.start(every: .milliseconds(1))
    loop.run()
    // The timer's closure holds its owner.
    timers.timer = nil
    #expect(count == 3)
  }

  @Test func `a timer that was stopped or released does not fire`() {
    let loop = Loop()
    var fired: [String] = []
    let stopped = Timer(on: loop) { fired.append("stopped") }
    var released: Timer? = Timer(on: loop) { fired.append("released") }
    let end = Timer(on: loop) { loop.stop() }
    stopped.start(after: .milliseconds(1))
    released?.start(after: .milliseconds(1))
    end.start(after: .milliseconds(10))
    stopped.stop()
    released = nil
    loop.run()
    #expect(fired == [])
  }

  @Test func `a turn ends after everything that was ready in it`() {
    let loop = Loop()
    var order: [String] = []
    let turnEnd = TurnEnd(of: loop) {
      order.append("end")
      loop.stop()
    }
    let first = Timer(on: loop) {
      order.append("first")
      turnEnd.request()
    }
    let second = Timer(on: loop) { order.append("second") }
    first.start(after: .zero)
    second.start(after: .zero)
    loop.run()
    #expect(order == ["first", "second", "end"])
  }

  @Test func `a requested turn end comes without any other event`() {
    let loop = Loop()
    let turnEnd = TurnEnd(of: loop) { loop.stop() }
    turnEnd.request()
    loop.run()
  }

  @Test func `a poll says what a descriptor is ready for, until it is stopped`() throws {
    let loop = Loop()
    var ends: [CInt] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    var seen: [Poll.Events] = []
    let poll = try #require(
      Poll(on: loop, descriptor: ends[0]) {
        seen.append($0)
        loop.stop()
      })
    poll.watch(.readable)
    #expect(write(ends[1], "x", 1) == 1)
    loop.run()
    poll.stop()
    loop.runReady()
    #expect(seen == [.readable])
  }

  @Test func `a thread runs its closure on another thread, and is joined after its end`() throws {
    let ran = Mutex<pthread_t?>(nil)
    let thread = try #require(
      OSThread(name: "a name over fifteen bytes") {
        ran.withLock { $0 = pthread_self() }
      })
    thread.join()
    let other = try #require(ran.withLock { $0 })
    #expect(pthread_equal(other, pthread_self()) == 0)
  }
}

private final class TimerBox {
  var timer: Timer?
  var end: Timer?
}
