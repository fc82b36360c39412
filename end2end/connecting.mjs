// Connecting a sandbox creator, as a person does it; works with and without script.
import { SANDBOX } from "./person.mjs";

/// From wherever the person is, to the consent page.
export async function toConsent(page) {
  await page.goto("/connections/new");
  await page.getByRole("button", { name: "Continue to Fanvue" }).click();
  await page.waitForURL(`${SANDBOX}/**`);
}

/// On the consent page: as whom, and whether it is allowed.
export async function answer(page, name, decision) {
  // An agency's grant names its creators too; it comes last.
  await page.getByRole("radio", { name: new RegExp(name) }).first().check();
  await page.getByRole("button", { name: decision, exact: true }).click();
}

/// Connects the creator of that name and ends on the app's page.
export async function connect(page, name) {
  await toConsent(page);
  await answer(page, name, "Allow");
  await page.waitForURL((url) => !url.href.startsWith(SANDBOX));
}

/// Reloads until the page says `text`; what happens in the background may take a while.
export async function reloadedUntil(page, text, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    await page.reload();
    if ((await page.locator("main").innerText()).includes(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`${page.url()} never said "${text}": ${await page.locator("main").innerText()}`);
}
