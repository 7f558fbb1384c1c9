import GatewayConfiguration
import Glibc

extension Inspection {
  /// Which users of this machine can read secrets, or put something else in their place.
  var accessFindings: [ConfigurationProblem] {
    namedFiles.flatMap { file in
      let access = FileAccess(file.path)
      var findings: [ConfigurationProblem] = []
      if file.isSecret, access.isReadableByAll {
        findings.append(
          configuration.places.problem(
            with: file.key,
            "every user of this machine can read the file; expected mode 0640 or 0600"))
      }
      if access.isWritableByAll {
        findings.append(
          configuration.places.problem(
            with: file.key,
            "every user of this machine can change the file; expected mode 0644 or less"))
      }
      return findings
    }
  }

  private struct NamedFile {
    let key: String
    let path: String
    let isSecret: Bool
  }

  private var namedFiles: [NamedFile] {
    var named: [NamedFile] = []
    func add(_ key: String, _ path: String?, isSecret: Bool) {
      if let path { named.append(NamedFile(key: key, path: path, isSecret: isSecret)) }
    }
    for (index, listener) in configuration.listeners.enumerated() {
      let key = "listen[\(index)].tls"
      add("\(key).certificate_file", listener.tls?.certificateFile, isSecret: false)
      add("\(key).private_key_file", listener.tls?.privateKeyFile, isSecret: true)
    }
    let upstream = configuration.upstream
    add("upstream.ca_file", upstream.caFile, isSecret: false)
    add("upstream.service.token_file", upstream.service.tokenFile, isSecret: true)
    let keys = configuration.authentication.keys
    add("authentication.keys.jwks_file", keys.jwksFile, isSecret: false)
    add("authentication.keys.public_key_file", keys.publicKeyFile, isSecret: false)
    add("authentication.keys.hmac_secret_file", keys.hmacSecretFile, isSecret: true)
    add("admin.publish_token_file", configuration.admin.publishTokenFile, isSecret: true)
    return named
  }
}

/// What users that a file has nothing to do with can do with it, as far as modes tell.
struct FileAccess: Hashable {
  private(set) var isReadableByAll = false
  private(set) var isWritableByAll = false

  /// Nobody can do anything with what is not there, or behind a directory that not everybody may
  /// pass. Links are followed.
  init(_ path: String) {
    guard let resolved = realpath(path, nil) else { return }
    defer { free(resolved) }
    let real = String(cString: resolved)
    guard let mode = FileAccess.mode(of: real), FileAccess.isReachableByAll(real) else { return }
    isReadableByAll = mode & S_IROTH != 0
    isWritableByAll = mode & S_IWOTH != 0
  }

  /// Whether all directories above `path`, which is absolute, let everybody pass.
  private static func isReachableByAll(_ path: String) -> Bool {
    let slash = UInt8(ascii: "/")
    var directory = path.utf8[...]
    while let end = directory.lastIndex(of: slash), end != directory.startIndex {
      directory = directory[..<end]
      guard let mode = mode(of: String(Substring(directory))), mode & S_IXOTH != 0 else {
        return false
      }
    }
    return true
  }

  private static func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }
}
