// Pages beside the ceiling: requests per second while nothing changes, and what a page costs right after a change.
import { drive, grouped, median, timed } from "../harness/figures.mjs";

/** Visits after a change, of each dashboard. */
const VISITS = Number(process.env.BENCH_VISITS ?? 40);

export async function pages({ large, small, database, ceiling, app, report }) {
  const cookie = (agency) => [`Cookie: ${agency.visitor.cookie}`];
  const of = (agency, name, path, bar) => ({ name, url: app + path, headers: cookie(agency), bar });
  const many = `${grouped(large.accounts)} accounts`;
  const subjects = [
    { name: "ceiling: axum, one row by key", url: ceiling },
    of(large, `dashboard 30d, ${many}`, "/dashboard?period=30d", { atLeast: 0.2 }),
    of(large, `dashboard 12 months, ${many}`, "/dashboard?period=12m", { atLeast: 0.15 }),
    of(large, `accounts list, first page, ${many}`, "/accounts", { atLeast: 0.3 }),
    of(large, `one account's overview, ${many}`, `/accounts/${large.account}`, { atLeast: 0.3 }),
    of(small, `dashboard 30d, ${small.accounts} accounts`, "/dashboard?period=30d"),
    { name: "sign-in page", url: `${app}/sign-in`, bar: { atLeast: 0.6 } },
    // What compressing on the fly costs.
    { ...of(large, "dashboard 30d, compressed", "/dashboard?period=30d"), headers: [...cookie(large), "Accept-Encoding: gzip, br"] },
  ];
  const driven = drive(subjects);
  subjects.forEach(({ name, bar }, place) => {
    const { rate, p50, p99 } = driven[place];
    const measured = `${grouped(rate)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
    report.add(name, measured, rate / driven[0].rate, bar);
  });
  report.add("dashboard 30d, kept: large against small", "time per request", driven[5].rate / driven[1].rate, { atMost: 1.5 });
  await afterChanges({ large, small, database, report });
}

/** One visitor, and a change before each visit: nothing that was rendered before serves. Small and large take turns. */
async function afterChanges({ large, small, database, report }) {
  for (const period of ["30d", "12m"]) {
    const path = `/dashboard?period=${period}`;
    const times = { large: [], small: [] };
    for (let visit = 0; visit < VISITS; visit++) {
      for (const [name, agency] of Object.entries({ large, small })) {
        times[name].push(...(await timed(1, () => agency.visitor.read(path), () => database.touch(agency.id))));
      }
    }
    const [of_large, of_small] = [median(times.large), median(times.small)];
    const measured = `${of_large.toFixed(1)} ms against ${of_small.toFixed(1)} ms`;
    report.add(`dashboard ${period}, after a change: large against small`, measured, of_large / of_small, { atMost: 1.5 });
  }
}
