// New earnings with all their rollups through earnings::record, against COPY of the same rows, by the same writers.
import { execFileSync } from "node:child_process";
import { grouped } from "../harness/figures.mjs";

const ROWS = process.env.BENCH_INGEST_ROWS ?? "200000";

export async function ingest({ report }) {
  const output = execFileSync(process.env.INGEST, [ROWS], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const { rows, writers, copied, recorded } = JSON.parse(output);
  for (const [table, rate] of Object.entries(copied)) {
    report.add(`COPY of ${grouped(rows)} rows, ${writers} writers: ${table}`, `${grouped(rate)} rows/s`);
  }
  const [plain, with_key] = Object.values(copied);
  for (const { batch, rate } of recorded) {
    // What arrives is judged by batches of a thousand; the platform's own pages are of 50.
    const bar = batch === 1000 ? { atLeast: 0.25 } : {};
    const what = `ingest with rollups, ${grouped(batch)} a transaction`;
    report.add(`${what}, against COPY without a key`, `${grouped(rate)} rows/s`, rate / plain, bar);
    report.add(`${what}, against COPY with a primary key`, "", rate / with_key, bar);
  }
}
