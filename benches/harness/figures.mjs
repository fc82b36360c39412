// Medians, load, and the table in which every part reports.
import { execFileSync } from "node:child_process";

const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = Number(process.env.BENCH_CONNECTIONS ?? 32);
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
export const grouped = (number) => Math.round(number).toLocaleString("en-GB");

/** Requests per second, and milliseconds at the 50th and 99th percentile. */
function wrk(url, headers) {
  const settings = [`-d${SECONDS}s`, "-t1", `-c${CONNECTIONS}`, "--latency", "--timeout", "30s"];
  const output = execFileSync("wrk", [...settings, ...headers.flatMap((header) => ["-H", header]), url], { encoding: "utf8" });
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`${url} did not answer well under load:\n${output}`);
  const at = (percentile) => {
    const [, amount, unit] = output.match(new RegExp(`${percentile}%\\s+([\\d.]+)(us|ms|s)`));
    return Number(amount) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  return { rate: Number(output.match(/Requests\/sec:\s+([\d.]+)/)[1]), p50: at(50), p99: at(99) };
}

/** Drives every subject `{ url, headers }` in turn, round after round, so that the machine's mood moves all together. */
export function drive(subjects) {
  for (const { url, headers = [] } of subjects) wrk(url, headers); // warm
  const runs = subjects.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    subjects.forEach(({ url, headers = [] }, place) => runs[place].push(wrk(url, headers)));
  }
  return runs.map((of) => ({
    rate: median(of.map((run) => run.rate)),
    p50: median(of.map((run) => run.p50)),
    p99: median(of.map((run) => run.p99)),
  }));
}

/** Milliseconds that each of `count` doings took, one after the other; what `before` does is not counted. */
export async function timed(count, doing, before = async () => {}) {
  const all = [];
  for (let index = 0; index < count; index++) {
    await before(index);
    const begun = performance.now();
    await doing(index);
    all.push(performance.now() - begun);
  }
  return all;
}

/** What was measured, one line each. A bar is `{ atLeast }` or `{ atMost }`; without one the line is for information. */
export class Report {
  #lines = [];

  add(what, measured, value, bar = {}) {
    const { atLeast, atMost } = bar;
    const met = value === undefined ? false : !(value < (atLeast ?? -Infinity)) && !(value > (atMost ?? Infinity));
    const words = atLeast !== undefined ? `at least ${atLeast}` : atMost !== undefined ? `at most ${atMost}` : "";
    const verdict = words ? (met ? "met" : "MISSED") : "";
    const text = value === undefined ? "" : value >= 100 ? grouped(value) : value.toFixed(2);
    this.#lines.push([what, measured, text, words, verdict]);
    console.log(`  ${what}: ${measured}${text ? ` = ${text}` : ""}${verdict ? ` (${words}: ${verdict})` : ""}`);
  }

  get missed() {
    return this.#lines.filter((line) => line[4] === "MISSED").length;
  }

  print() {
    const lines = [["what", "measured", "figure", "bar", ""], ...this.#lines];
    const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
    const text = (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
    console.log(`\n${text(lines[0])}\n| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
    for (const line of lines.slice(1)) console.log(text(line));
    console.log(this.missed ? `\n${this.missed} missed` : "\nevery bar met");
  }
}
