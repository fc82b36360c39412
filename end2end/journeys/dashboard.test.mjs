// The dashboard under a person's hands, and when the world moves while they look.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connect, reloadedUntil } from "../connecting.mjs";
import { latest, ledger, money, total } from "../ledger.mjs";
import { accessible, closeBrowser, control, person, signUp } from "../person.mjs";

after(closeBrowser);

/// A creator of the sandbox, connected, with all of the last thirty days here.
async function withCreator(page, name) {
  await signUp(page, name);
  const creator = (await ledger()).filter((it) => it.currency === "USD" && !it.inAgency)[2];
  await connect(page, creator.name);
  await page.goto("/dashboard");
  await reloadedUntil(page, money(total(latest(creator.earnings, 30)).net, "USD"));
  await page.waitForSelector("html[data-awake=true]");
  return creator;
}

test("a chart is read by mouse and keys", async () => {
  const { page, close } = await person();
  await withCreator(page, "Carla");
  const chart = page.locator(".chart").first();
  const readout = page.locator(".chart-readout").first();
  const bars = await chart.locator(".hit").count();
  assert.equal(bars, 30);
  const told = async (index) => {
    const bar = chart.locator(".hit").nth(index);
    return `${await bar.getAttribute("data-when")} ${await bar.getAttribute("data-told")}`;
  };
  assert.equal(await readout.textContent(), await told(29), "it begins with the newest day");

  const plot = await chart.locator(".chart-plot").boundingBox();
  await page.mouse.move(plot.x + (plot.width * 10.5) / 30, plot.y + plot.height / 2);
  assert.equal(await readout.textContent(), await told(10));
  await page.mouse.move(plot.x, plot.y - 200);
  assert.equal(await readout.textContent(), await told(29), "and goes back there");

  await chart.focus();
  for (const [key, index] of [["ArrowLeft", 28], ["Home", 0], ["ArrowRight", 1], ["End", 29], ["ArrowRight", 29]]) {
    await page.keyboard.press(key);
    assert.equal(await readout.textContent(), await told(index), key);
  }
  assert.equal(await readout.getAttribute("aria-live"), "polite", "what keys choose is spoken");
  await accessible(page);
  await close();
});

test("figures follow the world without anything jumping", async () => {
  const { page, close } = await person({ height: 1600 });
  const creator = await withCreator(page, "Dora");
  // A first sync that ends takes its banner along.
  await page.locator(".health.syncing").waitFor({ state: "detached" });
  await page.getByText("Reading the past").waitFor({ state: "detached" });
  const net = page.locator(".stat-value").first();
  const before = await net.textContent();
  await page.locator(".chart").first().focus();
  await page.keyboard.press("Home");
  const read = await page.locator(".chart-readout").first().textContent();
  await page.evaluate(() => {
    window.jumped = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((shift) => { window.jumped += shift.value; }))
      .observe({ type: "layout-shift", buffered: false });
  });

  await control("/earnings", { creator: creator.handle, gross: 4321 });
  const earned = total(latest((await ledger()).find((it) => it.handle === creator.handle).earnings, 30));
  await page.waitForFunction((text) => document.querySelector(".stat-value").textContent === text, money(earned.net, "USD"));
  assert.notEqual(await net.textContent(), before);
  assert.equal(await page.locator(".chart-readout").first().textContent(), read, "the bar being read stays");
  assert.ok(await page.locator(".chart").first().evaluate((it) => it === document.activeElement), "and the focus");
  assert.equal(await page.evaluate(() => window.jumped), 0, "nothing moved on the page");
  await close();
});
