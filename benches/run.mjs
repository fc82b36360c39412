// Runs the parts that are named (all without a name) against a server that scripts/bench started, and prints one table.
import { Database } from "./harness/database.mjs";
import { Report, grouped } from "./harness/figures.mjs";
import { Visitor } from "./harness/site.mjs";
import { exported } from "./parts/exported.mjs";
import { ingest } from "./parts/ingest.mjs";
import { lists } from "./parts/lists.mjs";
import { pages } from "./parts/pages.mjs";
import { statements } from "./parts/statements.mjs";

const PARTS = { pages, lists, ingest, export: exported, statements };
const { APP_URL, APP_PROCESS, CEILING_URL, DATABASE_URL } = process.env;

/** An agency that `creatorcrm demo --accounts` made, by what it printed. */
async function agency(database, printed) {
  const [, email] = printed.match(/email:\s+(\S+)/);
  const [, password] = printed.match(/password:\s+(\S.*)/);
  const id = await database.one(
    `select m.agency_id from members m join users u on u.id = m.user_id where u.email = '${email}' and m.role = 'owner'`,
  );
  const accounts = Number(await database.one(`select count(*) from accounts where agency_id = '${id}'`));
  // The one with most earnings.
  const account = await database.one(`select account_id from syncs where agency_id = '${id}' order by earnings_count desc limit 1`);
  return { id, accounts, account, visitor: await new Visitor(APP_URL).signIn({ email, password }) };
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length) throw new Error(`no such part: ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}`);

const database = new Database(DATABASE_URL);
const large = await agency(database, process.env.LARGE);
const small = await agency(database, process.env.SMALL);
const report = new Report();
const with_all = { large, small, database, ceiling: CEILING_URL, app: APP_URL, process: APP_PROCESS, report };
const [earnings, fans, size] = (
  await database.ask(
    `select (select sum(earnings_count) from syncs where agency_id = '${large.id}'), (select count(*) from fans where agency_id = '${large.id}'), pg_database_size(current_database())`,
  )
)[0].map(Number);
console.log(`${grouped(large.accounts)} accounts, ${grouped(earnings)} earnings, ${grouped(fans)} fans; the database takes ${(size / 1e9).toFixed(1)} GB`);
for (const name of wanted.length ? wanted : Object.keys(PARTS)) {
  console.log(`\n${name}`);
  await PARTS[name](with_all);
}
report.print();
database.close();
process.exitCode = report.missed ? 1 : 0;
