// Inviting somebody and joining, as people do it; works with and without script.
import { accessible, fits, mailed, PASSWORD, person } from "./person.mjs";

/// Opens the mailed invitation in a browser of its own and joins as a new person.
export async function join(owner, name, { js = true } = {}) {
  const email = `${name.toLowerCase()}@example.com`;
  const link = await mailed(owner, email, "Join");
  const joined = await person({ js });
  await joined.page.goto(link);
  await joined.page.getByText(`invites ${email}`).waitFor();
  await accessible(joined.page);
  await fits(joined.page);
  await joined.page.getByLabel("Your name").fill(name);
  await joined.page.getByLabel("Choose a password").fill(PASSWORD);
  await joined.page.getByRole("button", { name: "Join", exact: true }).click();
  await joined.page.waitForURL((url) => !url.pathname.startsWith("/invitation"));
  return joined;
}

/// Opens the mailed link that confirms the person's own address; only then may they invite.
export async function confirmAddress(page, name) {
  await page.goto(await mailed(page, `${name.toLowerCase()}@example.com`, "Confirm your address"));
  await page.getByRole("button", { name: "Yes, confirm it" }).click();
  await page.waitForURL("**/dashboard**");
}

/// Fills the form that invites, up to the last press.
export async function invite(page, name, role) {
  await page.goto(`/team/invite?role=${role}`);
  await page.getByLabel("Email").fill(`${name.toLowerCase()}@example.com`);
}
