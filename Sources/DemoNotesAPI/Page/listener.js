/** A connection that writes nothing: session → socket → auth → join → the note now → live. */
class Listener extends Pane {
  session = null;      // what /demo/session said
  socket = null;       // the connection; any other is of the past
  attempt = 0;         // counts connections and their ends: what was awaited before is outdated
  failureCount = 0;    // connections in a row that did not become live
  retryDelayMin = 0;   // as the gateway asked
  refusalCount = 0;    // tokens in a row that were refused
  requestCount = 0;
  joinId = null;       // of the join that counts; an earlier one's answer is outdated
  heardAt = 0;
  pingAt = null;       // of the ping that is not answered

  constructor(...words) {
    super(...words);
    for (const { element } of this.fields) element.readOnly = !this.mayWrite;
    this.buttonPart.onclick = () => this.state === "offline" ? this.connect() : this.disconnect();
    setInterval(() => this.tick(), 1000);
    this.connect();
  }

  get mayWrite() { return false; }
  get canWrite() { return this.mayWrite && this.state === "live"; }

  connect() {
    this.attempt++;
    this.show("connecting");
    const url = `${location.origin.replace("http", "ws")}/ws`;
    this.withSession(() => this.open(new WebSocket(url)));
  }

  withSession(goOn) {
    this.after(fetchJSON("/demo/session"), (session) => { this.session = session; goOn(); });
  }

  /** Goes on with what `promise` brings, unless the connection is another by then. */
  async after(promise, goOn) {
    const { attempt } = this;
    try {
      const result = await promise;
      if (attempt === this.attempt) goOn(result);
    } catch (error) {
      if (attempt === this.attempt) this.lose(error.message);
    }
  }

  open(socket) {
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onmessage = ({ data }) => { if (socket === this.socket) this.receive(data); };
    socket.onclose = ({ code }) => { if (socket === this.socket) this.lose(`closed: ${code}`); };
  }

  disconnect() { this.drop("disconnected"); this.show("offline"); }

  /** Tries again later, exponentially, with jitter: all clients of a gateway lose it at once. */
  lose(reason) {
    this.drop(reason);
    const delayMax = Math.min(15_000, 500 * 2 ** this.failureCount++);
    const delay = Math.max(this.retryDelayMin, delayMax * (0.5 + Math.random() / 2));
    this.retryDelayMin = 0;
    this.timers.retry = setTimeout(() => this.connect(), delay);
    this.log("", `next try in ${(delay / 1000).toFixed(1)} s`);
    this.show("reconnecting");
  }

  /** Forgets all that belongs to the connection. What is typed and not accepted stays. */
  drop(reason) {
    this.attempt++;
    this.socket?.close(1000);
    this.socket = this.inFlight = this.pingAt = this.keystrokeAt = this.joinId = null;
    this.version = this.refusalCount = 0;
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    for (const field of this.fields) field.bases = [];
    this.log("", reason);
  }

  /** Every second: notices a connection that died without a word. */
  tick() {
    if (!this.socket) return;
    const now = Date.now();
    if (now > (this.pingAt ?? this.inFlight?.sentAt ?? now) + 20_000) return this.lose("no answer");
    if (this.pingAt || now < this.heardAt + 15_000) return;
    this.pingAt = now;
    if (this.socket.readyState === WebSocket.OPEN) this.send("ping");
  }

  authenticate() { this.send("auth", { token: this.session.token }); }
  renew() { this.withSession(() => this.authenticate()); }
  join() { this.joinId = this.send("join_note", { noteId }); }

  load(joinId) {
    this.after(fetchJSON(notePath, this.session.token), (note) => {
      if (joinId !== this.joinId) return;
      this.failureCount = 0;
      this.show("live");
      this.apply(note);
      this.flush();
    });
  }

  send(type, fields = {}) {
    const requestId = `${type}-${++this.requestCount}`;
    const message = { type, ...fields, requestId };
    this.socket.send(JSON.stringify(message));
    this.logMessage("sent", message);
    return requestId;
  }

  receive(text) {
    const message = JSON.parse(text);
    this.heardAt = Date.now();
    this.pingAt = null;
    this.logMessage("received", message);
    this.hear(message);
  }

  hear(message) {
    const { requestId } = message;
    const isOurs = (message.noteId ?? message.noteData?.id) === noteId;
    switch (message.type) {
      case "connection_established": this.show("authenticating"); this.authenticate(); break;
      case "auth_success": this.authenticated(message); break;
      case "auth_failed": ++this.refusalCount > 2 ? this.lose("refused") : this.renew(); break;
      case "note_joined": if (requestId === this.joinId) this.load(requestId); break;
      case "note_sync": if (isOurs) this.synced(message); break;
      case "note_created_sync": if (isOurs && this.state !== "live") this.join(); break;
      case "note_deleted_sync": if (isOurs) this.deleted(); break;
      case "going_away": this.retryDelayMin = message.reconnectAfter ?? 0; break;
      case "error": this.fail(message); break;
    }
  }

  authenticated({ expiresAt = this.session.expiresAt }) {
    this.refusalCount = 0;
    clearTimeout(this.timers.renewal);
    const delay = Math.max(1000, expiresAt - 60_000 - Date.now());
    this.timers.renewal = setTimeout(() => this.renew(), delay);
    if (this.state === "live") this.flush();
    else this.join();
  }

  synced({ updatedNote }) {
    this.apply(updatedNote);
    latency.arrived(updatedNote);
  }

  /** Waits for another note of this name. */
  deleted() {
    this.joinId = null;
    this.forget();
    this.show("no note");
  }

  fail({ requestId, code, message }) {
    if (requestId !== this.joinId) return;
    if (code === "not_found") this.deleted();
    else this.lose(message);
  }

  /** Pings are left out: they would push the rest out of sight. */
  logMessage(direction, { type, seq, code, reason, userId, changes }) {
    if (type === "ping" || type === "pong") return;
    const parts = [type, code ?? reason ?? userId, seq >= 0 && `seq ${seq}`];
    this.log(direction, parts.filter(Boolean).join(" · "), changes && JSON.stringify(changes));
  }

  show(state) { super.show(state, state === "offline" ? "Connect" : "Disconnect"); }
}
