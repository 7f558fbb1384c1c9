import GatewayConfiguration
import GatewayWire

/// What the upstream calls a thing that it has made, where its answer says so by `Location` alone.
///
/// Source: RFC 9110 sections 10.2.2 and 15.3.2; RFC 3986 section 5.2.
struct CreatedLocations: Sendable {
  private let notes: [[UInt8]?]
  private let folders: [[UInt8]?]
  /// The authority and the path of `upstream.url`.
  private let authority: String
  private let pathPrefix: String

  init(_ upstream: Configuration.Upstream) {
    notes = upstream.routes.notes.get.pathSegments
    folders = upstream.routes.folders.get.pathSegments
    authority = upstream.url.authority
    pathPrefix = upstream.url.pathPrefix
  }

  /// The name in the path of `location`, where that is the upstream's place for what `creation`
  /// makes. It may call itself what its clients call it: by the `Host` of `head`, and without the
  /// prefix that they do not see.
  func name(
    at location: [UInt8], answering head: RequestHead, in creation: WatchedRoutes.Match
  ) -> String? {
    guard case .creation(let collection) = creation,
      var path = path(of: location[...], answering: head)
    else { return nil }
    if path.starts(with: pathPrefix.utf8) { path = path.dropFirst(pathPrefix.utf8.count) }
    let segments = collection == .notes ? notes : folders
    return WatchedRoutes.name(in: path, as: segments).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The path of a reference, resolved but for dot segments, which no route has; nil where it is
  /// elsewhere.
  private func path(of location: ArraySlice<UInt8>, answering head: RequestHead) -> ArraySlice<
    UInt8
  >? {
    let (slash, colon) = (UInt8(ascii: "/"), UInt8(ascii: ":"))
    var rest = location.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    let scheme = rest.prefix { $0 != slash && $0 != colon }
    if rest.dropFirst(scheme.count).first == colon {
      guard scheme.equalsIgnoringCase("http") || scheme.equalsIgnoringCase("https") else {
        return nil
      }
      rest = rest.dropFirst(scheme.count + 1)
      guard rest.starts(with: [slash, slash]) else { return nil }
    }
    if rest.starts(with: [slash, slash]) {
      let named = rest.dropFirst(2).prefix { $0 != slash }
      guard
        named.equalsIgnoringCase(authority)
          || head.fields.only("host").map(named.equalsIgnoringCase) == true
      else { return nil }
      return rest.dropFirst(2 + named.count)
    }
    if rest.first == slash { return rest }
    // Beside what was asked.
    guard !rest.isEmpty, let end = head.path.lastIndex(of: slash) else { return nil }
    return head.path[...end] + rest
  }
}
