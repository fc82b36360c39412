// The team: inviting, joining, assigning, taking off while a page is open, removing; many addresses at once; handing over.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connect } from "../connecting.mjs";
import { accessible, closeBrowser, fits, person, signUp } from "../person.mjs";
import { confirmAddress, invite, join } from "../team.mjs";

after(closeBrowser);

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`a chatter is invited, works on what is assigned, and is out when removed, ${how}`, async () => {
    const [ownerName, chatter] = js ? ["Tess", "Cora"] : ["Tove", "Cilla"];
    const { page, close } = await person({ js });
    await signUp(page, ownerName);
    await confirmAddress(page, ownerName);
    await connect(page, "Mia Larsson");
    await connect(page, "Nora Quinn");
    await page.goto("/team");
    await page.getByText("You are alone here").waitFor();
    await accessible(page);
    await invite(page, chatter, "chatter");
    await page.getByLabel("Mia Larsson").check();
    await accessible(page);
    await fits(page);
    await page.getByRole("button", { name: "Send the invitation" }).click();
    await page.getByText("An invitation is on its way").waitFor();
    await accessible(page);

    const joined = await join(page, chatter, { js });
    const desk = joined.page;
    await desk.goto("/accounts");
    const row = (name) => desk.getByRole("link", { name });
    await row("Mia Larsson").waitFor();
    assert.equal(await row("Nora Quinn").count(), 0);
    await accessible(desk);
    await fits(desk);

    await page.goto("/team");
    await page.getByRole("link", { name: chatter }).click();
    await page.getByRole("link", { name: "Assign accounts" }).click();
    await page.getByLabel("Nora Quinn").check();
    await accessible(page);
    await page.getByRole("button", { name: "Assign the chosen" }).click();
    await page.getByText("1 account is assigned").waitFor();
    await accessible(page);
    await fits(page);
    const member = page.url();
    if (!js) await desk.reload();
    await row("Nora Quinn").waitFor();

    await page.goto("/accounts");
    await page.getByRole("link", { name: "Mia Larsson" }).first().click();
    await page.getByRole("link", { name: "Team", exact: true }).last().click();
    await page.getByRole("heading", { name: "Works on it" }).waitFor();
    await accessible(page);
    await page.getByLabel(chatter).check();
    await page.getByRole("button", { name: "Take off the chosen" }).click();
    await page.getByText("1 chatter is taken off").waitFor();
    await accessible(page);
    await fits(page);
    if (!js) await desk.reload();
    await row("Mia Larsson").waitFor({ state: "detached" });

    await page.goto(`${member}/remove`);
    await accessible(page);
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByText(`${chatter} is removed`).waitFor();
    await desk.goto("/accounts");
    await desk.waitForURL("**/sign-in**");
    // Its stream was refused when it came back, which the browser says on its console.
    joined.complaints.splice(0);
    await joined.close();
    await close();
  });

  test(`many are invited at once, one becomes a manager, then the owner, ${how}`, async () => {
    const [ownerName, manager] = js ? ["Ulla", "Magda"] : ["Ylva", "Malin"];
    const { page, close } = await person({ js });
    await signUp(page, ownerName);
    await confirmAddress(page, ownerName);
    await page.goto("/team/invite/many?role=manager");
    await accessible(page);
    await page.getByLabel("Addresses").fill(`${manager.toLowerCase()}@example.com\n${ownerName.toLowerCase()}@example.com, nobody`);
    await page.getByRole("button", { name: "Show what will happen" }).click();
    await page.getByText("1 person will be invited as a manager.").waitFor();
    await page.getByText("In the team already, as an owner").waitFor();
    await page.getByText("No address.").waitFor();
    await accessible(page);
    await fits(page);
    await page.getByRole("link", { name: "Change the list" }).click();
    assert.match(await page.getByLabel("Addresses").inputValue(), /nobody/);
    await page.getByRole("button", { name: "Show what will happen" }).click();
    await page.getByRole("button", { name: "Send 1 invitation" }).click();
    await page.getByText("1 invitation is on the way.").waitFor();
    const joined = await join(page, manager, { js });
    await joined.page.goto("/team/roles");
    await accessible(joined.page);
    await fits(joined.page);
    await joined.page.goto("/team");
    await joined.page.getByText(`${ownerName.toLowerCase()}@example.com`).waitFor();

    await page.goto("/settings/leave");
    await accessible(page);
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByText("An agency needs an owner").waitFor();
    await page.goto("/team/transfer");
    await accessible(page);
    await page.getByLabel("New owner").selectOption({ index: 0 });
    await page.getByRole("button", { name: "Hand it over" }).click();
    await page.getByText(`${manager} is the owner now`).waitFor();
    await page.goto("/settings/leave");
    await page.getByRole("button", { name: "Leave" }).click();
    await page.waitForURL("**/sign-in**");
    await page.getByText("You left").waitFor();
    await joined.page.goto("/settings");
    await joined.page.getByLabel("Time zone").waitFor();
    await joined.close();
    await close();
  });
}
