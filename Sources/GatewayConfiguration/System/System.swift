import Glibc

/// What this module asks of the operating system, and the only place where it does.
enum System {
  /// The address `text` in its shortest form, or nil if it is not a literal one of that family.
  static func shortAddress(_ text: String, isIPv6: Bool) -> String? {
    // inet_pton would stop at a NUL and believe what stands before it.
    guard !text.utf8.contains(0) else { return nil }
    let family = isIPv6 ? AF_INET6 : AF_INET
    var address = in6_addr()
    var short = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_pton(family, text, &address) == 1,
      inet_ntop(family, &address, &short, socklen_t(INET6_ADDRSTRLEN)) != nil
    else { return nil }
    return characters(short)
  }

  /// The bytes of the literal IPv4 or IPv6 address `text`, 4 or 16 in network order, or nil.
  static func addressBytes(_ text: String) -> [UInt8]? {
    guard !text.utf8.contains(0) else { return nil }
    var address = in6_addr()
    for (family, size) in [(AF_INET, 4), (AF_INET6, 16)]
    where inet_pton(family, text, &address) == 1 {
      return withUnsafeBytes(of: &address) { Array($0.prefix(size)) }
    }
    return nil
  }

  /// The text of an address of 4 or 16 bytes in network order.
  static func addressText(_ address: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = address.count == 4 ? AF_INET : AF_INET6
    let isText = address.withUnsafeBytes { bytes in
      inet_ntop(family, bytes.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN)) != nil
    }
    precondition(isText && [4, 16].contains(address.count), "an address has 4 or 16 bytes")
    return characters(text)
  }

  /// The value of an environment variable; nil when it is not set, or not UTF-8.
  static func environment(_ name: String) -> String? {
    getenv(name).flatMap { String(validatingCString: $0) }
  }

  /// The directory that relative paths are relative to.
  static var currentDirectory: String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    // Without one, as after its removal, no relative path leads anywhere.
    guard getcwd(&buffer, buffer.count) != nil else { return "/" }
    return characters(buffer)
  }

  /// `path` as an absolute one: relative to `directory`, which is absolute.
  static func path(_ path: String, in directory: String) -> String {
    let slash = UInt8(ascii: "/")
    if path.utf8.first == slash { return path }
    return directory.utf8.last == slash ? directory + path : "\(directory)/\(path)"
  }

  /// The directory in which the file at `path`, which is absolute, lies.
  static func directory(of path: String) -> String {
    // By bytes, as the kernel does: a slash and an accent behind it are one Character.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else {
      return "/"
    }
    return String(path[..<slash])
  }

  /// The content of a file of at most `sizeMax` bytes.
  static func read(file path: String, sizeMax: Int) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(reason: lastError) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let size = Glibc.read(descriptor, &chunk, chunk.count)
      if size < 0, errno == EINTR { continue }
      guard size >= 0 else { throw .unreadable(reason: lastError) }
      if size == 0 { return content }
      content += chunk.prefix(size)
      guard content.count <= sizeMax else { throw .tooLarge(sizeMax: sizeMax) }
    }
  }

  /// What the last call that failed says. glibc's text is the thread's own since 2.32.
  private static var lastError: String {
    let code = errno
    return strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }

  private static func characters(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Why a file was not read.
enum FileError: Error, CustomStringConvertible {
  case unreadable(reason: String)
  case tooLarge(sizeMax: Int)

  /// As it stands after the file's name.
  var description: String {
    switch self {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .tooLarge(let sizeMax): "is larger than \(sizeText(sizeMax))"
    }
  }
}
