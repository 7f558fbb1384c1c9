/** Knows nothing of live sync: it asks the API when it is come to, and writes what is typed. */
class RestClient extends Pane {
  session = null;            // what /demo/session said
  last = Promise.resolve();  // the end of the latest request: one goes at a time, in order
  holdCount = 0;             // how much is going on that writes have to wait for

  constructor(...words) {
    super(...words);
    const copy = Object.assign(document.createElement("button"), { textContent: "Copy as curl" });
    copy.onclick = () => this.copyCommand().catch((error) => this.complain(error));
    this.section.querySelector("h3").after(copy);
    this.buttonPart.onclick = () => this.version ? this.remove() : this.offer();
    this.section.addEventListener("focusin", ({ relatedTarget }) => {
      if (!this.section.contains(relatedTarget)) this.load();
    });
    this.load({ creates: true });
  }

  get canWrite() { return this.holdCount === 0; }

  /** Does `job` after all that was asked before. */
  inTurn(job) {
    this.last = this.last.then(job).catch((error) => this.complain(error));
  }

  /** The same, and no write begins before it is done: it would be to the note as it was. */
  whileHeld(job) {
    this.holdCount++;
    this.inTurn(job);
    this.inTurn(() => { this.holdCount--; this.flush(); });
    this.showSaved();
  }

  complain({ message }) { this.troublePart.textContent = message; }

  async token() {
    const isGood = this.session?.expiresAt > Date.now() + 60_000;
    if (!isGood) this.session = await fetchJSON("/demo/session");
    return this.session.token;
  }

  async ask(method, path, content) {
    const body = content && JSON.stringify(content);
    const headers = { Authorization: `Bearer ${await this.token()}` };
    if (body) headers["Content-Type"] = "application/json";
    this.log("sent", `${method} ${path}`, body);
    const start = performance.now();
    const signal = AbortSignal.timeout(15_000);
    const response = await fetch(path, { method, headers, body, signal });
    const text = await response.text();
    const time = `${(performance.now() - start).toFixed(1)} ms`;
    this.log("received", `${response.status} ${response.statusText} · ${time}`);
    if (response.status === 401) this.session = null;
    return { status: response.status, isGood: response.ok, answer: text ? JSON.parse(text) : {} };
  }

  load({ creates = false } = {}) {
    this.whileHeld(async () => {
      const { status, isGood, answer } = await this.ask("GET", notePath);
      if (!isGood && status !== 404) throw new Error(answer.error);
      this.troublePart.textContent = "";
      this.version = 0;
      this.apply(isGood ? answer : { version: 0 });
      if (!isGood && creates) this.offer();
    });
  }

  write(changes) {
    const texts = Object.fromEntries(this.fields.map((field) => [field.name, field.text]));
    const update = () => this.ask("PUT", notePath, changes);
    const create = () => this.ask("POST", "/api/notes", { id: noteId, ...texts });
    this.inTurn(async () => {
      try {
        // Others may have deleted the note, or made it, since it was looked at.
        const isThere = this.version > 0;
        let { status, isGood, answer } = await (isThere ? update() : create());
        if (status === (isThere ? 404 : 409)) {
          ({ status, isGood, answer } = await (isThere ? create() : update()));
        }
        if (status === 201) this.version = 0;
        if (isGood) this.accepted(answer);
        else this.refused(answer.error, [401, 408, 429].includes(status) || status >= 500);
      } catch (error) {
        this.refused(error.message, true);
      }
    });
  }

  /** Deletes the note, and with it what is typed into it until that is done. */
  remove() {
    this.whileHeld(async () => {
      const { status, isGood, answer } = await this.ask("DELETE", notePath);
      if (!isGood && status !== 404) throw new Error(answer.error);
      this.forget();
    });
  }

  /** Makes a note, as if somebody had typed it. */
  offer() {
    for (const field of this.fields) field.show(firstNote[field.name]);
    this.flush();
  }

  async copyCommand() {
    const headers = `-H 'Authorization: Bearer ${await this.token()}' `
      + "-H 'Content-Type: application/json'";
    const body = JSON.stringify({ title: "From a terminal" });
    await navigator.clipboard.writeText(
      `curl -X PUT ${headers} -d '${body}' ${location.origin}${notePath}`);
    this.log("", "copied: paste it into a terminal");
  }

  showSaved() {
    super.showSaved();
    const button = this.version ? "Delete" : "Create";
    if (this.buttonPart.textContent !== button) this.show("HTTP only", button);
  }
}
