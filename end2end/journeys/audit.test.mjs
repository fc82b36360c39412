// An owner reads the audit log: filters, opens an entry, has the chain checked, sets how long views are kept, exports.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { reloadedUntil } from "../connecting.mjs";
import { accessible, closeBrowser, fits, person, signUp } from "../person.mjs";

after(closeBrowser);

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`an owner reads, checks and exports the audit log, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Wanda" : "Xenia");
    await page.goto("/creators/new");
    await page.getByLabel("Name", { exact: true }).fill("Mia Hart");
    await page.getByRole("button", { name: "Add creator" }).click();
    await page.getByText("Mia Hart is added.").waitFor();

    await page.locator("details.menu summary").first().click();
    await page.getByRole("link", { name: "Audit log" }).click();
    await page.waitForURL("**/audit");
    const added = page.getByRole("row").filter({ hasText: "Added a creator" });
    await added.getByRole("link", { name: "Mia Hart" }).waitFor();
    await added.locator("summary").click();
    await added.getByText("creators.added").waitFor();
    await accessible(page);
    await fits(page);

    await page.getByLabel("What", { exact: true }).selectOption("views");
    await page.getByLabel("On what").fill("mia");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("row").filter({ hasText: "Saw a creator's details" }).waitFor();
    assert.equal(await page.getByRole("row").count(), 2, "the head, and the one view of her");
    await accessible(page);

    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export as CSV" }).click();
    const file = await readFile(await (await download).path(), "utf8");
    const lines = file.trim().split("\n");
    assert.equal(lines.length, 2, file);
    assert.match(lines[1], /creators\.viewed,Mia Hart/);

    await page.getByRole("link", { name: "Clear" }).click();
    await page.getByRole("row").filter({ hasText: "Exported the audit log" }).waitFor();
    await page.getByRole("button", { name: "Check now" }).click();
    await page.getByText("The log is being checked.", { exact: false }).waitFor();
    await reloadedUntil(page, "The chain is whole");
    await accessible(page);

    await page.getByLabel("Keep views for").selectOption("180");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("views for 180 days", { exact: false }).waitFor();
    await fits(page);
    await close();
  });
}
