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
  case host
  case key
  case limit
  case messages
  case note
  case notLogged = "not_logged"
  case origin
  case peer
  case port
  case reason
  case signal
  case size
  case status
  case tls
  case upstreamStatus = "upstream_status"
  case url
  case user
  case version
  case wanted
  case worker
  case workers
  case writes
}
