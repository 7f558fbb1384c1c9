import GatewayConfiguration
import GatewayTypes
import Testing

@Suite("A number in the configuration")
struct NumberTests {
  @Test(arguments: [("0", 0), ("1", 1), ("1024", 1024)])
  func `is written in decimal digits`(text: String, number: Int) throws {
    #expect(try read("workers: \(text)").get().workers == number)
  }

  @Test(arguments: [
    ("1025", "is out of range"), ("-1", "is out of range"), ("+1", "is not a whole number"),
    ("99999999999999999999999", "is out of range"), ("010", "has a leading zero"),
    ("0x10", "is not a whole number"), ("1_0", "is not a whole number"),
    ("1.0", "is not a whole number"), ("1e2", "is not a whole number"),
    ("true", "is not a whole number"), ("1-", "is not a whole number"),
    ("٣", "is not a whole number"),
  ])
  func `is nothing else`(text: String, reason: String) {
    #expect(
      read("workers: \(text)").report == [
        "f:1:10: workers: \"\(text)\" \(reason); expected a whole number from 0 to 1024"
      ])
  }

  @Test func `has no quotes`() {
    #expect(
      read("workers: \"4\"").report == [
        "f:1:10: workers: \"4\" is a text because of its quotes; expected a whole number from 0 to "
          + "1024"
      ])
  }

  @Test(arguments: [
    ("1", 1), ("65536", 65536), ("\"65536\"", 65536), ("64KiB", 65536), ("1MiB", 1 << 20),
    ("64MiB", 64 << 20),
  ])
  func `of bytes may have a unit`(text: String, size: Int) throws {
    #expect(
      try read("websocket: {max_message_size: \(text)}").get().limits.messageSizeMax == size)
  }

  @Test(arguments: [
    ("0", "is out of range"), ("65MiB", "is out of range"), ("1GiB", "is out of range"),
    ("9223372036854775807KiB", "is out of range"), ("18446744073709551616", "is out of range"),
    ("64KB", "is not a size"), ("64kib", "is not a size"), ("64 KiB", "is not a size"),
    ("1.5MiB", "is not a size"), ("-1", "is not a size"), ("KiB", "is not a size"),
  ])
  func `of bytes is in range and in a unit of 1024`(text: String, reason: String) {
    #expect(
      read("websocket: {max_message_size: \(text)}").report == [
        "f:1:31: websocket.max_message_size: \"\(text)\" \(reason); expected a size from 1 byte to "
          + "64MiB, such as 65536, 64KiB or 1MiB"
      ])
  }

  @Test(arguments: [
    ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)),
    ("24h", .seconds(86400)), ("0s", .zero), ("0ms", .zero), ("8760h", .seconds(31_536_000)),
    ("\"1s\"", .seconds(1)),
  ])
  func `of time has a unit`(text: String, duration: Duration) throws {
    #expect(try read("shutdown_grace: \(text)").get().shutdownGrace == duration)
  }

  @Test(arguments: [
    ("30", "has no unit"), ("0", "has no unit"), ("8761h", "is out of range"),
    ("9223372036854775807h", "is out of range"), ("99999999999999999999s", "is out of range"),
    ("-1s", "is not a duration"), ("1d", "is not a duration"), ("1.5s", "is not a duration"),
    ("1m30s", "is not a duration"), ("1 s", "is not a duration"), ("1S", "is not a duration"),
    ("s", "is not a duration"), ("soon", "is not a duration"),
  ])
  func `of time is in range, and in one unit`(text: String, reason: String) {
    #expect(
      read("shutdown_grace: \(text)").report == [
        "f:1:17: shutdown_grace: \"\(text)\" \(reason); expected a duration from 0s to 8760h, such "
          + "as 250ms, 30s, 5m or 24h"
      ])
  }

  /// Each row: what stands before the value, the first value below and above the range, and the
  /// range itself.
  @Test(arguments: [
    ("listen: [{port: ", "-1", "65536", "a whole number from 0 to 65535"),
    ("upstream: {url: 'http://h', connect_timeout: ", "0ms", "8761h", "1ms to 8760h"),
    ("upstream: {url: 'http://h', idle_timeout: ", "0ms", "8761h", "1ms to 8760h"),
    ("upstream: {url: 'http://h', request_timeout: ", "0ms", "8761h", "1ms to 8760h"),
    ("upstream: {url: 'http://h', max_connections: ", "0", "65536", "1 to 65535"),
    ("upstream: {url: 'http://h', queue: ", "-1", "1048577", "0 to 1048576"),
    ("authentication: {keys: {jwks_file: k}, clock_skew: ", "-1s", "25h", "0s to 24h"),
    ("authentication: {keys: {jwks_file: k}, deadline: ", "0s", "8761h", "1ms to 8760h"),
    ("websocket: {ping_interval: ", "999ms", "8761h", "1s to 8760h"),
    ("websocket: {join_cache: ", "-1s", "8761h", "0s to 8760h"),
    ("limits: {rooms_per_connection: ", "0", "1000001", "1 to 1000000"),
    ("limits: {outbound_queue: ", "65535", "1025MiB", "64KiB to 1GiB"),
    ("limits: {pending_writes_per_note: ", "-1", "1000001", "0 to 1000000"),
    ("limits: {header_timeout: ", "0s", "8761h", "1ms to 8760h"),
    ("limits: {header_size: ", "1023", "1025KiB", "1KiB to 1MiB"),
    ("limits: {body_timeout: ", "0s", "8761h", "1ms to 8760h"),
    ("limits: {idle_timeout: ", "0s", "8761h", "1ms to 8760h"),
    ("proxy: {max_body_size: ", "-1", "1025GiB", "0 bytes to 1024GiB"),
  ])
  func `keeps the range of its key`(before: String, low: String, high: String, range: String) {
    for value in [low, high] {
      let report = read(before + value + (before.hasPrefix("listen") ? "}]" : "}")).report
      #expect(report.count == 1)
      for line in report {
        #expect(line.hasPrefix("f:1:\(before.count + 1): "))
        #expect(line.contains(range))
      }
    }
  }
}
