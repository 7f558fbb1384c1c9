/** A listener that may also type. */
class Device extends Listener {
  get mayWrite() { return true; }

  write(changes) { this.inFlight.requestId = this.send("note_update", { noteId, changes }); }

  hear(message) {
    if (message.type !== "note_update_success") super.hear(message);
    else if (message.requestId === this.inFlight?.requestId) this.accepted(message.updatedNote);
  }

  fail(error) {
    const { requestId, code, message, retryAfter } = error;
    if (!this.inFlight || requestId && requestId !== this.inFlight.requestId) {
      return super.fail(error);
    }
    const passing = ["rate_limited", "overloaded", "upstream_unavailable", "upstream_timeout"];
    if (code === "not_found") { this.inFlight = null; this.join(); }
    else if (code === "token_expired") { this.inFlight = null; this.renew(); }
    else this.refused(message, passing.includes(code), retryAfter);
  }
}

new RestClient("REST client", "Any app or script that calls the API. It has no WebSocket, and "
  + "knows nothing of the others.", "Requests");
new Device("Laptop", "A device that reads and writes by WebSocket.", "Messages");
new Listener("Listener", "A device that only listens. It shows each sync as it arrives.",
  "Messages");
