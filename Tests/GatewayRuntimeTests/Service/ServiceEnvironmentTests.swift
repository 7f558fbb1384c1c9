import GatewayTypes
import Testing

@testable import GatewayRuntime

/// What a service manager says in the environment.
struct ServiceEnvironmentTests {
  private func environment(_ values: [String: String]) -> ServiceEnvironment {
    ServiceEnvironment(processID: 77) { values[$0] }
  }

  @Test(arguments: [
    ("/run/systemd/notify", true), ("@abstract", true), ("", false), ("@", false), ("/", false),
    ("relative", false), ("vsock:2:1", false), ("/" + String(repeating: "x", count: 106), true),
    ("/" + String(repeating: "x", count: 107), false),
  ])
  func `the notify socket is a path or an abstract name`(name: String, isTaken: Bool) {
    #expect(environment(["NOTIFY_SOCKET": name]).notifySocket == (isTaken ? name : nil))
  }

  @Test func `the watchdog is for the process that it names, and for any if it names none`() {
    #expect(environment(["WATCHDOG_USEC": "1500000"]).watchdogTime == .milliseconds(1500))
    let own = environment(["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "77"])
    #expect(own.watchdogTime == .milliseconds(1))
    for pid in ["78", "", "x"] {
      let other = environment(["WATCHDOG_USEC": "1000", "WATCHDOG_PID": pid])
      #expect(other.watchdogTime == nil)
    }
    for time in ["0", "-1", "", "soon", "1.5", "99999999999999999999"] {
      #expect(environment(["WATCHDOG_USEC": time]).watchdogTime == nil)
    }
  }

  @Test func `descriptors are counted from 3 and have their names`() {
    let sockets = environment([
      "LISTEN_PID": "77", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web:tls",
    ]).sockets
    #expect(
      sockets == [
        InheritedSocket(descriptor: 3, name: "web"), InheritedSocket(descriptor: 4, name: "tls"),
      ])
  }

  @Test(arguments: ["one", "a:b:c", nil] as [String?])
  func `names that are not as many as the descriptors are not theirs`(names: String?) {
    var values = ["LISTEN_PID": "77", "LISTEN_FDS": "2"]
    values["LISTEN_FDNAMES"] = names
    #expect(environment(values).sockets.map(\.name) == ["unknown", "unknown"])
  }

  @Test(arguments: [
    ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "78"],
    ["LISTEN_FDS": "0", "LISTEN_PID": "77"], ["LISTEN_FDS": "-1", "LISTEN_PID": "77"],
    ["LISTEN_FDS": "many", "LISTEN_PID": "77"], ["LISTEN_PID": "77"],
    ["LISTEN_FDS": "2147483647", "LISTEN_PID": "77"], ["LISTEN_FDS": "1", "LISTEN_PID": "me"],
  ])
  func `descriptors of another process, or none, are nobody's`(values: [String: String]) {
    #expect(environment(values).sockets == [])
  }

  @Test func `notifications are assignments, a line each`() {
    #expect(
      ServiceNotification.ready(status: "a\nWATCHDOG=1").text == "READY=1\nSTATUS=a WATCHDOG=1")
    #expect(
      ServiceNotification.reloading(at: MonotonicTime(nanoseconds: 1_234_567_890)).text
        == "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=Reading the configuration")
    #expect(
      ServiceNotification.stopping(status: "b", within: .seconds(2)).text
        == "STOPPING=1\nEXTEND_TIMEOUT_USEC=2000000\nSTATUS=b")
    #expect(ServiceNotification.watchdog.text == "WATCHDOG=1")
  }
}

/// `WatchdogSec` is answered only while every worker's loop turns.
struct WorkerPulseTests {
  @Test func `a round is over when all have answered, once`() {
    var pulse = WorkerPulse(workers: [0, 1])
    #expect(pulse.nextRound() == 1)
    #expect(pulse.answered(1, round: 1) == false)
    #expect(pulse.answered(1, round: 1) == false)
    #expect(pulse.answered(0, round: 1) == true)
    #expect(pulse.answered(0, round: 1) == false)
    #expect(pulse.nextRound() == 2)
  }

  @Test func `a worker that hangs is not asked again, and nobody says that all is well`() {
    var pulse = WorkerPulse(workers: [0, 1])
    _ = pulse.nextRound()
    #expect(pulse.answered(0, round: 1) == false)
    #expect(pulse.nextRound() == nil)
    #expect(pulse.answered(1, round: 1) == true)
    #expect(pulse.nextRound() == 2)
    #expect(pulse.answered(1, round: 1) == false)
  }

  @Test func `a worker that has ended is not waited for`() {
    var pulse = WorkerPulse(workers: [0, 1])
    _ = pulse.nextRound()
    #expect(pulse.answered(0, round: 1) == false)
    #expect(pulse.ended(1) == true)
    #expect(pulse.nextRound() == 2)
    #expect(pulse.answered(0, round: 2) == true)
    #expect(pulse.ended(0) == false)
    #expect(pulse.nextRound() == nil)
  }
}
