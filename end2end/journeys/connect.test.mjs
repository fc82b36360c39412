// The main job: an owner signs up, says no once, connects two creators, and reads figures that equal the sandbox's ledger.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { answer, connect, reloadedUntil, toConsent } from "../connecting.mjs";
import { latest, ledger, money, total } from "../ledger.mjs";
import { accessible, closeBrowser, fits, person, picture, signUp } from "../person.mjs";

after(closeBrowser);

for (const js of [true, false]) {
  const how = js ? "with script" : "without script";

  test(`an owner connects two creators and sees the ledger's figures, ${how}`, async () => {
    const { page, close } = await person({ js });
    await signUp(page, js ? "Anna" : "Berta");
    await page.getByText("Connect an account").first().waitFor();
    await accessible(page);

    await toConsent(page);
    const [first, second] = (await ledger()).filter((creator) => creator.currency === "USD" && !creator.inAgency);
    await answer(page, first.name, "Deny");
    await page.getByRole("heading", { name: "Nothing was connected" }).waitFor();
    await page.getByText("we have no access and keep nothing").waitFor();
    await accessible(page);

    await connect(page, first.name);
    await connect(page, second.name);

    const earned = total(latest([...first.earnings, ...second.earnings], 30));
    await page.goto("/dashboard?period=30d");
    await reloadedUntil(page, money(earned.net, "USD"));
    const figures = await page.locator(".stats").innerText();
    assert.ok(figures.includes(money(earned.net, "USD")), figures);
    assert.ok(figures.includes(money(earned.gross, "USD")), figures);
    await accessible(page);
    await fits(page);
    await picture(page, `dashboard-${js ? "script" : "plain"}`);
    await close();
  });
}
