import CHTTPClient
import GatewayLoop

/// What a request holds of libcurl and the loop, from its place in the line to its end.
///
/// Thread: the loop's.
struct UpstreamFlight {
  /// There while it is in flight.
  private(set) var pointer: UnsafeMutablePointer<ng_http_request>?
  /// There from the first `expire` to the end.
  private(set) var timer: Timer?

  /// Something of the request may have reached the upstream.
  var mayHaveBeenSent: Bool {
    pointer.map { ng_http_request_may_have_been_sent($0) != 0 } ?? false
  }

  /// What libcurl says went wrong, for people.
  var reason: String {
    let reason = pointer.map { String(cString: ng_http_request_reason($0)) } ?? ""
    return reason.isEmpty ? "no answer in time" : reason
  }

  /// Has `expired` called `timeout` from now, in place of what was said before; always the same.
  mutating func expire(after timeout: Duration, on loop: Loop, _ expired: @escaping () -> Void) {
    if timer == nil { timer = Timer(on: loop, fired: expired) }
    timer?.start(after: timeout)
  }

  /// Makes the request, which the caller completes and starts. The context of `callbacks` must live
  /// until `end`.
  mutating func begin(
    on client: UnsafeMutablePointer<ng_http_client>, _ callbacks: ng_http_callbacks,
    method: String, target: String, hostField: String
  ) -> UnsafeMutablePointer<ng_http_request> {
    var callbacks = callbacks
    let pointer = ng_http_request_new(client, &callbacks)
    self.pointer = pointer
    // Passed as they are, Swift would first copy them into arrays.
    method.withCString { ng_http_request_set_method(pointer, $0) }
    target.withCString { ng_http_request_set_target(pointer, $0) }
    hostField.withCString { ng_http_request_add_field(pointer, "Host", $0) }
    return pointer
  }

  /// Gives all of it up: nobody is called any more. Returns whether something of the request may
  /// have reached the upstream.
  mutating func end() -> Bool {
    let mayHaveBeenSent = mayHaveBeenSent
    if let pointer { ng_http_request_free(pointer) }
    pointer = nil
    timer = nil
    return mayHaveBeenSent
  }
}

/// What libcurl is to do after a callback.
func flow(_ goesOn: Bool) -> ng_http_flow {
  goesOn ? .NG_HTTP_CONTINUE : .NG_HTTP_STOP
}
