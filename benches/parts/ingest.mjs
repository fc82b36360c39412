// New earnings with all their rollups through earnings::record, against COPY of the same rows, by the same writers.
import { execFileSync } from "node:child_process";
import { grouped } from "../harness/figures.mjs";

const ROWS = process.env.BENCH_INGEST_ROWS ?? "200000";

export async function ingest({ report }) {
  const output = execFileSync(process.env.INGEST, [ROWS], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const { rows, writers, copied, recorded } = JSON.parse(output);
  for (const { table, rate } of copied) {
    report.add(`COPY of ${grouped(rows)} rows into a table with ${table}, ${writers} writers`, `${grouped(rate)} rows/s`);
  }
  for (const { batch, rate } of recorded) {
    for (const { table, rate: plain } of copied) {
      // What arrives is judged by batches of a thousand against bare tables; the platform's own pages are of 50.
      const bar = batch === 1000 && !table.startsWith("all") ? { atLeast: 0.25 } : {};
      report.add(`ingest with rollups, ${grouped(batch)} a transaction, against ${table}`, `${grouped(rate)} rows/s`, rate / plain, bar);
    }
  }
}
