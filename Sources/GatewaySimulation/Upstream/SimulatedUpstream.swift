import GatewayLogic
import GatewayTesting
import GatewayTypes

/// A notes API with notes, folders, and who may see them; it does one thing at a time.
struct SimulatedUpstream {
  /// What goes wrong with a request that has arrived.
  enum Trouble {
    case none
    /// It is refused, and nothing is done.
    case refuses(status: Int)
    /// It is done, but the answer says this, without a body.
    case spoilsAnswer(status: Int)
    /// It is done, and the answer has another one's name.
    case namesAnother
    /// It arrives twice, by somebody's fault between the gateway and the upstream.
    case doesItTwice
  }

  private struct Item {
    /// Those who may see and change it.
    var readers: [UserID]
    /// The last entry of the log about it.
    var version: Int
  }

  let hides: Bool
  /// By name; never gone through.
  private var items: [Resource: Item] = [:]
  /// Who may see something when it is created, besides the one who does.
  private var circles: [Resource: [UserID]] = [:]
  /// Changes that were ever made.
  private var logCount = 0

  /// Notes and folders of which most are there, each with some of the users.
  init(_ conditions: Conditions, random: inout SeededRandom) {
    hides = conditions.upstreamHides
    for resource in conditions.resources {
      let circle = conditions.users.filter { _ in random.happens(percent: 85) }
      circles[resource] = circle
      guard random.happens(percent: 80) else { continue }
      logCount += 1
      items[resource] = Item(readers: circle, version: logCount)
    }
  }

  /// Answers a request whose token is good.
  mutating func answer(_ call: UpstreamCall, _ trouble: Trouble) -> UpstreamReply {
    guard let resource = call.resource else { return refusal(409) }
    switch trouble {
    case .none:
      return perform(call.step, on: resource, as: call.user)
    case .refuses(status: let status):
      return .answered(status: status, json: nil, message: nil)
    case .spoilsAnswer(status: let status):
      let reply = perform(call.step, on: resource, as: call.user)
      guard case .answered(status: 200..<300, _, _) = reply else { return reply }
      return .answered(status: status, json: nil, message: nil)
    case .namesAnother:
      let reply = perform(call.step, on: resource, as: call.user)
      guard case .answered(status: let status, json: _?, _) = reply else { return reply }
      return yes(status, .note(.named("another")), items[resource]?.version ?? logCount)
    case .doesItTwice:
      let reply = perform(call.step, on: resource, as: call.user)
      let second = perform(call.step, on: resource, as: call.user)
      if case .answered(status: 200..<300, _, _) = second { return second }
      return reply
    }
  }

  /// A name for what is to be created: one that is free, if there is one.
  func name(among names: [Resource]) -> Resource? {
    names.first { items[$0] == nil }
  }

  /// Gives a user access to something that is there, or takes it away.
  mutating func changeAccess(of user: UserID, to resource: Resource) {
    guard let item = items[resource] else { return }
    if item.readers.contains(user) {
      items[resource]?.readers.removeAll { $0 == user }
    } else {
      items[resource]?.readers.append(user)
    }
  }

  private mutating func perform(
    _ step: UpstreamStep, on resource: Resource, as user: UserID
  ) -> UpstreamReply {
    if case .create = step { return create(resource, as: user) }
    guard let item = items[resource] else { return refusal(404) }
    guard item.readers.contains(user) else { return refusal(hides ? 404 : 403) }
    switch step {
    case .look:
      return yes(200, resource, item.version)
    case .delete:
      logCount += 1
      items[resource] = nil
      return .answered(status: 204, json: nil, message: nil)
    case .update, .create:
      logCount += 1
      items[resource]?.version = logCount
      return yes(200, resource, logCount)
    }
  }

  private mutating func create(_ resource: Resource, as user: UserID) -> UpstreamReply {
    guard items[resource] == nil else { return refusal(409) }
    logCount += 1
    items[resource] = Item(
      readers: [user] + (circles[resource] ?? []), version: logCount)
    return yes(201, resource, logCount)
  }

  private func refusal(_ status: Int) -> UpstreamReply {
    .answered(status: status, json: nil, message: nil)
  }

  private func yes(_ status: Int, _ resource: Resource, _ version: Int) -> UpstreamReply {
    .answered(
      status: status, json: upstreamBody(of: resource, version: version), message: nil)
  }
}

extension Conditions {
  var users: [UserID] { (1...userCount).map { .named("user\($0)") } }

  var notes: [NoteID] { (1...noteCount).map { .named("n\($0)") } }

  /// Some of them have the names of notes.
  var folders: [FolderID] { (0..<folderCount).map { .named("n\($0 + 1)") } }

  var resources: [Resource] { notes.map(Resource.note) + folders.map(Resource.folder) }
}
