import GatewayLogic
import GatewayTransport
import GatewayTypes

extension ErrorCode: MetricLabel {}

/// How a WebSocket connection ended: the code of the closing frame. Codes that only a client's own
/// software knows are one.
enum ClosedLabel: String, MetricLabel {
  case normal = "1000"
  case goingAway = "1001"
  case protocolError = "1002"
  case unsupportedData = "1003"
  case noCode = "1005"
  /// It was cut off.
  case abnormal = "1006"
  case invalidPayload = "1007"
  case policyViolation = "1008"
  case tooLarge = "1009"
  case internalError = "1011"
  case unauthenticated = "4401"
  case tooSlow = "4408"
  case tooManyConnections = "4429"
  case other

  init(_ reason: ClosedReason) {
    switch reason {
    case .byClient(code: let code), .protocolError(code: let code): self.init(code: code)
    case .byGateway(let code): self.init(code: code.rawValue)
    case .abnormal: self = .abnormal
    }
  }

  private init(code: UInt16) {
    self = ClosedLabel(rawValue: String(code)) ?? .other
  }
}

/// Why a handshake, or a connection before it had one, was refused.
enum UpgradeRefusal: String, MetricLabel {
  case malformed
  case notFound = "not_found"
  case goingAway = "going_away"
  case originNotAllowed = "origin_not_allowed"
  case connections
  case connectionsPerAddress = "connections_per_address"
  case unauthenticatedConnections = "unauthenticated_connections"

  /// Nil for what only an authentication is refused for, and counted as.
  init?(_ refusal: ConnectionLimits.Refusal) {
    switch refusal {
    case .all: self = .connections
    case .perUser: return nil
    case .perAddress: self = .connectionsPerAddress
    case .unauthenticated: self = .unauthenticatedConnections
    }
  }
}

/// What came of a token that a connection presented.
enum AuthenticationResult: String, MetricLabel {
  case success
  case failed
  case expired
  case tooManyConnections = "too_many_connections"

  init(_ failure: AuthenticationFailure) {
    switch failure {
    case .failed: self = .failed
    case .expired: self = .expired
    }
  }
}

/// The type of a client's message.
enum ReceivedType: String, MetricLabel {
  case authenticate = "auth"
  case joinNote = "join_note"
  case leaveNote = "leave_note"
  case noteUpdate = "note_update"
  case noteCreated = "note_created"
  case noteDeleted = "note_deleted"
  case folderCreated = "folder_created"
  case folderUpdated = "folder_updated"
  case folderDeleted = "folder_deleted"
  case ping
  /// Not JSON, binary, too large, of a type that there is not, or with a field that is not right.
  case invalid

  init(_ content: Result<ClientMessage, ClientMessageError>) {
    guard case .success(let message) = content else {
      self = .invalid
      return
    }
    switch message.request {
    case .authenticate: self = .authenticate
    case .joinNote: self = .joinNote
    case .leaveNote: self = .leaveNote
    case .ping: self = .ping
    case .change(.note, .update), .change(.note, .refresh): self = .noteUpdate
    case .change(.note, .create): self = .noteCreated
    case .change(.note, .delete): self = .noteDeleted
    case .change(.folder, .update), .change(.folder, .refresh): self = .folderUpdated
    case .change(.folder, .create): self = .folderCreated
    case .change(.folder, .delete): self = .folderDeleted
    }
  }
}

/// The type of a message of the gateway.
enum SentType: String, MetricLabel {
  case connectionEstablished = "connection_established"
  case authSuccess = "auth_success"
  case authFailed = "auth_failed"
  case noteJoined = "note_joined"
  case noteLeft = "note_left"
  case noteSync = "note_sync"
  case noteUpdateSuccess = "note_update_success"
  case noteCreatedSuccess = "note_created_success"
  case noteDeletedSuccess = "note_deleted_success"
  case noteCreatedSync = "note_created_sync"
  case noteDeletedSync = "note_deleted_sync"
  case folderCreatedSuccess = "folder_created_success"
  case folderUpdatedSuccess = "folder_updated_success"
  case folderDeletedSuccess = "folder_deleted_success"
  case folderCreatedSync = "folder_created_sync"
  case folderUpdatedSync = "folder_updated_sync"
  case folderDeletedSync = "folder_deleted_sync"
  case goingAway = "going_away"
  case pong
  case error

  init(_ message: GatewayMessage) {
    switch message {
    case .connectionEstablished: self = .connectionEstablished
    case .authSuccess: self = .authSuccess
    case .authFailed: self = .authFailed
    case .noteJoined: self = .noteJoined
    case .noteLeft: self = .noteLeft
    case .noteSync: self = .noteSync
    case .noteUpdateSuccess: self = .noteUpdateSuccess
    case .noteCreatedSuccess: self = .noteCreatedSuccess
    case .noteDeletedSuccess: self = .noteDeletedSuccess
    case .noteCreatedSync: self = .noteCreatedSync
    case .noteDeletedSync: self = .noteDeletedSync
    case .folderCreatedSuccess: self = .folderCreatedSuccess
    case .folderUpdatedSuccess: self = .folderUpdatedSuccess
    case .folderDeletedSuccess: self = .folderDeletedSuccess
    case .folderCreatedSync: self = .folderCreatedSync
    case .folderUpdatedSync: self = .folderUpdatedSync
    case .folderDeletedSync: self = .folderDeletedSync
    case .goingAway: self = .goingAway
    case .pong: self = .pong
    case .error: self = .error
    }
  }
}

/// A route of the notes API, by its key under `upstream.routes`.
enum RouteLabel: String, MetricLabel {
  case getNote = "get_note"
  case createNote = "create_note"
  case updateNote = "update_note"
  case deleteNote = "delete_note"
  case getFolder = "get_folder"
  case createFolder = "create_folder"
  case updateFolder = "update_folder"
  case deleteFolder = "delete_folder"

  init(_ step: UpstreamStep, _ resource: Resource) {
    switch (resource, step) {
    case (.note, .look): self = .getNote
    case (.note, .create): self = .createNote
    case (.note, .update): self = .updateNote
    case (.note, .delete): self = .deleteNote
    case (.folder, .look): self = .getFolder
    case (.folder, .create): self = .createFolder
    case (.folder, .update): self = .updateFolder
    case (.folder, .delete): self = .deleteFolder
    }
  }
}

extension StatusTally.Outcome {
  init(_ outcome: UpstreamOutcome) {
    switch outcome {
    case .answered(let answer): self = .status(answer.status)
    case .failed(.notConnected): self = .failed(.notConnected)
    case .failed(.brokenAnswer): self = .failed(.brokenAnswer)
    case .failed(.timedOut): self = .failed(.timedOut)
    case .failed(.answerTooLarge): self = .failed(.answerTooLarge)
    case .failed(.queueFull): self = .failed(.queueFull)
    }
  }
}

/// The method of a request that is passed on. Clients may call theirs as they like.
enum MethodLabel: String, MetricLabel {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
  case other

  init(_ method: ArraySlice<UInt8>) {
    self = Self.byName.first { method.elementsEqual($0.name) }?.label ?? .other
  }

  private static let byName = allCases.filter { $0 != .other }
    .map { (name: Array($0.rawValue.utf8), label: $0) }
}

/// What came of fetching keys.
enum KeyRefreshResult: String, MetricLabel {
  case changed
  case unchanged
  case failed
}

/// What came of reading the configuration again.
enum ReloadResult: String, MetricLabel {
  case success
  case failed
}

/// What came of a client's wish to go on where it was.
enum ResumeResult: String, MetricLabel {
  case recovered
  case notRecovered = "not_recovered"
}
