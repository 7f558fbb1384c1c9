import GatewayTransport
import Glibc

/// A certificate, and what its files looked like just before they were read.
struct StampedCertificate: Sendable {
  let certificate: TLSCertificate
  let stamp: Stamp

  /// Reads the files of `settings`, or says what is wrong with them.
  init(_ settings: TLSSettings) throws(TLSCertificateError) {
    // Before: what changes while it is read looks different afterwards.
    stamp = Stamp(settings)
    certificate = try TLSCertificate(settings)
  }

  /// What tells whether the files of a certificate have changed since.
  struct Stamp: Hashable, Sendable {
    private let certificate: FileStamp?
    private let privateKey: FileStamp?

    init(_ settings: TLSSettings) {
      certificate = FileStamp(settings.certificateFile)
      privateKey = FileStamp(settings.privateKeyFile)
    }
  }
}

/// Which file is at a path, and when it changed: the kernel notes each change of content, name,
/// owner and mode in `st_ctim`.
struct FileStamp: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let seconds: Int64
  private let nanoseconds: Int64

  /// Follows links. Nil when nothing can be seen there.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    seconds = Int64(status.st_ctim.tv_sec)
    nanoseconds = Int64(status.st_ctim.tv_nsec)
  }
}
