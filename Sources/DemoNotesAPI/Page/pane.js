const noteId = "demo";
const notePath = `/api/notes/${noteId}`;
const firstNote = { title: "Shared note", content: "Type here, and watch the other two.\n" };

/** The answer's JSON; throws when there is no good answer. */
async function fetchJSON(path, token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch(path, { headers, signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** One part of the page: the note, and what is said about it. How it is written differs. */
class Pane {
  version = 0;         // of the note, as far as it was heard; 0 when there is none
  inFlight = null;     // the one write that is not answered yet
  keystrokeAt = null;  // of the oldest key that is not sent
  sendAt = 0;          // nothing is written before
  isRefused = false;   // the API does not take this text: only another will be sent
  timers = {};

  constructor(name, about, said) {
    const section = document.querySelector("template").content.cloneNode(true).firstElementChild;
    const find = (selector) => section.querySelector(selector);
    this.name = name;
    this.section = section;
    for (const part of ["state", "saved", "trouble", "log", "button"]) {
      this[`${part}Part`] = find(`.${part}`);
    }
    find("h2").textContent = section.ariaLabel = name;
    find(".about").textContent = about;
    find("h3").textContent = `${said}, latest first`;
    this.logPart.ariaLabel = `${said} of ${name}`;
    this.fields = [...section.querySelectorAll("input, textarea")].map((one) => new Field(one));
    for (const field of this.fields) this.watch(field);
    document.querySelector("main").append(section);
  }

  watch(field) {
    field.element.addEventListener("input", (event) => {
      // What waits for a connection says nothing about the way to the other panes.
      if (this.canWrite) this.keystrokeAt ??= performance.timeOrigin + event.timeStamp;
      this.isRefused = false;
      this.flush();
    });
    field.element.addEventListener("compositionstart", () => { field.isComposing = true; });
    field.element.addEventListener("compositionend", () => { field.endComposing(); this.flush(); });
  }

  /** Writes what is changed: once at a time, what is typed meanwhile goes with the next. */
  flush() {
    this.showSaved();
    const changed = this.fields.filter((field) => field.isChanged && !field.isComposing);
    if (!this.canWrite || this.inFlight || this.isRefused || !changed.length) return;
    const wait = this.sendAt - performance.now();
    clearTimeout(this.timers.flush);
    if (wait > 0) { this.timers.flush = setTimeout(() => this.flush(), wait); return; }
    this.sendAt = performance.now() + 40;
    const changes = Object.fromEntries(changed.map((field) => [field.name, field.text]));
    this.inFlight = { changes, keystrokeAt: this.keystrokeAt, sentAt: Date.now() };
    this.keystrokeAt = null;
    this.write(changes);
  }

  /** The write is done, and `note` is what the API has now. */
  accepted(note) {
    const { changes, keystrokeAt: time } = this.inFlight;
    this.inFlight = null;
    this.troublePart.textContent = "";
    if (note.version > this.version) {
      this.version = note.version;
      for (const field of this.fields) {
        if (field.name in changes) field.accept(changes[field.name]);
        else field.receive(note[field.name]);
      }
    }
    if (time !== null) {
      latency.typed(note, time);
      latency.channel.postMessage({ createdAt: note.createdAt, version: note.version, time });
    }
    this.flush();
  }

  refused(message, isPassing, delay = 1000 + 1000 * Math.random()) {
    this.inFlight = null;
    this.isRefused = !isPassing;
    this.sendAt = performance.now() + delay;
    this.troublePart.textContent = message;
    this.flush();
  }

  apply(note) {
    if (this.version && note.version <= this.version) return;
    this.version = note.version;
    for (const field of this.fields) field.receive(note[field.name]);
    this.showSaved();
  }

  forget() {
    this.version = 0;
    this.inFlight = null;
    for (const field of this.fields) field.reset();
    this.showSaved();
  }

  show(state, button) {
    this.state = this.section.dataset.state = state;
    this.statePart.textContent = state[0].toUpperCase() + state.slice(1);
    this.buttonPart.textContent = button;
    this.buttonPart.ariaLabel = `${button} ${this.name}`;
    this.showSaved();
  }

  showSaved() {
    const isChanged = this.fields.some((field) => field.isChanged);
    this.savedPart.textContent = this.isRefused ? "Not saved"
      : isChanged ? (this.canWrite ? "Saving…" : "Not saved yet: sent later")
      : this.version ? `Version ${this.version} of the note` : "";
  }

  log(direction, type, detail = "") {
    const now = new Date();
    const time = `${now.toTimeString().slice(0, 8)}.${String(now % 1000).padStart(3, "0")}`;
    const row = document.createElement("li");
    const add = (tag, textContent, className) => row.append(
      Object.assign(document.createElement(tag), { textContent, className }));
    add("time", time, "time");
    add("span", { sent: "↑", received: "↓" }[direction] ?? "·", direction);
    add("span", type, "type");
    if (detail.length > 70) detail = `${detail.slice(0, 20)} … ${detail.slice(-45)}`;
    if (detail) add("span", detail, "detail");
    if (direction) Object.assign(row.children[1], { role: "img", ariaLabel: direction });
    this.logPart.prepend(row);
    if (this.logPart.children.length > 100) this.logPart.lastElementChild.remove();
  }
}
