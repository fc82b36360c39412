// A person at a browser. Any console message, page error or failed request is a failure of the journey.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const APP = process.env.APP_URL;
export const SANDBOX = process.env.SANDBOX_URL;
export const PASSWORD = "correct horse battery staple";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const artifacts = join(import.meta.dirname, "artifacts");

/// Pages of browsers without script: axe is one, and cannot run there.
const scriptless = new WeakSet();
let browser;
async function launched() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"],
  });
  return browser;
}

/// Closes the browser; each journey file calls it in `after`.
export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/// A new person. `js: false` is a browser without script.
export async function person({ js = true, theme = "light", width = 1280, height = width < 600 ? 844 : 800 } = {}) {
  const context = await (await launched()).newContext({
    baseURL: APP, javaScriptEnabled: js, colorScheme: theme, viewport: { width, height }, reducedMotion: "reduce",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: APP });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  if (!js) scriptless.add(page);
  const complaints = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()} (${page.url()})`));
  page.on("response", (response) => { if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()} (${page.url()})`); });
  page.on("pageerror", (error) => complaints.push(`error: ${error} (${page.url()})`));
  const calm = () => assert.deepEqual(complaints, [], "the browser's console must stay empty");
  return { context, page, complaints, calm, close: async () => { calm(); await context.close(); } };
}

/// Signs up a new agency and ends on its dashboard.
export async function signUp(page, name) {
  await page.goto("/sign-up");
  await page.getByLabel("Agency name").fill(`${name} Studio`);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Email").fill(`${name.toLowerCase()}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create agency" }).click();
  await page.waitForURL("**/dashboard**");
}

/// The address in the newest mail to `email` with this subject, as a mail program shows it.
export async function mailed(page, email, subject) {
  await page.goto("/dev/mail");
  const letter = page.locator("article.card", { hasText: `To ${email}` }).filter({ hasText: subject }).first();
  return letter.getByRole("link").first().getAttribute("href");
}

/// axe finds nothing on the page as it is. (The same HTML is looked at by the journeys with script.)
export async function accessible(page) {
  if (scriptless.has(page)) return;
  // What only works with script appears when the page is awake; in the middle of that nothing fits together.
  await page.waitForFunction(() => !document.querySelector("leptos-island") || document.documentElement.dataset.awake);
  if (!(await page.evaluate("typeof window.axe !== 'undefined'").catch(() => false))) await page.evaluate(axe);
  const findings = await page.evaluate(async () => {
    const result = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return result.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join("; ")}`);
  });
  assert.deepEqual(findings, [], `axe on ${page.url()}`);
}

/// No sideways scrolling of the whole page.
export async function fits(page) {
  const spill = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(spill <= 0, `${page.url()} is ${spill} px too wide`);
}

/// Keeps a picture for people to look at.
export async function picture(page, name) {
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true });
}

/// The sandbox's answer to a control request.
export async function control(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`${SANDBOX}/control${path}`, options);
  assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}
