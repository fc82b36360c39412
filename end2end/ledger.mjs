// The sandbox's raw ledger, and the figures that the app has to show for it. Written from the definitions on the page alone.
import { control } from "./person.mjs";

/// Every creator with every row, as of now.
export async function ledger() {
  return (await control("/ledger")).creators;
}

/// Gross and net of some rows of one currency, in minor units.
export function total(rows) {
  return rows.reduce((sum, row) => ({ gross: sum.gross + row.gross, net: sum.net + row.net }), { gross: 0, net: 0 });
}

/// Those of the last `days` UTC days, today included.
export function latest(rows, days, now = new Date()) {
  const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days + 1);
  return rows.filter((row) => Date.parse(row.date) >= start);
}

/// As the app writes money: `$1,234.50`, `−€3.00`.
export function money(minor, currency) {
  const sign = { USD: "$", EUR: "€", GBP: "£" }[currency];
  const whole = Math.floor(Math.abs(minor) / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${minor < 0 ? "−" : ""}${sign}${whole}.${(Math.abs(minor) % 100).toString().padStart(2, "0")}`;
}
