// A million rows as a file: what it takes of the server's memory above idle, and how soon it begins.
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { grouped, median } from "../harness/figures.mjs";

const ROWS = Number(process.env.BENCH_EXPORT_ROWS ?? 1_000_000);
const TIMES = 3;

export async function exported({ large, database, process: pid, report }) {
  const path = await choose();
  const megabytes = (name) => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`${name}:\\s+(\\d+) kB`))[1]) / 1024;
  const begun = [];
  const above = [];
  let rows = 0;
  for (let time = 0; time < TIMES; time++) {
    await sleep(3000);
    const idle = megabytes("VmRSS");
    writeFileSync(`/proc/${pid}/clear_refs`, "5"); // the peak is counted anew from here
    const start = performance.now();
    const response = await large.visitor.visit(path);
    if (response.status !== 200) throw new Error(`${path} answers ${response.status}`);
    let first = 0;
    rows = -1; // the head
    for await (const chunk of response.body) {
      first ||= performance.now() - start;
      for (const byte of chunk) rows += byte === 10 ? 1 : 0;
    }
    begun.push(first);
    above.push(megabytes("VmHWM") - idle);
  }
  report.add(`CSV of ${grouped(rows)} rows: memory above idle`, `MB, the most of ${TIMES} times`, Math.max(...above), { atMost: 64 });
  report.add(`CSV of ${grouped(rows)} rows: first byte`, `ms, median of ${TIMES}`, median(begun), { atMost: 100 });

  /** The agency's earnings since the day from which there are so many, or all of the account with most. */
  async function choose() {
    const probe = await large.visitor.visit("/earnings.csv?from=2999-01-01");
    await probe.text();
    if (probe.status !== 200) return `/accounts/${large.account}/earnings.csv`;
    const from = await database.one(
      `select max(day) from (select day, sum(sum(payments)) over (order by day desc) as so_far from agency_days
       where agency_id = '${large.id}' group by day) d where so_far >= ${ROWS}`.replaceAll("\n", " "),
    );
    return from ? `/earnings.csv?from=${from}` : "/earnings.csv";
  }
}
