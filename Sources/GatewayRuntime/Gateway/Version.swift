import GatewayLoop
import GatewayTransport
import GatewayUpstream

/// The version of the program, by semver.org.
package enum Version {
  package static let current = "0.1.0"

  /// For a report of a fault: the program, and what it runs with, a line each.
  package static var description: String {
    """
    notes-gateway \(current)
    libwebsockets \(LibraryVersions.webSockets)
    OpenSSL \(LibraryVersions.openSSL)
    libcurl \(UpstreamClient.libraryVersion)
    libuv \(Loop.libraryVersion)
    """
  }
}
