// The second step of signing in: an app's codes and recovery codes, with and without script; passkeys, by Chromium's own authenticator.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { accessible, closeBrowser, fits, PASSWORD, person, picture, signUp } from "../person.mjs";

after(closeBrowser);

/// The code that an authenticator app shows `ahead` half minutes from now (RFC 6238).
function code(key, ahead = 0) {
  const bits = [...key.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac("sha1", secret).update(step).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function signIn(page, name) {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(`${name.toLowerCase()}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function signOut(page) {
  await page.locator("details.menu.up summary").click();
  await page.locator("details.menu.up").getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL("**/sign-in");
}

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`an app is set up, its code is asked for, a recovery code stands in for it, ${how}`, async () => {
    const { page, close } = await person({ js });
    const name = js ? "Fenja" : "Gesa";
    await signUp(page, name);
    await page.goto("/settings/second-factor");
    await accessible(page);
    await fits(page);
    await page.getByRole("button", { name: "Set up an app" }).click();
    await page.waitForURL("**/settings/second-factor/app");
    await accessible(page);
    await picture(page, `second-factor-app-${js}`);
    const key = await page.locator("code").first().innerText();
    await page.getByLabel("Code", { exact: true }).fill("000000");
    await page.getByRole("button", { name: "Turn it on" }).click();
    await page.getByText("This code does not fit").waitFor();
    await page.getByLabel("Code", { exact: true }).fill(code(key));
    await page.getByRole("button", { name: "Turn it on" }).click();
    await page.waitForURL("**/settings/second-factor/codes");
    await accessible(page);
    await picture(page, `second-factor-codes-${js}`);
    const codes = await page.locator(".codes code").allInnerTexts();
    assert.equal(codes.length, 10);
    await page.getByRole("link", { name: "I have kept them" }).click();
    await page.getByText("10 are left").waitFor();
    await accessible(page);
    await signOut(page);

    await signIn(page, name);
    await page.waitForURL("**/sign-in/second**");
    await accessible(page);
    await fits(page);
    // The code of the set-up was used; the next one is good already.
    await page.getByLabel("Code", { exact: true }).fill(code(key, 1));
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL("**/dashboard**");
    await signOut(page);

    await signIn(page, name);
    await page.getByLabel("Code", { exact: true }).fill(codes[3]);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL("**/dashboard**");
    await page.goto("/settings/second-factor");
    await page.getByText("9 are left").waitFor();
    await page.getByRole("button", { name: "Remove the app" }).click();
    await page.getByText("The app is removed.").waitFor();
    await signOut(page);
    await signIn(page, name);
    await page.waitForURL("**/dashboard**");
    await close();
  });
}

test("a passkey is added, and signs in as the second step and alone", async () => {
  const { context, page, close } = await person();
  const chromium = await context.newCDPSession(page);
  await chromium.send("WebAuthn.enable");
  const { authenticatorId } = await chromium.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signUp(page, "Helga");
  await page.goto("/settings/second-factor");
  await page.locator("html[data-awake=true]").waitFor();
  await page.getByLabel("What to call it").fill("This laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.waitForURL("**/settings/second-factor/codes");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.getByText("This laptop").first().waitFor();
  await accessible(page);
  await picture(page, "second-factor-passkey");

  // Nobody touches it while the password is typed.
  const touched = (enabled) => chromium.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  await touched(false);
  await signOut(page);
  await page.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
  await accessible(page);
  await signIn(page, "Helga");
  await page.waitForURL("**/sign-in/second**");
  await page.locator("html[data-awake=true]").waitFor();
  await accessible(page);
  await picture(page, "second-step-passkey");
  await touched(true);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL("**/dashboard**");

  // Offered where the email is typed, and touched: that is the whole sign-in.
  await page.locator("details.menu.up summary").click();
  await page.locator("details.menu.up").getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL("**/sign-in");
  await page.waitForURL("**/dashboard**");
  assert.match(await page.locator(".sidebar").innerText(), /Helga/);
  await close();
});

test("who must set it up is told, and nothing else opens after grace", async () => {
  const { page, close } = await person();
  await signUp(page, "Ilse");
  await page.goto("/settings/security");
  await accessible(page);
  await page.getByLabel("Owners").check();
  await page.getByLabel("Time to set it up").selectOption("7");
  await page.getByRole("button", { name: "Save what is required" }).click();
  await page.getByText("7 days are left").waitFor();
  await accessible(page);
  await picture(page, "second-factor-due");
  await page.getByLabel("Time to set it up").selectOption("0");
  await page.getByRole("button", { name: "Save what is required" }).click();
  await page.waitForURL("**/settings/second-factor**");
  await page.getByText("Set up two-step sign-in to go on").waitFor();
  await accessible(page);
  await page.goto("/accounts");
  await page.waitForURL("**/settings/second-factor?next=**");
  await close();
});
