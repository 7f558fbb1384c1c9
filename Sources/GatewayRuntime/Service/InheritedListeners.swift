import GatewayConfiguration
import GatewayLoop

/// The listening sockets that a service manager has opened for the gateway, by where they listen.
///
/// Source: OPERATIONS.md, "systemd".
struct InheritedListeners {
  private struct Entry {
    let socket: InheritedSocket
    /// As text; nil for what is no listening stream socket.
    let address: String?
  }

  private var entries: [Entry] = []

  /// Makes `sockets` this process's own, and looks where they listen.
  init(_ sockets: [InheritedSocket]) {
    for socket in sockets {
      do throws(ListenError) {
        let address = try ListeningSocket.take(socket.descriptor)
        entries.append(Entry(socket: socket, address: InheritedListeners.text(of: address)))
      } catch {
        entries.append(Entry(socket: socket, address: nil))
      }
    }
  }

  /// Takes out the descriptors that listen at `address`; several may share a port.
  mutating func take(at address: ListenAddress) -> [CInt] {
    let text = address.description
    let taken = entries.filter { $0.address == text }
    entries.removeAll { $0.address == text }
    return taken.map(\.socket.descriptor)
  }

  /// Closes those that nobody has taken, and says so.
  mutating func closeRest(log: Log) {
    for entry in entries {
      log.warning(
        "a socket of the service manager is not among those of listen, and is closed",
        [.name: entry.socket.name, .address: entry.address ?? "no listening stream socket"])
      ListeningSocket.close(entry.socket.descriptor)
    }
    entries = []
  }

  private static func text(of address: ListeningSocket.Inherited) -> String? {
    switch address {
    case .ip(let text, port: let port):
      IPAddress(text).map { ListenAddress.ip($0, port: port).description }
    case .unix(path: let path):
      ListenAddress.unix(path: path).description
    }
  }
}
