// What is drawn of it: two minutes, one look a second.

const LENGTH = 120;
const WIDTH = 240;
const HEIGHT = 60;
const SVG = "http://www.w3.org/2000/svg";

const gauge = (name, labels) => (before, now) => now.sum(name, labels);
const perSecond = (name, labels) => (before, now) => rate(before, now, name, labels);
const slowest = (name, share) => (before, now) => quantile(before, now, name, share);

function count(value) {
  if (value >= 10000) return Math.round(value).toLocaleString("en");
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

function duration(value) {
  if (value >= 1) return `${value.toPrecision(3)} s`;
  return value >= 0.001 ? `${(value * 1e3).toPrecision(3)} ms` : `${Math.round(value * 1e6)} µs`;
}

function size(value) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const CHARTS = [
  {
    title: "Connections", format: count,
    lines: {
      authenticated: gauge("connections", { state: "authenticated" }),
      "not authenticated": gauge("connections", { state: "unauthenticated" }),
      "plain HTTP": gauge("connections", { state: "http" }),
    },
  },
  {
    title: "Writes a second", format: count,
    lines: {
      "by WebSocket": perSecond("write_seconds_count"),
      "requests passed on": perSecond("proxy_seconds_count"),
      "errors told": perSecond("errors_total"),
    },
  },
  {
    title: "Deliveries a second", format: count,
    lines: {
      deliveries: perSecond("deliveries_total"),
      broadcasts: perSecond("broadcasts_total"),
    },
  },
  {
    title: "Writes, from the message to its success", format: duration,
    lines: {
      "99 of 100": slowest("write_seconds", 0.99),
      "half of them": slowest("write_seconds", 0.5),
    },
  },
  {
    title: "Deliveries, from answer to last device", format: duration,
    lines: {
      "99 of 100": slowest("delivery_seconds", 0.99),
      "half of them": slowest("delivery_seconds", 0.5),
    },
  },
  {
    title: "The API's answers", format: duration,
    lines: {
      "99 of 100": slowest("upstream_seconds", 0.99),
      "half of them": slowest("upstream_seconds", 0.5),
    },
  },
  {
    title: "Queues", format: count,
    lines: {
      "requests at the API": gauge("upstream_in_flight"),
      "writes waiting": gauge("lane_queue"),
    },
  },
  {
    title: "Waiting for slow readers", format: size,
    lines: { "in all queues": gauge("outbound_queue_bytes") },
  },
  {
    title: "Loops, how late they are", format: duration,
    lines: { "99 of 100": slowest("loop_lag_seconds", 0.99) },
  },
];

function element(parent, name, attributes = {}, text = "") {
  const made = name === "svg" || name === "path"
    ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  parent.append(made);
  return made;
}

class Chart {
  constructor(parent, { title, format, lines }) {
    this.format = format;
    const section = element(parent, "section");
    element(section, "h2", {}, title);
    const scale = element(section, "div", { class: "scale" });
    this.top = element(scale, "span", {}, "–");
    element(scale, "span", {}, "2 min");
    const svg = element(section, "svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img",
      "aria-label": title,
    });
    element(svg, "path", { class: "axis", d: `M0 ${HEIGHT}H${WIDTH}` });
    const list = element(section, "dl");
    this.lines = Object.entries(lines).map(([name, value], index) => ({
      value,
      seen: [],
      path: element(svg, "path", { class: `line-${index}` }),
      key: element(list, "dt", { class: `key-${index}` }, name),
      shown: element(list, "dd", {}, "–"),
    }));
  }

  add(before, now) {
    for (const line of this.lines) {
      line.seen.push(line.value(before, now));
      if (line.seen.length > LENGTH) line.seen.shift();
      const last = line.seen.at(-1);
      line.shown.textContent = last === null ? "–" : this.format(last);
    }
    const known = this.lines.flatMap((line) => line.seen).filter((value) => value !== null);
    const top = Math.max(...known, 0);
    this.top.textContent = known.length > 0 ? this.format(top) : "–";
    for (const line of this.lines) line.path.setAttribute("d", outline(line.seen, top));
  }
}

/** The line through what is known; a gap where nothing is. */
function outline(values, top) {
  let path = "";
  let isDrawing = false;
  values.forEach((value, index) => {
    if (value === null) {
      isDrawing = false;
      return;
    }
    const x = (WIDTH * (LENGTH - values.length + index)) / (LENGTH - 1);
    const y = HEIGHT - (top > 0 ? (value / top) * (HEIGHT - 2) : 0);
    // What stands alone is still seen.
    path += isDrawing ? `L${x} ${y}` : `M${x - 1} ${y}L${x} ${y}`;
    isDrawing = true;
  });
  return path;
}

const charts = CHARTS.map((chart) => new Chart(document.getElementById("charts"), chart));
const state = document.getElementById("state");
let last = null;

function say(text, isGood) {
  state.textContent = text;
  state.className = isGood ? "good" : "bad";
}

async function look() {
  try {
    const [metrics, readiness] = await Promise.all([fetch("/metrics"), fetch("/readyz")]);
    if (!metrics.ok) throw new Error(`/metrics answers ${metrics.status}`);
    const figures = new Figures(await metrics.text(), performance.now());
    if (last) for (const chart of charts) chart.add(last, figures);
    const [build] = figures.samples.get(`${PREFIX}build_info`) ?? [];
    if (build) document.getElementById("build").textContent = `version ${build.labels.version}`;
    last = figures;
    say(readiness.ok ? "ready" : `not ready: ${await readiness.text()}`, readiness.ok);
  } catch (error) {
    last = null;
    say(`no answer (${error.message})`, false);
  }
  setTimeout(look, 1000);
}

look();
