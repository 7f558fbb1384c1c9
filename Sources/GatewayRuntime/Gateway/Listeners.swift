import GatewayConfiguration
import GatewayLoop
import Glibc

/// The listening sockets of all workers, open before any of them runs, so that an address that
/// can't be had stops the start.
struct Listeners {
  /// Where the gateway listens, with the port that was picked where the file says 0.
  struct Place: Sendable {
    let address: ListenAddress
    let isTLS: Bool
    /// The service manager has opened the socket, and keeps it.
    let isInherited: Bool
  }

  private(set) var places: [Place] = []
  /// The socket of the admin listener, which only one takes, and where it listens.
  private(set) var admin: (descriptor: CInt, address: ListenAddress)?
  /// Why there is no admin listener although there should be one.
  private(set) var adminProblem: ListenError?
  /// For each worker, its sockets.
  private(set) var ofWorkers: [[WorkerListener]]

  /// Opens the sockets that `configuration` asks for, `workerCount` of each, but for those that are
  /// among `inherited`, which are taken out of it.
  init(
    _ configuration: Configuration, workerCount: Int, inherited: inout InheritedListeners
  ) throws(StartError) {
    ofWorkers = Array(repeating: [], count: workerCount)
    var tlsCount = 0
    for (index, listener) in configuration.listeners.enumerated() {
      let tlsIndex = listener.tls == nil ? nil : tlsCount
      tlsCount += listener.tls == nil ? 0 : 1
      do throws(ListenError) {
        let descriptors = inherited.take(at: listener.address)
        if descriptors.isEmpty {
          try open(listener, tlsIndex)
        } else {
          try share(descriptors, of: listener, tlsIndex)
        }
      } catch {
        close()
        let problem = configuration.places.problem(
          with: "listen[\(index)]", error.problem(at: listener.address))
        throw .configuration(ConfigurationProblems([problem]))
      }
    }
    try openAdmin(configuration)
  }

  /// Not shared: another gateway's `/metrics` must not be taken for this one's. An address that
  /// nobody has asked for keeps no gateway from starting: there may be another one on the machine,
  /// or the one that this is to replace.
  private mutating func openAdmin(_ configuration: Configuration) throws(StartError) {
    guard let address = configuration.admin.address else { return }
    do throws(ListenError) {
      switch address {
      case .ip(let ip, port: let port):
        let descriptor = try ListeningSocket.open(address: ip.text, port: port, isShared: false)
        admin = (descriptor, .ip(ip, port: ListeningSocket.port(of: descriptor)))
      case .unix(path: let path):
        admin = (try ListeningSocket.open(path: path), address)
      }
    } catch {
      guard configuration.place(of: "admin.listen") != nil else {
        adminProblem = error
        return
      }
      close()
      removeSocketFiles()
      let problem = configuration.places.problem(
        with: "admin.listen", error.problem(at: address))
      throw .configuration(ConfigurationProblems([problem]))
    }
  }

  private mutating func open(
    _ listener: Configuration.Listener, _ tlsIndex: Int?
  ) throws(ListenError) {
    var address = listener.address
    for worker in ofWorkers.indices {
      let descriptor: CInt
      switch address {
      case .ip(let ip, port: let port):
        descriptor = try ListeningSocket.open(address: ip.text, port: port)
        // The others share the port that the first one was given.
        address = .ip(ip, port: ListeningSocket.port(of: descriptor))
      case .unix(path: let path):
        // There is only one socket at a path; all workers wait on it.
        descriptor =
          worker == 0
          ? try ListeningSocket.open(path: path)
          : try ListeningSocket.duplicate(ofWorkers[0].last?.descriptor ?? -1)
      }
      ofWorkers[worker].append(
        WorkerListener(descriptor: descriptor, tlsIndex: tlsIndex, isInherited: false))
    }
    places.append(Place(address: address, isTLS: tlsIndex != nil, isInherited: false))
  }

  /// Gives each worker one of `descriptors`, or another descriptor of one, and each of them to a
  /// worker: the kernel spreads connections over all that the service manager has open.
  private mutating func share(
    _ descriptors: [CInt], of listener: Configuration.Listener, _ tlsIndex: Int?
  ) throws(ListenError) {
    for index in 0..<max(descriptors.count, ofWorkers.count) {
      let descriptor =
        index < descriptors.count
        ? descriptors[index]
        : try ListeningSocket.duplicate(descriptors[index % descriptors.count])
      ofWorkers[index % ofWorkers.count].append(
        WorkerListener(descriptor: descriptor, tlsIndex: tlsIndex, isInherited: true))
    }
    places.append(
      Place(address: listener.address, isTLS: tlsIndex != nil, isInherited: true))
  }

  /// Closes all sockets, when no worker has taken them.
  private func close() {
    for listener in ofWorkers.joined() { ListeningSocket.close(listener.descriptor) }
  }

  /// Removes the files of UNIX sockets, so that a client is refused at once.
  func removeSocketFiles() {
    for place in places where !place.isInherited {
      if case .unix(path: let path) = place.address { ListeningSocket.removeFile(at: path) }
    }
    if case .unix(path: let path) = admin?.address { ListeningSocket.removeFile(at: path) }
  }
}

extension ListenError {
  /// What is wrong with `address`, for one who can change it.
  func problem(at address: ListenAddress) -> String {
    "\(address): \(self)" + (number == EADDRINUSE ? "; expected a free address" : "")
  }
}
