// A creator connects herself by a link; a grant that reaches several creators is chosen from; links end.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { answer, connect } from "../connecting.mjs";
import { ledger } from "../ledger.mjs";
import { accessible, closeBrowser, fits, person, picture, SANDBOX, signUp } from "../person.mjs";

after(closeBrowser);

/// Makes a link as the owner; its address is shown once.
async function makeLink(page, forWhom) {
  await page.goto("/connections/new");
  await page.getByLabel("For whom").fill(forWhom);
  await page.getByRole("button", { name: "Make the link" }).click();
  return page.locator(".copy-box span").first().innerText();
}

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`a creator connects herself by a link, once, ${how}`, async () => {
    const owner = await person({ js });
    await signUp(owner.page, js ? "Clara" : "Cornelia");
    const link = await makeLink(owner.page, "Jade");
    assert.match(link, /\/connect\/[\w-]{40,}$/);
    await accessible(owner.page);

    const creator = await person({ js, width: 390 });
    await creator.page.goto(link);
    await creator.page.getByRole("heading", { name: /asks to see your Fanvue account/ }).waitFor();
    await accessible(creator.page);
    await fits(creator.page);
    await picture(creator.page, `link-${js ? "script" : "plain"}`);
    await creator.page.getByRole("button", { name: "Continue to Fanvue" }).click();
    await creator.page.waitForURL(`${SANDBOX}/**`);
    await answer(creator.page, "Jade Okafor", "Allow");
    await creator.page.getByRole("heading", { name: "Thank you, that is all" }).waitFor();
    await accessible(creator.page);

    // The used link says so, with its own status, and nothing of whose it was.
    const again = await creator.page.request.get(link);
    assert.equal(again.status(), 410);
    assert.doesNotMatch(await again.text(), /Studio/);

    await owner.page.goto("/connections");
    await owner.page.getByRole("link", { name: "Jade Okafor", exact: true }).waitFor();
    await creator.close();
    await owner.close();
  });
}

test("a link that was taken back no longer works", async () => {
  const owner = await person();
  await signUp(owner.page, "Edda");
  const link = await makeLink(owner.page, "Ivy");
  await owner.page.goto("/connections");
  await owner.page.getByRole("button", { name: "Take back the link for Ivy" }).click();
  await owner.page.getByText("Take back").waitFor({ state: "detached" });
  assert.equal((await owner.page.request.get(link)).status(), 410);
  await owner.close();
});

test("of a grant that reaches several creators, some are chosen", async () => {
  const { page, close } = await person();
  await signUp(page, "Frida");
  const reached = (await ledger()).filter((creator) => creator.inAgency);
  await connect(page, "Northlight Agency");
  await page.getByRole("heading", { name: "Choose accounts" }).waitFor();
  await accessible(page);
  await picture(page, "choose");
  await page.getByRole("checkbox", { name: new RegExp(reached[1].name) }).uncheck();
  await page.getByRole("button", { name: "Connect the chosen accounts" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/choose"));
  await page.goto("/connections");
  await page.getByRole("link", { name: reached[0].name, exact: true }).waitFor();
  assert.equal(await page.getByRole("link", { name: reached[1].name, exact: true }).count(), 0);
  await close();
});
