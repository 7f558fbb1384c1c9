import GatewayLoop
import GatewayTesting
import Glibc
import Testing

/// Whether one could listen at an address.
@Suite struct ProbeTests {
  @Test func `an address that is free can be had`() {
    #expect(ListeningSocket.probe(address: "127.0.0.1", port: 0, isShared: true) == nil)
    #expect(ListeningSocket.probe(address: "127.0.0.1", port: 0, isShared: false) == nil)
  }

  @Test func `one where somebody listens can't, unless both share it`() throws {
    let listener = try ListeningSocket.open(address: "127.0.0.1", port: 0)
    defer { ListeningSocket.close(listener) }
    let port = ListeningSocket.port(of: listener)
    let error = ListeningSocket.probe(address: "127.0.0.1", port: port, isShared: false)
    #expect(error?.number == EADDRINUSE)
    #expect(ListeningSocket.probe(address: "127.0.0.1", port: port, isShared: true) == nil)
  }

  @Test func `one that the machine does not have can't`() {
    let error = ListeningSocket.probe(address: "192.0.2.1", port: 0, isShared: true)
    #expect(error?.number == EADDRNOTAVAIL)
  }

  @Test func `a UNIX socket can be had where there is none, or nobody listens on it`() throws {
    let path = try temporaryPath()
    #expect(ListeningSocket.probe(path: path) == nil)
    #expect(access(path, F_OK) != 0)
    ListeningSocket.close(try ListeningSocket.open(path: path))
    #expect(access(path, F_OK) == 0)
    #expect(ListeningSocket.probe(path: path) == nil)
    rmdir(String(path.dropLast("/socket".count)))
  }

  @Test func `a UNIX socket that somebody listens on can't be had, and goes on`() throws {
    let path = try temporaryPath()
    let listener = try ListeningSocket.open(path: path)
    #expect(ListeningSocket.probe(path: path)?.number == EADDRINUSE)
    #expect(access(path, F_OK) == 0)
    ListeningSocket.close(listener)
    unlink(path)
    rmdir(String(path.dropLast("/socket".count)))
  }

  @Test func `a UNIX socket can't be had where a file is, or no directory`() throws {
    let path = try temporaryPath()
    let file = try #require(fopen(path, "w"))
    fclose(file)
    #expect(ListeningSocket.probe(path: path)?.number == EADDRINUSE)
    #expect(access(path, F_OK) == 0)
    unlink(path)
    rmdir(String(path.dropLast("/socket".count)))
    #expect(ListeningSocket.probe(path: path)?.number == ENOENT)
  }

  private func temporaryPath() throws -> String {
    try makeTemporaryDirectory() + "/socket"
  }
}
