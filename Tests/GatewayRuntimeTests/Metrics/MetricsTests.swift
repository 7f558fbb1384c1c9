import GatewayTransport
import GatewayTypes
import Testing

@testable import GatewayRuntime

struct MetricsTests {
  private static let build = GatewayFigures.Build(
    version: "1.2.3", webSockets: "4.1.6", openSSL: "3.0.0")

  private static func lines(
    _ workers: [WorkerFigures], main: GatewayFigures.Main = .init(),
    process: ProcessFigures = ProcessFigures()
  ) -> [String] {
    let figures = GatewayFigures(build: build, main: main, workers: workers, process: process)
    return String(decoding: figures.text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private static func figures(_ worker: UInt16 = 0, _ metrics: WorkerMetrics) -> WorkerFigures {
    WorkerFigures(worker: worker, metrics: metrics)
  }

  // MARK: Counting

  @Test func `every label counts for itself`() {
    func check<Label: MetricLabel & Equatable>(_: Label.Type) {
      var tally = Tally<Label>()
      for (number, label) in Label.allCases.enumerated() { tally.count(label, by: number + 1) }
      #expect(Label.allCases.map { tally[$0] } == (1...Label.allCases.count).map { UInt64($0) })
      #expect(Set(Label.allCases.map(\.text)).count == Label.allCases.count)
    }
    check(ClosedLabel.self)
    check(UpgradeRefusal.self)
    check(AuthenticationResult.self)
    check(ReceivedType.self)
    check(SentType.self)
    check(ErrorCode.self)
    check(RouteLabel.self)
    check(MethodLabel.self)
    check(KeyRefreshResult.self)
    check(ReloadResult.self)
    check(ResumeResult.self)
  }

  @Test(arguments: [
    (0, 0), (50_000, 0), (50_001, 1), (100_000, 1), (999_999, 4), (1_000_000, 4),
    (10_000_000_000, 16), (10_000_000_001, 17), (-5, 0),
  ]) func `a duration falls into the first bucket that is as long`(
    nanoseconds: Int64, bucket: Int
  ) {
    var histogram = Histogram()
    histogram.observe(.nanoseconds(nanoseconds))
    #expect(histogram.counts.firstIndex(of: 1) == bucket)
    #expect(histogram.count == 1)
    #expect(histogram.sumNanoseconds == UInt64(max(0, nanoseconds)))
  }

  @Test func `the bounds of the buckets are those that are written`() {
    for (nanoseconds, text) in Histogram.bounds {
      #expect(Double(text) == Double(nanoseconds) / 1e9)
    }
    #expect(Histogram.bounds.map(\.nanoseconds) == Histogram.bounds.map(\.nanoseconds).sorted())
  }

  @Test func `a method that nobody knows and a status that is none are other`() {
    for name in ["BREW", "get", "", "GETT"] {
      #expect(MethodLabel(Array(name.utf8)[...]) == .other)
    }
    #expect(MethodLabel(Array("PATCH".utf8)[...]) == .patch)
    var tally = StatusTally<MethodLabel>()
    for status in [200, 599, 199, 600, -1, .max] { tally.count(.get, .status(status)) }
    tally.count(.post, .failed(.aborted))
    #expect(
      tally.happened.map { "\($0.label.text) \($0.outcome) \($0.count)" } == [
        "GET 200 1", "GET 599 1", "GET other 4", "POST aborted 1",
      ])
  }

  @Test func `a close code that a client made up is other`() {
    #expect(ClosedLabel(.byClient(code: 4999)) == .other)
    #expect(ClosedLabel(.byClient(code: 1000)) == .normal)
    #expect(ClosedLabel(.byGateway(.tooSlow)) == .tooSlow)
    #expect(ClosedLabel(.abnormal) == .abnormal)
    for code in CloseCode.allCases { #expect(ClosedLabel(.byGateway(code)) != .other) }
  }

  @Test func `a delivery takes as long as to the last recipient of any worker`() {
    let start = MonotonicTime(nanoseconds: 100)
    let clock = DeliveryClock(startedAt: start, workerCount: 3)
    #expect(clock.finish(writtenAt: start + .seconds(3)) == nil)
    #expect(clock.finish(writtenAt: start + .seconds(2)) == nil)
    #expect(clock.finish(writtenAt: nil) == .seconds(3))
    let unheard = DeliveryClock(startedAt: start, workerCount: 1)
    #expect(unheard.finish(writtenAt: nil) == nil)
  }

  // MARK: The text

  @Test func `what workers have counted is added up, and their loops are told apart`() {
    var first = WorkerMetrics()
    var second = WorkerMetrics()
    first.messagesReceived.count(.ping, by: 2)
    second.messagesReceived.count(.ping, by: 3)
    first.writeTimes.observe(.milliseconds(1))
    second.writeTimes.observe(.seconds(20))
    second.loopLags.observe(.zero)
    second.countSent(.error(ErrorReport(.rateLimited)))
    second.countSent(.error(ErrorReport(.notFound)))
    let lines = Self.lines([Self.figures(0, first), Self.figures(1, second)])
    for line in [
      "notes_gateway_messages_received_total{type=\"ping\"} 5",
      "notes_gateway_messages_received_total{type=\"auth\"} 0",
      "notes_gateway_write_seconds_bucket{le=\"0.0005\"} 0",
      "notes_gateway_write_seconds_bucket{le=\"0.001\"} 1",
      "notes_gateway_write_seconds_bucket{le=\"10\"} 1",
      "notes_gateway_write_seconds_bucket{le=\"+Inf\"} 2",
      "notes_gateway_write_seconds_sum 20.001000000",
      "notes_gateway_write_seconds_count 2",
      "notes_gateway_loop_lag_seconds_count{worker=\"0\"} 0",
      "notes_gateway_loop_lag_seconds_count{worker=\"1\"} 1",
      "notes_gateway_errors_total{code=\"rate_limited\"} 1",
      "notes_gateway_messages_sent_total{type=\"error\"} 2",
      "notes_gateway_rate_limited_total 1",
      "notes_gateway_configuration_reloads_total{result=\"success\"} 0",
      "notes_gateway_resumes_total{result=\"recovered\"} 0",
      "notes_gateway_build_info{version=\"1.2.3\",lws=\"4.1.6\",openssl=\"3.0.0\"} 1",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
  }

  @Test func `each metric is described before its samples, once`() {
    let lines = Self.lines(
      [Self.figures(0, WorkerMetrics())], process: ProcessFigures.current)
    var described: Set<String> = []
    for line in lines {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      if words[0] == "#" {
        if words[1] == "HELP" { #expect(described.insert(words[2]).inserted, "\(line)") }
        continue
      }
      let name = words[0].prefix { $0 != "{" }
      let isDescribed =
        described.contains(String(name))
        || ["_bucket", "_sum", "_count"].contains { suffix in
          name.hasSuffix(suffix) && described.contains(String(name.dropLast(suffix.count)))
        }
      #expect(isDescribed, "\(line)")
    }
    let counters = lines.filter { $0.hasSuffix(" counter") }
    #expect(counters.allSatisfy { $0.contains("_total ") })
  }

  @Test func `a label's value is escaped, and nanoseconds keep all their digits`() {
    var text = PrometheusText()
    text.begin("m", .gauge, "one\ntwo \\ \"three\"")
    text.sample("m", ["l": "a\"b\\c\nd"], 1)
    #expect(
      String(decoding: text.bytes, as: UTF8.self) == """
        # HELP m one\\ntwo \\\\ "three"
        # TYPE m gauge
        m{l="a\\"b\\\\c\\nd"} 1

        """)
    #expect(PrometheusText.seconds(1) == "0.000000001")
    #expect(PrometheusText.seconds(12_000_000_345) == "12.000000345")
    #expect(PrometheusText.seconds(.max) == "18446744073.709551615")
  }

  // MARK: The process

  @Test func `the kernel's account of the process is read, whatever its name`() {
    var figures = ProcessFigures()
    figures.read(
      stat: "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 300 200 0 0 20 0 4 0 500 4096000 250 1 2 3")
    let tick: UInt64 = 10_000_000
    #expect(figures.processorNanoseconds == 500 * tick)
    #expect(figures.startNanoseconds == 500 * tick)
    #expect(figures.virtualSize == 4_096_000)
    #expect(figures.residentSize.map { $0 % 250 } == 0)
    figures.addBootTime("cpu 1 2\nbtime 1000\nprocesses 5\n")
    #expect(figures.startNanoseconds == 500 * tick + 1_000 * 1_000_000_000)
    figures.addBootTime("cpu 1 2\n")
    #expect(figures.startNanoseconds == nil)
    for text in ["", "7 (x", "7 (x) S", ")"] {
      var none = ProcessFigures()
      none.read(stat: text)
      #expect(none.residentSize == nil && none.processorNanoseconds == nil)
    }
    let current = ProcessFigures.current
    #expect((current.openFileCount ?? 0) >= 3 && (current.residentSize ?? 0) > 1 << 20)
  }
}
