package import GatewayConfiguration
import GatewayLoop
import GatewayTypes
import Glibc
import Logging
import Synchronization

/// Takes the lines of the log and has them written on a thread of its own: whoever logs never
/// waits for who reads.
///
/// At most `queueSizeMax` bytes wait, and as many are being written; what comes then is dropped,
/// and the log says how many lines when it can be written again. Thread: any.
package final class LogWriter: Sendable {
  /// What the thread is told.
  enum Call: Sendable {
    case linesWait
    case exampleKept
    case end
  }

  /// Some thousand lines.
  package static let queueSizeMax = 1 << 20
  let settings: LogSettings
  let mailbox = Mailbox<Call>()
  private let destination: LogDestination
  /// How long the end waits for a reader that takes nothing, or little.
  private let farewell: Duration
  private let queue: Guarded<LogQueue>
  private let gates = Guarded(LogGates())
  private let thread = Guarded<OSThread?>(nil)
  /// In nanoseconds of the monotonic clock; none until the end is near.
  private let end = Atomic<UInt64>(.max)

  /// Writes to `descriptor`, which stays the caller's.
  package init(
    _ settings: LogSettings, to destination: LogDestination = .standardError,
    descriptor: CInt = STDERR_FILENO, queueSizeMax: Int = LogWriter.queueSizeMax,
    farewell: Duration = .seconds(2)
  ) {
    // A reader that has gone must not end the program.
    SystemClock.ignoreBrokenPipes()
    self.settings = settings
    self.destination = destination
    self.farewell = farewell
    queue = Guarded(LogQueue(sizeMax: queueSizeMax))
    styleCrashReport()
    let started = OSThread(name: "log") { [self] in
      LogThread(self, LogOutput(descriptor)).run()
    }
    thread.withLock { $0 = started }
  }

  /// Takes what the configuration says.
  package func change(to configuration: Configuration) {
    settings.level = Logger.Level(configuration.logLevel)
    settings.format = configuration.logFormat
    styleCrashReport()
  }

  private func styleCrashReport() {
    CrashReport.setStyle(
      isJSON: settings.format == .json, hasPriority: destination == .journal)
  }

  /// Queues a line. Never waits.
  func write(_ line: LogLine) {
    append(line.bytes(settings.format, to: destination))
  }

  /// Queues a line that is as it is meant to be, for people; only what the journal wants stands in
  /// front of it.
  func write(plain text: String, _ level: Logger.Level) {
    guard settings.writes(level) else { return }
    var bytes: [UInt8] = []
    if destination == .journal { bytes += "<\(level.priority)>".utf8 }
    append(bytes + text.utf8 + "\n".utf8)
  }

  private func append(_ bytes: [UInt8]) {
    let isFirst = queue.withLock { queue in
      CrashReport.setLogWaiting(true)
      return queue.append(bytes)
    }
    if isFirst { mailbox.post(.linesWait) }
  }

  /// Writes what waits and what was held back, and ends. Takes `farewell` at most, and a second
  /// more where others write to the same pipe. Once.
  package func finish() {
    end.store((SystemClock.monotonic + farewell).nanoseconds, ordering: .relaxed)
    mailbox.post(.end)
    let thread = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    _ = thread?.join(within: farewell + .seconds(1))
  }

  // MARK: Lines that repeat

  func pass(_ kind: LogKind) -> LogGates.Verdict {
    let now = SystemClock.monotonic
    return gates.withLock { $0.pass(kind, at: now) }
  }

  func keep(_ example: LogLine, as kind: LogKind) {
    gates.withLock { $0.keep(example, as: kind) }
    mailbox.post(.exampleKept)
  }
}

// MARK: - For the thread

extension LogWriter {
  func takeWaiting() -> (lines: [UInt8], droppedCount: Int) {
    queue.withLock { $0.take() }
  }

  /// All that was taken has been written.
  func noteWritten() {
    queue.withLock { queue in
      if queue.isEmpty { CrashReport.setLogWaiting(false) }
    }
  }

  /// When something that was held back is to be told.
  var nextDeadline: MonotonicTime? { gates.withLock { $0.nextDeadline } }

  func tellHeldBack() {
    let (now, wallNow) = (SystemClock.monotonic, SystemClock.wall)
    for line in gates.withLock({ $0.popDue(at: now, wallNow: wallNow) }) { write(line) }
  }

  func tellAllHeldBack() {
    let wallNow = SystemClock.wall
    for line in gates.withLock({ $0.popAll(wallNow: wallNow) }) { write(line) }
  }

  func lineOfLost(count: Int) -> [UInt8] {
    var line = LogLine(
      time: SystemClock.wall, level: .warning,
      message: "lines of the log were dropped: its reader is too slow, or was gone")
    line.add(.count, .integer(Int64(clamping: count)))
    return line.bytes(settings.format, to: destination)
  }

  /// Whether there is no more time to write.
  func isOver() -> Bool {
    SystemClock.monotonic.nanoseconds >= end.load(ordering: .relaxed)
  }
}
