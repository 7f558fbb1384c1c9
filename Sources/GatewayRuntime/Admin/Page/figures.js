// What /metrics says, and what becomes of it from one second to the next.

const PREFIX = "notes_gateway_";

/** The samples of a text of metrics: by name, each with its labels and its value. */
function parse(text) {
  const samples = new Map();
  for (const line of text.split("\n")) {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) continue;
    const labels = {};
    for (const [, name, value] of (match[2] ?? "").matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) {
      labels[name] = value;
    }
    if (!samples.has(match[1])) samples.set(match[1], []);
    samples.get(match[1]).push({ labels, value: Number(match[3]) });
  }
  return samples;
}

/** What was read at one moment. */
class Figures {
  constructor(text, time) {
    this.samples = parse(text);
    this.time = time;
  }

  /** The sum of all samples of `name` whose labels are as `wanted` says. */
  sum(name, wanted = {}) {
    const samples = this.samples.get(PREFIX + name) ?? [];
    return samples
      .filter(({ labels }) => Object.entries(wanted).every(([key, text]) => labels[key] === text))
      .reduce((total, { value }) => total + value, 0);
  }

  /** The counts of a histogram's buckets, by their bounds in order, whatever other labels say. */
  buckets(name) {
    const counts = new Map();
    for (const { labels, value } of this.samples.get(`${PREFIX}${name}_bucket`) ?? []) {
      const bound = labels.le === "+Inf" ? Infinity : Number(labels.le);
      counts.set(bound, (counts.get(bound) ?? 0) + value);
    }
    return [...counts].sort(([left], [right]) => left - right);
  }
}

/** How many a second there were of a counter; null where it began anew. */
function rate(before, now, name, labels) {
  const growth = now.sum(name, labels) - before.sum(name, labels);
  return growth < 0 ? null : growth / ((now.time - before.time) / 1000);
}

/** The time that `share` of what was observed in between took at most; null without any. */
function quantile(before, now, name, share) {
  const old = new Map(before.buckets(name));
  const grown = now.buckets(name).map(([bound, count]) => [bound, count - (old.get(bound) ?? 0)]);
  const total = grown.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  let lower = 0;
  let below = 0;
  for (const [bound, count] of grown) {
    if (count >= share * total) {
      if (bound === Infinity) return lower;
      return lower + (bound - lower) * ((share * total - below) / (count - below));
    }
    [lower, below] = [bound, count];
  }
  return lower;
}
