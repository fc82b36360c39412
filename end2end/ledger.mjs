// The sandbox's raw ledger, and the figures that the app has to show for it. Written from the definitions on the page alone.
import { control } from "./person.mjs";

/// Every creator with every row, as of now.
export async function ledger() {
  return (await control("/ledger")).creators;
}

/// Net and gross in minor units by currency, over the last `days` UTC days, today included.
export function sums(creators, days, now = new Date()) {
  const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days + 1);
  const totals = {};
  for (const { earnings } of creators) {
    for (const { date, gross, net, currency } of earnings) {
      if (Date.parse(date) < start) continue;
      totals[currency] ??= { gross: 0, net: 0 };
      totals[currency].gross += gross;
      totals[currency].net += net;
    }
  }
  return totals;
}

/// As the app writes money: `$1,234.50`, `−€3.00`.
export function money(minor, currency) {
  const sign = { USD: "$", EUR: "€", GBP: "£" }[currency];
  const whole = Math.floor(Math.abs(minor) / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${minor < 0 ? "−" : ""}${sign}${whole}.${(Math.abs(minor) % 100).toString().padStart(2, "0")}`;
}
