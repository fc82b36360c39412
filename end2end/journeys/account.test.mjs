// One account: its rows equal the ledger and leave as a file, it is renamed, given to a creator, disconnected, connected again.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { connect, reloadedUntil } from "../connecting.mjs";
import { ledger, money, total } from "../ledger.mjs";
import { accessible, closeBrowser, control, fits, person, signUp } from "../person.mjs";

after(closeBrowser);

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`an account's earnings are the ledger's, on the page and in the file, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Ida" : "Jana");
    const creator = (await ledger()).find((it) => it.handle === "amara.bell");
    await connect(page, creator.name);
    await page.goto("/accounts");
    await page.getByRole("link", { name: creator.name }).first().click();
    await page.getByRole("link", { name: "Earnings", exact: true }).click();
    const all = total(creator.earnings);
    await reloadedUntil(page, money(all.net, creator.currency));
    await accessible(page);
    await fits(page);

    const tips = total(creator.earnings.filter((row) => row.source === "tip"));
    await page.getByLabel("Source").selectOption({ label: "Tips" });
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL("**source=tip**");
    assert.ok((await page.locator("main").innerText()).includes(money(tips.net, creator.currency)));

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export as CSV" }).click(),
    ]);
    const lines = readFileSync(await download.path(), "utf8").trim().split(/\r?\n/);
    assert.equal(lines.length - 1, creator.earnings.filter((row) => row.source === "tip").length);
    await close();
  });

  test(`an account is renamed, given to a new creator, disconnected and connected again, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Kaja" : "Lena");
    await connect(page, "Pip Hollow");
    await page.goto("/accounts");
    await page.getByRole("link", { name: "Pip Hollow" }).first().click();
    await page.waitForURL(/accounts\/[0-9a-f-]+$/);
    const account = page.url();

    await page.goto(`${account}/edit`);
    await accessible(page);
    await page.getByLabel("Name", { exact: true }).fill("Pip at night");
    await page.getByRole("button", { name: "Save name" }).click();
    await page.getByText("The new name is saved.").waitFor();
    await page.goto(`${account}/edit`);
    await page.getByLabel("Creator", { exact: true }).selectOption({ label: "A new creator…" });
    await page.getByLabel("Name of the new creator").fill("Philippa Hollow");
    await page.getByRole("button", { name: "Save creator" }).click();
    await page.getByText("Saved.").waitFor();
    await page.goto("/creators");
    await page.getByRole("link", { name: "Philippa Hollow" }).waitFor();
    await accessible(page);

    await page.goto(`${account}/disconnect`);
    await accessible(page);
    await page.getByRole("button", { name: "Disconnect", exact: true }).click();
    await page.locator(".banner.good").waitFor();
    await page.goto(account);
    await page.getByText("Disconnected").first().waitFor();

    await connect(page, "Pip Hollow");
    await page.goto(account);
    await reloadedUntil(page, "Connected");
    assert.ok((await page.locator("h1").innerText()).includes("Pip at night"));
    await close();
  });
}

test("a sale reaches an open page by itself, and a refund too", async () => {
  const { page, close } = await person();
  await signUp(page, "Mara");
  await connect(page, "Dani Cruz");
  await page.goto("/accounts");
  await page.getByRole("link", { name: "Dani Cruz" }).first().click();
  await page.getByRole("link", { name: "Earnings", exact: true }).click();
  const before = total((await ledger()).find((it) => it.handle === "dani.cruz").earnings);
  await reloadedUntil(page, money(before.net, "USD"));

  const { earnings: [sale] } = await control("/earnings", { creator: "dani.cruz", source: "tip", gross: 12_300 });
  const after = total((await ledger()).find((it) => it.handle === "dani.cruz").earnings);
  await page.getByText(money(after.net, "USD"), { exact: true }).first().waitFor();
  await control("/refund", { transactionOrderId: sale.transactionOrderId });
  await page.getByText(money(before.net, "USD"), { exact: true }).first().waitFor();
  await close();
});
