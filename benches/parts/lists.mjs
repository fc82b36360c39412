// The list of earnings: its first page against one in the middle of all rows, of one account and of the whole agency.
import { drive, grouped } from "../harness/figures.mjs";

export async function lists({ large, database, app, report }) {
  await compare(`/accounts/${large.account}/earnings`, `and account_id = '${large.account}'`, "one account's");
  if ((await large.visitor.visit("/earnings")).status === 200) await compare("/earnings", "", "the agency's");
  else report.add("earnings list of the agency", "there is no such page", undefined, { atMost: 1.3 });

  async function compare(path, where, whose) {
    const rows = Number(await database.one(`select count(*) from earnings where agency_id = '${large.id}' ${where}`));
    const middle = await keyOfMiddle(path, where, rows);
    const headers = [`Cookie: ${large.visitor.cookie}`];
    const [first, deep] = drive([
      { url: app + path, headers },
      { url: `${app}${path}?after=${middle}`, headers },
    ]);
    const measured = `${grouped(first.rate)}/s against ${grouped(deep.rate)}/s, ${grouped(rows)} rows`;
    report.add(`earnings list, ${whose}: a page in the middle against page 1`, measured, first.rate / deep.rate, { atMost: 1.3 });
  }

  /** The key of the row in the middle, written as the page itself writes keys. */
  async function keyOfMiddle(path, where, rows) {
    const html = await large.visitor.read(path);
    const written = html.match(/after=([\w-]+)/)?.[1];
    if (!written) throw new Error(`${path} has no second page`);
    const key = JSON.parse(Buffer.from(written, "base64url").toString());
    const [row] = await database.ask(
      `select to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), account_id, transaction_id from earnings
       where agency_id = '${large.id}' ${where} order by occurred_at desc, account_id, transaction_id desc
       offset ${Math.floor(rows / 2)} limit 1`.replaceAll("\n", " "),
    );
    const middle = key.length === 3 ? row : [row[0], row[2]];
    return Buffer.from(JSON.stringify(middle)).toString("base64url");
  }
}
