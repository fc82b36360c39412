// An owner records a statement of a platform without an API, makes a monthly report of it, and takes the import back.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { accessible, closeBrowser, fits, person, signUp } from "../person.mjs";
import { sayColumns, statement, upload } from "../statements.mjs";

after(closeBrowser);

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`an owner imports a statement, makes a report and undoes the import, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Rhea" : "Stina");
    await page.goto("/statements");
    await page.getByRole("link", { name: "Import a statement" }).click();
    await upload(page, statement(20));
    await accessible(page);
    await fits(page);

    await page.getByRole("button", { name: "Look at what would be recorded" }).click();
    await page.getByText("Say in which order dates are written").waitFor();
    await sayColumns(page);
    await page.getByText("20 rows", { exact: false }).first().waitFor();
    await accessible(page);
    await fits(page);
    await page.getByRole("button", { name: "Record 20 rows" }).click();
    await page.getByText("The rows are recorded.").waitFor();
    const imported = page.url();

    // The same file again brings nothing.
    await page.goto("/statements/new");
    await page.getByLabel("Whose earnings are these?").selectOption({ label: "Mia Hart, Fansly (USD)" });
    await page.getByLabel("File").setInputFiles(statement(20));
    await page.getByRole("button", { name: "Upload and look" }).click();
    await page.getByText("The same file was recorded on", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Look at what would be recorded" }).click();
    await page.getByText("There is nothing new in this file").waitFor();
    await page.getByRole("button", { name: "Discard the file" }).click();
    await page.getByText("The file is discarded.", { exact: false }).waitFor();

    await page.goto("/analytics/reports");
    await page.getByLabel("Month", { exact: true }).selectOption({ label: "October 2026" });
    await page.getByRole("button", { name: "Make the report" }).click();
    await page.getByText("The report of October 2026 is ready.").waitFor();
    await accessible(page);
    await fits(page);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download the report of October 2026" }).click();
    const file = await readFile(await (await download).path());
    assert.equal(file.subarray(0, 5).toString(), "%PDF-");

    await page.getByRole("button", { name: "Tell me by mail" }).click();
    await page.getByText("You are told by mail from now on.").waitFor();
    await page.getByLabel("Make it every month and tell those who want it").check();
    await page.getByLabel("Day of the month").selectOption("5");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The next is made on", { exact: false }).waitFor();
    await accessible(page);

    await page.goto(imported);
    await page.getByRole("link", { name: "Undo this import…" }).click();
    await accessible(page);
    await page.getByRole("button", { name: "Remove 20 rows" }).click();
    await page.getByText("Undone", { exact: false }).first().waitFor();
    await fits(page);
    await close();
  });
}
