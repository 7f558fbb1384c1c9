/// The names of the fields of log lines, all in one place.
package enum LogKey: String, Sendable {
  case address
  case code
  case connection
  case connections
  case count
  case durationMs = "duration_ms"
  case error
  case file
  case folder
  case host
  case httpConnections = "http_connections"
  case isError = "is_error"
  case joined
  case key
  case lanes
  case limit
  case messages
  case method
  case moreInLastSecond = "more_in_last_second"
  case name
  case networksAndUsers = "networks_and_users"
  case note
  case notes
  case origin
  case path
  case peer
  case port
  case problem
  case queuedSize = "queued_size"
  case reason
  case requestID = "request_id"
  case requests
  case rooms
  case route
  case signal
  case size
  case status
  case tls
  case type
  case unauthenticated
  case upstreamStatus = "upstream_status"
  case url
  case user
  case users
  case version
  case waitingRequests = "waiting_requests"
  case waitingTokens = "waiting_tokens"
  case waitingWrites = "waiting_writes"
  case wanted
  case watchedRequests = "watched_requests"
  case worker
  case workers
  case writes
}
