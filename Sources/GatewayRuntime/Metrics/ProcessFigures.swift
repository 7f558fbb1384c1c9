import Glibc

/// What the kernel says of this process, as far as it can be read. Nil is not known.
///
/// Source: proc(5); the names of Prometheus clients' process metrics.
struct ProcessFigures: Sendable {
  var processorNanoseconds: UInt64?
  var residentSize: UInt64?
  var virtualSize: UInt64?
  var openFileCount: Int?
  var openFileCountMax: UInt64?
  /// Since 1970.
  var startNanoseconds: UInt64?

  static var current: ProcessFigures {
    var figures = ProcessFigures()
    if let stat = text(of: "/proc/self/stat") { figures.read(stat: stat) }
    if let system = text(of: "/proc/stat") { figures.addBootTime(system) }
    figures.openFileCount = openFileCount()
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      figures.openFileCountMax = UInt64(limit.rlim_cur)
    }
    return figures
  }

  /// `text` is the content of /proc/self/stat. The name of the process, in parentheses, may have
  /// anything in it.
  mutating func read(stat text: String) {
    guard let end = text.lastIndex(of: ")") else { return }
    // The first one here is the third of all.
    let fields = text[end...].split(separator: " ").dropFirst().map { UInt64($0) }
    func field(_ number: Int) -> UInt64? {
      fields.indices.contains(number - 3) ? fields[number - 3] : nil
    }
    let ticks = UInt64(max(1, sysconf(CInt(_SC_CLK_TCK))))
    let pageSize = UInt64(max(1, sysconf(CInt(_SC_PAGESIZE))))
    if let user = field(14), let system = field(15) {
      processorNanoseconds = (user &+ system) &* (1_000_000_000 / ticks)
    }
    startNanoseconds = field(22).map { $0 &* (1_000_000_000 / ticks) }
    virtualSize = field(23)
    residentSize = field(24).map { $0 &* pageSize }
  }

  /// What was read is the time since the start of the machine. `text` is that of /proc/stat.
  mutating func addBootTime(_ text: String) {
    let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
    guard let line, let seconds = UInt64(line.dropFirst("btime ".count)) else {
      startNanoseconds = nil
      return
    }
    startNanoseconds = startNanoseconds.map { $0 &+ seconds &* 1_000_000_000 }
  }

  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count < 1 << 20 {
      let size = Glibc.read(descriptor, &chunk, chunk.count)
      guard size > 0 else { break }
      bytes += chunk.prefix(size)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Without the one by which they are counted.
  private static func openFileCount() -> Int? {
    guard let directory = opendir("/proc/self/fd") else { return nil }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return max(0, count - 3)
  }
}
