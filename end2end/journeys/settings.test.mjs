// What an owner sets: the agency, creators, the password, the theme; and the end of an agency.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accessible, closeBrowser, fits, PASSWORD, person, signUp } from "../person.mjs";

after(closeBrowser);

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`an owner changes the agency and the password, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Paula" : "Rosa");
    await page.goto("/settings");
    await page.getByLabel("Name", { exact: true }).fill("Northern Lights");
    await page.getByLabel("Time zone").selectOption("Europe/Berlin");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("The settings are saved.").waitFor();
    assert.match(await page.locator(".sidebar").innerText(), /Northern Lights/);
    await accessible(page);

    await page.getByRole("link", { name: "Security", exact: true }).click();
    await page.getByLabel("Sign out after so long without a visit").selectOption("8 hours");
    await page.locator("form", { hasText: "Sign out in any case after" }).getByRole("button", { name: "Save" }).click();
    await page.getByText("The settings are saved.").waitFor();
    await accessible(page);
    await fits(page);

    await page.getByRole("link", { name: "Profile", exact: true }).click();
    await page.getByLabel("Your name").fill("Nora of the North");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Your name is saved.").waitFor();
    assert.match(await page.locator(".sidebar").innerText(), /Nora of the North/);
    await page.getByLabel("New address").fill("somewhere.else@example.com");
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("A link is on its way to somewhere.else@example.com.", { exact: false }).waitFor();
    await accessible(page);
    await fits(page);

    await page.goto("/settings/password");
    await page.getByLabel("Current password").fill("not the password");
    await page.getByLabel("New password").fill("another horse entirely");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.locator(".error").first().waitFor();
    await accessible(page);
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByLabel("New password").fill("another horse entirely");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("Your password is changed.").waitFor();

    await page.locator("details.menu.up summary").click();
    await page.getByRole("button", { name: "Dark", exact: true }).click();
    await page.locator("html[data-theme=dark]").waitFor();
    await close();
  });

  test(`an owner adds a creator, renames her, archives her and brings her back, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Sara" : "Tilda");
    await page.goto("/creators/new");
    await accessible(page);
    await page.getByLabel("Name", { exact: true }).fill("Mia Hart");
    await page.getByRole("button", { name: "Add creator" }).click();
    await page.getByText("Mia Hart is added.").waitFor();
    await accessible(page);
    await fits(page);
    const creator = page.url();
    await page.goto(`${creator}/edit`);
    await accessible(page);
    await page.getByLabel("Name", { exact: true }).fill("Mia Heart");
    await page.getByRole("button", { name: "Save name" }).click();
    await page.getByText("The new name is saved.").waitFor();
    await page.goto(`${creator}/edit`);
    await page.getByRole("button", { name: "Archive", exact: true }).click();
    await page.waitForURL(creator);
    await page.getByRole("button", { name: "Restore" }).click();
    await page.getByText("Mia Heart is back.").waitFor();
    await close();
  });

  test(`an owner deletes the agency, and it is gone, ${how}`, async () => {
    const { page, close } = await person({ js });
    const name = js ? "Ursula" : "Vera";
    await signUp(page, name);
    await page.goto("/settings/delete");
    await accessible(page);
    await page.getByLabel(`Type ${name} Studio to confirm`).fill("something else");
    await page.getByRole("button", { name: "Delete the agency" }).click();
    await page.locator(".error").first().waitFor();
    await page.getByLabel(`Type ${name} Studio to confirm`).fill(`${name} Studio`);
    await page.getByRole("button", { name: "Delete the agency" }).click();
    await page.getByText(`${name} Studio is deleted.`, { exact: false }).waitFor();
    await page.goto("/dashboard");
    await page.waitForURL("**/sign-in**");
    await close();
  });
}
