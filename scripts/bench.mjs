// Signs in as the demo owner, then drives wrk over ceiling, dashboard and sign-in page in turn and prints medians.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { APP_URL, CEILING_URL, DEMO_LOG } = process.env;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = Number(process.env.BENCH_CONNECTIONS ?? 32);

const cookies = new Map();
const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");

async function visit(path, options = {}) {
  const response = await fetch(new URL(path, APP_URL), {
    redirect: "manual",
    ...options,
    headers: { cookie: cookieHeader(), origin: APP_URL, "sec-fetch-site": "same-origin", accept: "text/html", ...options.headers },
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
    cookies.set(name, value);
  }
  return response;
}

/** Fills the page's first form like a browser without script: its hidden fields and ours. */
async function signIn() {
  const printed = readFileSync(DEMO_LOG, "utf8");
  const email = printed.match(/[\w.+-]+@[\w.-]+\w/)?.[0];
  const password = printed.match(/password:?\s+(\S.*?)\s*$/im)?.[1];
  if (!email || !password) throw new Error(`creatorcrm demo printed no sign-in:\n${printed}`);
  const page = await (await visit("/sign-in")).text();
  const form = page.match(/<form[^>]*action="([^"]+)"[\s\S]*?<\/form>/);
  const fields = new URLSearchParams();
  for (const [input] of form[0].matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    fields.set(input.match(/name="([^"]*)"/)[1], input.match(/value="([^"]*)"/)?.[1] ?? "");
  }
  fields.set("email", email);
  fields.set("password", password);
  await visit(form[1], {
    method: "POST",
    body: fields.toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
}

/** Waits until the dashboard stays the same for a while: the demo's first sync is through. */
async function settledDashboard() {
  let last = "";
  let same = 0;
  for (let i = 0; i < 300 && same < 5; i++) {
    const response = await visit("/dashboard");
    if (response.status !== 200) throw new Error(`the dashboard answers ${response.status}: not signed in?`);
    const text = (await response.text()).replace(/nonce="[^"]*"/g, "").replace(/<script[\s\S]*?<\/script>/g, "");
    same = text === last ? same + 1 : 0;
    last = text;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return last.length;
}

function wrk(url, headers) {
  const seconds = [`-d${SECONDS}s`, "-t1", `-c${CONNECTIONS}`, "--latency"];
  const output = execFileSync("wrk", [...seconds, ...headers.flatMap((header) => ["-H", header]), url], { encoding: "utf8" });
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`${url} did not answer well under load:\n${output}`);
  const [, amount, unit] = output.match(/99%\s+([\d.]+)(us|ms|s)/);
  const milliseconds = { us: 0.001, ms: 1, s: 1000 }[unit];
  return { rate: Number(output.match(/Requests\/sec:\s+([\d.]+)/)[1]), p99: Number(amount) * milliseconds };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

await signIn();
const bytes = await settledDashboard();
const cookie = `Cookie: ${cookieHeader()}`;
const subjects = [
  { name: "ceiling: axum, one row by key", url: CEILING_URL, headers: [] },
  { name: "dashboard, signed in", url: `${APP_URL}/dashboard`, headers: [cookie], atLeast: 0.2 },
  { name: "sign-in page", url: `${APP_URL}/sign-in`, headers: [], atLeast: 0.6 },
  // For information: what compressing on the fly costs.
  { name: "dashboard, compressed", url: `${APP_URL}/dashboard`, headers: [cookie, "Accept-Encoding: gzip, br"] },
];

console.log(`${ROUNDS} rounds of ${SECONDS} s each in turn, ${CONNECTIONS} connections; the dashboard's HTML is ${Math.round(bytes / 1000)} KB`);
for (const subject of subjects) subject.runs = [];
for (const { url, headers } of subjects) wrk(url, headers); // warm
for (let round = 0; round < ROUNDS; round++) {
  for (const subject of subjects) subject.runs.push(wrk(subject.url, subject.headers));
}

const ceiling = median(subjects[0].runs.map((run) => run.rate));
let missed = false;
console.log(`${"".padEnd(32)}${"requests/s".padStart(12)}${"p99 ms".padStart(10)}${"of ceiling".padStart(12)}${"at least".padStart(10)}`);
for (const { name, runs, atLeast } of subjects) {
  const rate = median(runs.map((run) => run.rate));
  const ratio = rate / ceiling;
  missed ||= atLeast !== undefined && ratio < atLeast;
  const columns = [rate.toFixed(0).padStart(12), median(runs.map((run) => run.p99)).toFixed(1).padStart(10)];
  columns.push(ratio.toFixed(2).padStart(12), (atLeast?.toFixed(2) ?? "").padStart(10));
  console.log(name.padEnd(32) + columns.join(""));
}
process.exit(missed ? 1 : 0);
