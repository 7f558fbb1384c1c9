/** Times from a keystroke to its arrival in another pane, of this tab or of another one. */
const latency = {
  writes: new Map(),  // what is known of the latest 50 versions of the note
  samples: [],        // the latest 20
  channel: new BroadcastChannel("notes-gateway-demo"),

  typed(note, time) {
    const write = latency.write(note);
    write.typedAt = time;
    for (const arrivedAt of write.arrivals) latency.measured(arrivedAt - time);
  },
  arrived(note) {
    const time = performance.timeOrigin + performance.now();
    const write = latency.write(note);
    write.arrivals.push(time);
    if (write.typedAt) latency.measured(time - write.typedAt);
  },
  write({ createdAt, version }) {
    const { writes } = latency;
    const key = `${createdAt}/${version}`;
    if (!writes.has(key)) writes.set(key, { arrivals: [] });
    if (writes.size > 50) writes.delete(writes.keys().next().value);
    return writes.get(key);
  },
  measured(milliseconds) {
    latency.samples = [...latency.samples, Math.max(0, milliseconds)].slice(-20);
    const sorted = latency.samples.toSorted((a, b) => a - b);
    document.querySelector("#last").textContent = `${latency.samples.at(-1).toFixed(1)} ms`;
    document.querySelector("#median").textContent = `${sorted[sorted.length >> 1].toFixed(1)} ms`;
  },
};
latency.channel.onmessage = ({ data }) => latency.typed(data, data.time);
