// The slowest statements of any page, by pg_stat_statements: every page of a list, right after a change and once more.
import { setTimeout as sleep } from "node:timers/promises";
import { grouped } from "../harness/figures.mjs";

const TIMES = Number(process.env.BENCH_VISITS_EACH ?? 5);
const SHOWN = 10;

export async function statements({ large, database, report }) {
  await database.ask("create extension if not exists pg_stat_statements");
  const paths = await list();
  // What pages have counted in the background is counted before they are measured.
  for (const path of paths) await large.visitor.read(path);
  await untilIdle();
  const all = [];
  for (const path of paths) {
    await database.ask("select pg_stat_statements_reset()");
    for (let time = 0; time < TIMES; time++) {
      await database.touch(large.id);
      await large.visitor.read(path); // anew
      await large.visitor.read(path); // kept
    }
    for (const [mean, calls, query] of await measured()) all.push({ path, mean: Number(mean), calls, query });
  }
  all.sort((a, b) => b.mean - a.mean);
  console.log(`\nThe ${SHOWN} slowest statements of ${paths.length} pages, mean ms of ${TIMES} visits after a change and ${TIMES} without:`);
  for (const { path, mean, calls, query } of all.slice(0, SHOWN)) {
    console.log(`${mean.toFixed(2).padStart(9)} ms  ${calls.padStart(4)} calls  ${path}\n             ${query.slice(0, 160)}`);
  }
  const worst = all[0];
  const slow = new Set(all.filter((it) => it.mean > 10).map((it) => it.query)).size;
  report.add("slowest statement of any page", `ms mean, ${worst.path} (${grouped(slow)} statements over 10 ms)`, worst.mean, { atMost: 10 });

  async function list() {
    const creator = await database.one(`select creator_id from accounts where agency_id = '${large.id}' and id = '${large.account}'`);
    const wanted = [
      "/dashboard?period=30d", "/dashboard?period=12m", "/dashboard?period=90d",
      "/accounts", "/accounts?sort=net", "/accounts?sort=subscribers", "/accounts?q=mila",
      ...["", "/earnings", "/earnings?source=tip", "/subscribers", "/ppv", "/connection", "/team"].map((tab) => `/accounts/${large.account}${tab}`),
      `/accounts/${large.account}?period=12m`,
      "/earnings", "/earnings?source=tip", "/earnings?source=refund", "/earnings?from=2026-01-01&to=2026-01-31",
      "/analytics", "/analytics?period=12m", `/analytics?account=${large.account}`, `/analytics?creator=${creator}`,
      "/analytics/subscribers", "/analytics/messages", "/analytics/fans", "/analytics/compare", "/analytics/forecast",
      "/analytics/forecast/churn", "/analytics/goals", "/analytics/reports",
      "/creators", `/creators/${creator}`, "/connections", "/team", "/search?q=quiet", "/audit", "/settings",
    ];
    const there = [];
    for (const path of wanted) {
      const response = await large.visitor.visit(path);
      await response.text();
      if (response.status === 200) there.push(path);
      else console.log(`  ${path} answers ${response.status}: left out`);
    }
    return there;
  }

  /** Statements of pages alone: not ours, not the job queue's, and not those that jobs mark as theirs. */
  async function measured() {
    return database.ask(
      `select mean_exec_time, calls, regexp_replace(query, '\\s+', ' ', 'g') from pg_stat_statements
       where dbid = (select oid from pg_database where datname = current_database())
         and query !~* 'pg_stat_statements|data_version = data_version|graphile_worker|^(begin|commit|rollback|set|listen)|/\\* job'
       order by mean_exec_time desc limit ${SHOWN}`.replaceAll("\n", " "),
    );
  }

  async function untilIdle() {
    for (let second = 0; second < 600; second++) {
      const waiting = await database.one(
        "select count(*) from graphile_worker._private_jobs where locked_at is not null or (is_available and run_at <= now())",
      );
      if (waiting === "0") return;
      await sleep(1000);
    }
    throw new Error("background jobs did not come to an end");
  }
}
