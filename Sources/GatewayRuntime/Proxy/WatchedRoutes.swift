import GatewayConfiguration
import GatewayLogic
import GatewayTypes

/// Which requests are writes whose outcome others hear of, by method and path.
///
/// Asked of every request: it allocates for those that are. The path is as clients send it, without
/// the prefix of `upstream.url`. Source: PROXY.md, "Writes that sync".
struct WatchedRoutes: Sendable {
  enum Match: Hashable {
    case change(Resource, ProxiedWrite.Kind)
    /// What it makes has no name yet.
    case creation(Collection)
  }

  enum Collection: Hashable {
    case notes
    case folders

    /// The note or folder that the upstream calls `name`; nil for what is no name.
    func resource(_ name: String) -> Resource? {
      do {
        switch self {
        case .notes: return .note(try NoteID(name))
        case .folders: return .folder(try FolderID(name))
        }
      } catch {
        return nil
      }
    }
  }

  private struct Route {
    let method: [UInt8]
    /// Nil stands for a name.
    let segments: [[UInt8]?]
    let collection: Collection
    let kind: ProxiedWrite.Kind

    init(_ route: RouteTemplate, method: String? = nil, _ kind: ProxiedWrite.Kind) {
      self.method = Array((method ?? route.method).utf8)
      segments = route.pathSegments
      collection = route.placeholder == .noteID ? .notes : .folders
      self.kind = kind
    }
  }

  private let routes: [Route]

  init(_ routes: Configuration.Upstream.Routes, _ added: [SyncRoute]) {
    var all: [Route] = []
    for routes in [routes.notes, routes.folders] {
      all.append(Route(routes.update, .update))
      all += [Route(routes.delete, .delete), Route(routes.create, .create)]
    }
    all += added.map { sync in
      switch sync.event {
      case .noteSync, .folderUpdated: Route(sync.route, .update)
      case .noteDeleted, .folderDeleted: Route(sync.route, .delete)
      }
    }
    // Behind what is configured, since that is meant.
    for routes in [routes.notes, routes.folders] {
      all += ["PUT", "PATCH"].map { Route(routes.update, method: $0, .update) }
    }
    self.routes = all
  }

  /// What a request is about; nil for one that is not watched.
  func match(method: ArraySlice<UInt8>, path: ArraySlice<UInt8>) -> Match? {
    for route in routes where route.method.elementsEqual(method) {
      guard let name = WatchedRoutes.name(in: path, as: route.segments) else { continue }
      if route.kind == .create { return .creation(route.collection) }
      return route.collection.resource(String(decoding: name, as: UTF8.self))
        .map { .change($0, route.kind) }
    }
    return nil
  }

  /// What stands for the name, empty where the segments have none; nil when the path is another.
  static func name(
    in path: ArraySlice<UInt8>, as segments: [[UInt8]?]
  ) -> ArraySlice<UInt8>? {
    let slash = UInt8(ascii: "/")
    var rest = path
    var name = path[path.endIndex...]
    for segment in segments {
      guard rest.popFirst() == slash else { return nil }
      let end = rest.firstIndex(of: slash) ?? rest.endIndex
      let part = rest[..<end]
      if let literal = segment {
        guard literal.elementsEqual(part) else { return nil }
      } else {
        name = part
      }
      rest = rest[end...]
    }
    return rest.isEmpty ? name : nil
  }
}

extension RouteTemplate {
  /// Nil stands for a name.
  var pathSegments: [[UInt8]?] {
    segments.map { segment in
      switch segment {
      case .literal(let text): Array(text.utf8)
      case .name: nil
      }
    }
  }
}
