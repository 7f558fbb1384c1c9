import GatewayTesting
import GatewayTransport
import Glibc

/// A certificate and a key for tests, in files. They protect nothing.
final class TestCertificate: Sendable {
  private static let names = [
    "certificate", "key", "encrypted", "other", "other-kind", "empty",
  ]

  let directory: String

  init() throws {
    directory = try makeTemporaryDirectory()
    try write("certificate.pem", TestCertificate.certificate)
    try write("key.pem", TestCertificate.key)
    try write("encrypted.pem", TestCertificate.encryptedKey)
    try write("other.pem", TestCertificate.otherKey)
    try write("other-kind.pem", TestCertificate.keyOfOtherKind)
    try write("empty.pem", "")
  }

  deinit {
    for name in TestCertificate.names { unlink("\(directory)/\(name).pem") }
    rmdir(directory)
  }

  func settings(_ minimumVersion: TLSSettings.Version = .tls12) -> TLSSettings {
    settings(certificate: "certificate.pem", key: "key.pem", minimumVersion)
  }

  func settings(
    certificate: String, key: String, _ minimumVersion: TLSSettings.Version = .tls12
  ) -> TLSSettings {
    TLSSettings(
      certificateFile: "\(directory)/\(certificate)", privateKeyFile: "\(directory)/\(key)",
      minimumVersion: minimumVersion)
  }

  private func write(_ name: String, _ text: String) throws {
    guard let file = fopen("\(directory)/\(name)", "w") else {
      throw TestFailure("\(name): \(errno)")
    }
    fputs(text, file)
    fclose(file)
  }

  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyzokSWRhH1UHQm2B
    C51akfqH/TnM9/6GIx1EoNHp5omhRANCAAR9JmxB/DUm9Hm+P5fd5E4Owo7eawku
    bx4T6DmGO6gsS0Nif0V5twunqQq7mb9XLD3KhMPRlROhUHYCNgmdY0zE
    -----END PRIVATE KEY-----

    """

  /// The same key behind a passphrase.
  private static let encryptedKey = """
    -----BEGIN EC PRIVATE KEY-----
    Proc-Type: 4,ENCRYPTED
    DEK-Info: AES-128-CBC,4DAF413828345BD5B33D033469A45E8A

    ECdKw7cJev3nL3Fj46+4n61IaEsCpsEZUs7d5JfjSi1ZFH0oYqxtvPJi6dC74cue
    hIm+txbGKXHJk3nqQpbaGLPZUy0QuRHTuw6xqY2otqvGBwA4DPCYAsq4l/LfVYy4
    m4BKgUuQLi6jmEYCtDjigr2KxQgrYbqCFnUSng9PzoM=
    -----END EC PRIVATE KEY-----

    """

  private static let otherKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgV5KNwR5tf3Xh8HrG
    rZxua7WzKNXSv69k4hvquVi4IJ6hRANCAAQl2TC+IweTkya2i47CpazfpK34Ke1q
    ZkM2RKqRgcNMXBA1QTyPek/G8ErMFJwLU43i4i1PbvMoQfuZ5PjDdDrR
    -----END PRIVATE KEY-----

    """

  private static let keyOfOtherKind = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIGYkbGeWh4biI4FIeQfe9w1Go1R2wfaXgZu3j/qujre0
    -----END PRIVATE KEY-----

    """

  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBfzCCASWgAwIBAgIUCcnY+Z8nAa3cvQVXiltGV8GI96gwCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDA2MjQwNFoYDzIxMjYxMDMx
    MDYyNDA0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAAR9JmxB/DUm9Hm+P5fd5E4Owo7eawkubx4T6DmGO6gsS0Nif0V5twun
    qQq7mb9XLD3KhMPRlROhUHYCNgmdY0zEo1MwUTAdBgNVHQ4EFgQUqbzVX89fNEOR
    k6hCj6IoKPxlmu8wHwYDVR0jBBgwFoAUqbzVX89fNEORk6hCj6IoKPxlmu8wDwYD
    VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA16c4H9EfwYmA7pGvUr2D
    j+2+5fZCArXXQvlK8F1u2YoCIALgU73aGXRlJGcTEF04Ftu1hAYhuHB7srrlkVgR
    xMhB
    -----END CERTIFICATE-----

    """
}
