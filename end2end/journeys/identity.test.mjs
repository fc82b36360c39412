// Who a person is: signing in and out, a forgotten password, a confirmed address, devices, several agencies.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accessible, APP, closeBrowser, fits, mailed, PASSWORD, person, signUp } from "../person.mjs";

after(closeBrowser);

async function signIn(page, email, password) {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function signOut(page) {
  await page.locator("details.menu.up summary").click();
  await page.locator("details.menu.up").getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL("**/sign-in");
}

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";
  const name = js ? "Greta" : "Hanna";
  const email = `${name.toLowerCase()}@example.com`;

  test(`a wrong password keeps the email, a right one leads where the person wanted to go, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, name);
    await signOut(page);
    await page.goto("/accounts");
    await page.waitForURL("**/sign-in?next=**");
    await accessible(page);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.locator(".error").first().waitFor();
    assert.equal(await page.getByLabel("Email").inputValue(), email);
    assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "");
    await accessible(page);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(`${APP}/accounts`);
    await close();
  });

  test(`a mailed link confirms the address, another one lets in who forgot the password, ${how}`, async () => {
    const { page, close } = await person({ js });
    await page.goto(await mailed(page, email, "Confirm your address"));
    await accessible(page);
    await page.getByRole("button", { name: "Yes, confirm it" }).click();
    await page.getByText("your address is confirmed").waitFor();

    await page.goto("/forgotten-password");
    await accessible(page);
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("is on its way").waitFor();
    const link = await mailed(page, email, "Choose a new password");
    await page.goto(link);
    await accessible(page);
    await page.getByLabel("New password").fill("another horse entirely");
    await page.getByRole("button", { name: "Set the new password" }).click();
    await page.getByText("every device is signed out").waitFor();
    await signIn(page, email, "another horse entirely");
    await page.waitForURL("**/dashboard**");
    // The link is used up.
    assert.equal((await page.request.get(link)).status(), 410);
    await close();
  });

  test(`a device is signed out from another one, ${how}`, async () => {
    const [here, there] = [await person({ js }), await person({ js })];
    await signIn(here.page, email, "another horse entirely");
    await signIn(there.page, email, "another horse entirely");
    await there.page.waitForURL("**/dashboard**");
    await here.page.goto("/settings/devices");
    await accessible(here.page);
    await here.page.getByRole("button", { name: "Sign out all others" }).click();
    await here.page.getByText(/signed out/).first().waitFor();
    await there.page.goto("/dashboard");
    await there.page.waitForURL("**/sign-in**");
    await here.close();
    await there.close();
  });

  test(`a person begins a second agency and switches back, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signIn(page, email, "another horse entirely");
    await page.goto("/settings/agencies");
    await accessible(page);
    await fits(page);
    await page.getByLabel("Name").fill("Second Studio");
    await page.getByRole("button", { name: "Create agency" }).click();
    await page.waitForURL("**/dashboard**");
    assert.match(await page.locator(".sidebar").innerText(), /Second Studio/);
    await page.goto("/settings/agencies");
    await page.getByRole("button", { name: `Switch to ${name} Studio` }).click();
    await page.waitForURL("**/dashboard**");
    assert.match(await page.locator(".sidebar").innerText(), new RegExp(`${name} Studio`));
    await close();
  });
}
