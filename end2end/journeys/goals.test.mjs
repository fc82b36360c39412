// A goal is set, changed, copied and removed; a large refund rings the bell, is read, and mail about it is chosen.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connect, reloadedUntil } from "../connecting.mjs";
import { accessible, closeBrowser, control, fits, person, signUp } from "../person.mjs";

after(closeBrowser);

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`goals are set, shown where they matter, copied and removed, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Gerda" : "Gudrun");
    await page.goto("/analytics/goals");
    await page.getByText("The agency has no goal for this month", { exact: false }).waitFor();
    await accessible(page);
    await connect(page, "Lena Hoffmann");
    await page.goto("/analytics/goals");
    await page.getByRole("link", { name: "Set a goal of the agency" }).click();
    await accessible(page);
    await page.getByRole("textbox", { name: "Goal", exact: true }).fill("12,00");
    await page.getByRole("button", { name: "Set the goal" }).click();
    await page.getByText("Type an amount such as", { exact: false }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Goal", exact: true }).inputValue(), "12,00");
    await page.getByRole("textbox", { name: "Goal", exact: true }).fill("1,000,000");
    await page.getByRole("button", { name: "Set the goal" }).click();
    await page.getByText("The goal of the agency for", { exact: false }).waitFor();
    assert.match(await page.locator("main").innerText(), /% of \$1,000,000\.00/);

    await page.getByRole("link", { name: "Set a goal of Lena Hoffmann" }).click();
    await page.getByRole("textbox", { name: "Goal", exact: true }).fill("20000");
    await page.getByRole("button", { name: "Set the goal" }).click();
    await page.getByText("The goal of Lena Hoffmann for", { exact: false }).waitFor();
    await accessible(page);
    await fits(page);
    await page.goto("/dashboard");
    await page.getByText("Goal of", { exact: false }).first().waitFor();

    await page.goto("/analytics/goals");
    await page.getByRole("navigation", { name: "Month" }).getByRole("link").last().click();
    await page.getByRole("button", { name: /^Copy 2 goals of/ }).click();
    await page.getByText("2 goals are copied to", { exact: false }).waitFor();
    await page.getByRole("link", { name: "Change of Lena Hoffmann" }).click();
    await page.getByRole("button", { name: "Remove the goal" }).click();
    await page.getByText("The goal is removed.").waitFor();
    await page.getByRole("link", { name: "Set a goal of Lena Hoffmann" }).waitFor();
    await close();
  });

  test(`a large refund rings the bell, is read, and mail is chosen, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Hedda" : "Hilde");
    await page.goto("/alerts");
    await page.locator("main").getByText("Nothing to look at").first().waitFor();
    await accessible(page);
    await connect(page, "Lena Hoffmann");
    const { earnings: [sale] } = await control("/earnings", { creator: "lenahoff", source: "tip", gross: 9_000_000 });
    await control("/refund", { transactionOrderId: sale.transactionOrderId, kind: "chargeback" });
    await page.goto("/alerts");
    await reloadedUntil(page, "€90,000.00 taken back");
    await accessible(page);
    await fits(page);

    await page.locator(".bell summary").click();
    await page.locator(".bell").getByRole("link", { name: "taken back" }).first().click();
    await page.waitForURL(/alerts#alert-/);
    await page.getByRole("link", { name: /^Transactions of the day/ }).first().click();
    await page.waitForURL(/earnings\?from=/);
    await page.goto("/alerts");
    await page.getByRole("button", { name: "Mark all as read" }).click();
    await page.waitForURL("**/alerts");
    assert.equal(await page.locator(".bell .count").count(), 0);

    await page.getByRole("link", { name: "Have them mailed" }).click();
    await page.getByText("Every day", { exact: true }).click();
    await page.getByLabel("At", { exact: true }).selectOption("07:00");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved.").waitFor();
    assert.ok(await page.getByRole("radio", { name: /Every day/ }).isChecked());
    await accessible(page);
    await fits(page);
    await close();
  });
}
