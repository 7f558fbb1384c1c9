/** What `after` has in place of `before`'s characters from `start` to `end`. */
function editBetween(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < most - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** Both sides' edits of `base` where they are apart; where they meet, the local text wins. */
function merge(base, local, remote) {
  if (local === base) return remote;
  const [first, second] = [editBetween(base, local), editBetween(base, remote)]
    .sort((a, b) => a.start - b.start);
  if (remote === base || first.end >= second.start) return local;
  return base.slice(0, first.start) + first.text + base.slice(first.end, second.start)
    + second.text + base.slice(second.end);
}

/** One text that the user edits and that others change. */
class Field {
  accepted = "";        // the text that the API has, as far as this device knows
  bases = [];           // what that was before the latest writes of this device
  isComposing = false;  // an input method is at work, which a change from outside would disturb
  late = null;          // the API's text that came meanwhile

  constructor(element) { Object.assign(this, { element, name: element.name }); }
  /** What is typed, without what JSON cannot carry. */
  get text() {
    const text = this.element.value.replaceAll("\0", "");
    return text.toWellFormed ? text.toWellFormed() : text;
  }

  get isChanged() { return this.text !== this.accepted; }
  /** Takes the API's text, and keeps what was typed and is not accepted yet. */
  receive(value) {
    // As the element would give it back: otherwise it would look like an edit.
    const lines = String(value ?? "").replace(/\r\n?/g, "\n");
    const text = this.name === "title" ? lines.replaceAll("\n", " ") : lines;
    if (this.isComposing) { this.late = text; return; }
    const merged = this.isChanged ? merge(this.baseOf(text), this.text, text) : text;
    this.accepted = text;
    this.show(merged);
  }

  /** The text that the writer of `text` most likely had before, not having heard of ours yet. */
  baseOf(text) {
    const size = ({ start, end, text: inserted }) => end - start + inserted.length;
    return [this.accepted, ...this.bases]
      .reduce((a, b) => size(editBetween(b, text)) < size(editBetween(a, text)) ? b : a);
  }

  /** The API has accepted `text` from this device. */
  accept(text) {
    this.bases = [this.accepted, ...this.bases].slice(0, 4);
    this.accepted = text;
    this.late = null;
  }

  endComposing() {
    this.isComposing = false;
    if (this.late !== null) this.receive(this.late);
    this.late = null;
  }

  /** The note is gone. */
  reset() {
    Object.assign(this, { accepted: "", bases: [], late: null });
    this.show("");
  }

  /** Puts `text` into the element and leaves the caret and the scrolling where they were. */
  show(text) {
    const { element } = this;
    const old = element.value;
    if (old === text) return;
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = element;
    const edit = editBetween(old, text);
    const moved = (position) => position <= edit.start ? position
      : position >= edit.end ? position + text.length - old.length
      : Math.min(position, edit.start + edit.text.length);
    element.value = text;
    if (document.activeElement === element) {
      element.setSelectionRange(moved(selectionStart), moved(selectionEnd), selectionDirection);
    }
    element.scrollTop = scrollTop;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    element.animate({ borderColor: ["var(--accent)", "var(--accent)", ""] }, { duration: 900 });
  }
}
