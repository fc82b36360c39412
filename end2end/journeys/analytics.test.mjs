// Analytics under a person's hands: days, filters, tags, saved views, files; with and without script.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { connect, reloadedUntil } from "../connecting.mjs";
import { latest, ledger, money, total } from "../ledger.mjs";
import { accessible, closeBrowser, fits, person, signUp } from "../person.mjs";

after(closeBrowser);

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";
  const [name, kind] = js ? ["Romy", "script"] : ["Ruth", "plain"];

  test(`revenue is narrowed to a tag, saved as a view and found again, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, name);
    const creators = (await ledger()).filter((it) => it.currency === "USD" && !it.inAgency).slice(0, 2);
    for (const creator of creators) await connect(page, creator.name);
    const [one] = creators;
    const net = money(total(latest(one.earnings, 30)).net, "USD");

    // A tag for the first account.
    await page.goto("/accounts");
    await page.getByRole("link", { name: one.name }).first().click();
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await page.getByLabel("Tags").fill(`Stars, ${kind}`);
    await page.getByRole("button", { name: "Save tags" }).click();
    await page.getByText("The tags are saved.").waitFor();

    // Revenue of that tag is what the account earned.
    await page.getByRole("link", { name: "Analytics" }).first().click();
    await page.getByText("Filter", { exact: true }).click();
    await page.getByLabel("Tag", { exact: true }).selectOption("stars");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL(/tag=stars/);
    await reloadedUntil(page, net);
    assert.equal(await page.locator(".stat-value").first().textContent(), net);
    await page.getByRole("link", { name: "Take away Tag: stars" }).waitFor();
    await accessible(page);

    // Saved, found again from elsewhere, renamed, deleted.
    await page.getByText("Views", { exact: true }).click();
    await page.getByRole("link", { name: "Save this view…" }).click();
    await page.getByLabel("Name").fill("The stars");
    await page.getByRole("button", { name: "Save view" }).click();
    await page.waitForURL(/analytics\?.*tag=stars/);
    await page.goto("/analytics/compare");
    await page.getByText("Views", { exact: true }).click();
    await page.getByRole("link", { name: "The stars" }).click();
    await page.waitForURL(/analytics\?.*tag=stars/);
    await page.goto("/analytics/views");
    await page.getByText("Rename or delete", { exact: true }).click();
    await page.getByLabel("Name").fill("Stars alone");
    await page.getByRole("button", { name: "Save name" }).click();
    await page.getByRole("link", { name: "Stars alone" }).waitFor();
    await page.getByText("Rename or delete", { exact: true }).click();
    await page.getByRole("button", { name: "Delete Stars alone" }).click();
    await page.getByText("No saved views yet").waitFor();

    // Both side by side, against other days; the file has the same accounts.
    await page.goto("/analytics/compare?period=90d");
    await page.getByRole("link", { name: "Other days" }).click();
    await page.getByLabel("Compare with").fill("2026-06-01");
    await page.getByLabel("To and including").fill("2026-06-30");
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.getByText("compared with 1 – 30 Jun 2026").waitFor();
    for (const creator of creators) await page.getByRole("rowheader", { name: creator.name }).first().waitFor();
    await accessible(page);
    await fits(page);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
    const text = await readFile(await download.path(), "utf8");
    assert.match(text, /^account,handle,currency,net,/);
    for (const creator of creators) assert.ok(text.includes(creator.name), creator.name);
    if (js) await reads(page);
    await close();
  });
}

/// Columns and the heat map are read by mouse and keys.
async function reads(page) {
  await page.goto("/analytics?period=90d&by=week");
  await page.waitForSelector("html[data-awake=true]");
  const heat = page.locator(".chart.heat");
  const readout = page.locator(".chart-box", { has: page.locator(".chart.heat") }).locator(".chart-readout");
  const when = async (place) => heat.locator(".hit").nth(place).getAttribute("data-when");
  await heat.scrollIntoViewIfNeeded();
  const plot = await heat.locator(".chart-plot").boundingBox();
  await page.mouse.move(plot.x + (plot.width * 9.5) / 24, plot.y + (plot.height * 2.5) / 7);
  assert.equal(await readout.locator("b").textContent(), "Wednesday 09:00 – 10:00");
  await page.mouse.move(plot.x, plot.y - 300);
  await heat.focus();
  await page.keyboard.press("Home");
  for (const [key, place] of [["ArrowDown", 24], ["ArrowRight", 25], ["ArrowUp", 1], ["End", 167]]) {
    await page.keyboard.press(key);
    assert.equal(await readout.locator("b").textContent(), await when(place), key);
  }
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".sidebar").isVisible(), false, "no navigation on paper");
  assert.ok(await page.locator(".chart").first().isVisible());
  await page.emulateMedia({ media: null });
}
