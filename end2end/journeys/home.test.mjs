// First pages: a chatter sees what waits and what is sold while she works; a creator connects and disconnects by herself.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { answer, connect, reloadedUntil } from "../connecting.mjs";
import { latest, ledger, money, total } from "../ledger.mjs";
import { accessible, closeBrowser, control, fits, person, picture, SANDBOX, signUp } from "../person.mjs";
import { confirmAddress, invite, join } from "../team.mjs";

after(closeBrowser);

/// Wide and narrow, light and dark: axe finds nothing, nothing spills; pictures are kept.
async function looked(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      await accessible(page);
      await fits(page);
      await picture(page, `${name}-${colorScheme}-${width}`);
    }
  }
}

/// `text` comes onto an open page by itself; without script it takes another look.
async function comes(page, text, js) {
  if (js) await page.getByText(text, { exact: false }).first().waitFor({ timeout: 60_000 });
  else await reloadedUntil(page, text);
}

for (const js of [true, false]) {
  const [how, kind] = js ? ["with script", "script"] : ["without script", "plain"];

  test(`a chatter begins with what waits on her accounts and what is sold there, ${how}`, async () => {
    const [ownerName, name] = js ? ["Hilda", "Hazel"] : ["Herta", "Holly"];
    const owner = await person({ js });
    await signUp(owner.page, ownerName);
    await confirmAddress(owner.page, ownerName);
    await connect(owner.page, "Nora Quinn");
    await invite(owner.page, name, "chatter");
    await owner.page.getByRole("button", { name: "Send the invitation" }).click();
    const chatter = await join(owner.page, name, { js });
    const desk = chatter.page;
    await desk.getByRole("heading", { name: "No accounts yet" }).waitFor();
    await looked(desk, `home-chatter-empty-${kind}`);

    await owner.page.goto("/team");
    await owner.page.getByRole("link", { name }).click();
    await owner.page.getByRole("link", { name: "Assign accounts" }).click();
    await owner.page.getByLabel("Nora Quinn").check();
    await owner.page.getByRole("button", { name: "Assign the chosen" }).click();
    await owner.page.getByText("1 account is assigned").waitFor();
    await comes(desk, "Nora Quinn", js);
    await desk.getByRole("heading", { name: "Sold on your accounts, by you and others" }).waitFor();

    await control("/earnings", { creator: "noraquinn", source: "tip", gross: 4321 });
    await comes(desk, "$43.21", js);
    assert.doesNotMatch(await desk.locator("main").innerText(), /\bnet\b/i, "chatters see no net");
    // Every account's chats are counted with its first sync.
    await comes(desk, "As of", js);
    await looked(desk, `home-chatter-${kind}`);
    await chatter.close();
    await owner.close();
  });

  test(`a creator connects her account, sees what it earns, and disconnects it, ${how}`, async () => {
    const [ownerName, name] = js ? ["Ines", "Jo"] : ["Iris", "June"];
    const owner = await person({ js });
    await signUp(owner.page, ownerName);
    await confirmAddress(owner.page, ownerName);
    await owner.page.goto("/creators/new");
    await owner.page.getByLabel("Name", { exact: true }).fill("Jade");
    await owner.page.getByRole("button", { name: "Add creator" }).click();
    await owner.page.getByText("Jade is added.").waitFor();
    await invite(owner.page, name, "creator");
    await owner.page.getByLabel("Which creator").selectOption("Jade");
    await owner.page.getByRole("button", { name: "Send the invitation" }).click();

    const creator = await join(owner.page, name, { js });
    const page = creator.page;
    await page.getByText("Connect your first account").waitFor();
    await looked(page, `home-creator-empty-${kind}`);
    await page.getByRole("button", { name: "Connect Fanvue" }).click();
    await page.getByRole("button", { name: "Continue to Fanvue" }).click();
    await page.waitForURL(`${SANDBOX}/**`);
    await answer(page, "Jade Okafor", "Allow");
    await page.getByRole("heading", { name: "Thank you, that is all" }).waitFor();
    await page.getByRole("link", { name: "To your accounts" }).click();
    await page.waitForURL("**/dashboard");

    const jade = (await ledger()).find((it) => it.name === "Jade Okafor");
    await comes(page, money(total(latest(jade.earnings, 30)).net, jade.currency), js);
    await page.getByText("Nothing to do.").waitFor();
    await looked(page, `home-creator-${kind}`);

    await page.getByRole("link", { name: "Disconnect Jade Okafor" }).click();
    await page.getByRole("button", { name: "Disconnect", exact: true }).click();
    await page.getByText("Everything seen so far is kept").waitFor();
    await page.goto("/dashboard");
    await page.getByRole("button", { name: "Connect again: Jade Okafor" }).waitFor();
    await accessible(page);
    await creator.close();
    await owner.close();
  });
}
