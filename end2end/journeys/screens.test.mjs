// Every screen, wide and narrow, light and dark: axe finds nothing, nothing spills, the console stays empty; pictures are kept.
import { after, before, test } from "node:test";
import { connect, reloadedUntil } from "../connecting.mjs";
import { latest, ledger, money, total } from "../ledger.mjs";
import { accessible, closeBrowser, fits, PASSWORD, person, picture, signUp } from "../person.mjs";
import { sayColumns, statement, upload } from "../statements.mjs";
import { confirmAddress, invite, join } from "../team.mjs";

after(closeBrowser);

const OUTSIDE = ["/sign-in", "/sign-up", "/start-again", "/forgotten-password", "/dev/mail", "/nowhere"];
const EMPTY = [
  "/dashboard",
  "/accounts",
  "/connections",
  "/creators",
  "/team",
  "/team/transfer",
  "/search",
  "/analytics",
  "/analytics/compare",
  "/analytics/forecast",
  "/analytics/forecast/churn",
  "/analytics/goals",
  "/alerts",
  "/analytics/subscribers",
  "/analytics/messages",
  "/analytics/fans",
  "/statements",
  "/statements/new",
  "/analytics/reports",
];
let screens;

before(async () => {
  const { page, close } = await person();
  await signUp(page, "Nadia");
  await confirmAddress(page, "Nadia");
  for (const name of ["Mia Larsson", "Nora Quinn", "Lena Hoffmann"]) await connect(page, name);
  const earned = total(latest((await ledger()).find((it) => it.handle === "mia.larsson").earnings, 30));
  await page.goto("/accounts");
  await page.getByRole("link", { name: "Mia Larsson" }).first().click();
  await page.waitForURL(/accounts\/[0-9a-f-]+$/);
  await reloadedUntil(page, money(earned.net, "USD"));
  const account = new URL(page.url()).pathname;
  await page.goto("/creators");
  await page.getByRole("link", { name: "Nora Quinn" }).first().click();
  await page.waitForURL(/creators\/[0-9a-f-]+$/);
  const creator = new URL(page.url()).pathname;
  await invite(page, "Nils", "chatter");
  await page.getByLabel("Mia Larsson").check();
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await (await join(page, "Nils")).close();
  await invite(page, "Nell", "creator");
  await page.getByLabel("Which creator").selectOption("Nora Quinn");
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await (await join(page, "Nell")).close();
  await invite(page, "Ninja", "manager");
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await page.goto("/team");
  await page.getByRole("link", { name: "Nils" }).click();
  await page.waitForURL(/team\/[0-9a-f-]+$/);
  const member = new URL(page.url()).pathname;
  await page.goto("/team/invite/many?role=chatter");
  await page.getByLabel("Addresses").fill("new@example.com, nils@example.com\nninja@example.com\nnobody");
  await page.getByRole("button", { name: "Show what will happen" }).click();
  await page.waitForURL(/many\/[0-9a-f-]+$/);
  const list = new URL(page.url()).pathname;
  await upload(page, statement(40));
  await sayColumns(page);
  const waiting = new URL(page.url()).pathname;
  await upload(page, statement(60));
  await sayColumns(page);
  await page.getByRole("button", { name: "Record 60 rows" }).click();
  await page.getByText("The rows are recorded.").waitFor();
  const recorded = new URL(page.url()).pathname;
  await page.goto("/analytics/reports");
  await page.getByRole("button", { name: "Make the report" }).click();
  await page.getByRole("link", { name: /^Download the report of/ }).waitFor();
  screens = [
    "/dashboard", "/dashboard?period=12m", "/dashboard?period=custom&from=2026-10-01&to=2026-10-31", "/dashboard?period=soon",
    "/analytics", "/analytics?period=12m&by=month&rows=week", "/analytics?period=90d&against=days", "/analytics?tag=none",
    "/analytics/compare", "/analytics/compare?period=12m", "/analytics/views", "/analytics/views?of=%2Fanalytics",
    "/accounts", account, `${account}/earnings`, `${account}/subscribers`, `${account}/ppv`, `${account}/connection`,
    `${account}/edit`, `${account}/disconnect`, "/connections", "/connections/new", "/creators", creator,
    "/team", "/team/invite", "/team/invite?role=creator", "/team/invite/many", list, "/team/roles", "/team/transfer", member,
    `${member}/assign`, `${member}/devices`, `${member}/remove`, `${account}/team`, `${account}/team?on=2026-05-03`, "/settings/leave",
    "/settings", "/settings/security", "/settings/profile", "/settings/devices", "/settings/password", "/settings/second-factor", "/settings/agencies",
    "/analytics/forecast", `/analytics/forecast?account=${account.split("/").pop()}`, "/analytics/forecast/churn",
    "/settings/notifications", "/alerts", "/alerts?state=ended", "/analytics/goals", `/analytics/goals/set?account=${account.split("/").at(-1)}`,
    "/analytics/subscribers", "/analytics/messages", "/analytics/fans", "/analytics/subscribers?period=12m", "/analytics/fans?account=0190f0f0-0000-7000-8000-000000000000",
    "/statements", "/statements/new", waiting, `${waiting}?separator=semicolon`, recorded, `${recorded}/undo`, "/analytics/reports",
    "/audit", "/audit?what=views", "/audit?on=nobody", "/search?q=mi", "/nowhere",
  ];
  await close();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    test(`every screen in use, ${theme}, ${width} wide`, async () => {
      const { page, complaints, close } = await person({ theme, width });
      await signIn(page, "nadia");
      for (const path of screens) await look(page, complaints, path, `used-${theme}-${width}`);
      await close();
    });

    // Before there is anything on them: home.test.mjs.
    test(`the first pages of a chatter and a creator, ${theme}, ${width} wide`, async () => {
      for (const [name, role] of [["nils", "chatter"], ["nell", "creator"]]) {
        const { page, complaints, close } = await person({ theme, width });
        await signIn(page, name);
        for (const path of ["/dashboard", "/accounts"]) await look(page, complaints, path, `${role}-${theme}-${width}`);
        await close();
      }
    });

    test(`every screen outside and empty, ${theme}, ${width} wide`, async () => {
      const { page, complaints, close } = await person({ theme, width });
      for (const path of OUTSIDE) await look(page, complaints, path, `outside-${theme}-${width}`);
      await signUp(page, `Olga-${theme}-${width}`);
      for (const path of EMPTY) await look(page, complaints, path, `empty-${theme}-${width}`);
      await close();
    });
  }
}

async function signIn(page, name) {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(`${name}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/dashboard**");
}

async function look(page, complaints, path, kind) {
  await page.goto(path);
  // A page that is not there says so, and the browser repeats it on its console.
  if (path === "/nowhere") complaints.splice(0);
  await page.locator("h1").waitFor();
  await accessible(page);
  await fits(page);
  const name = path.replace(/[0-9a-f]{8}-[0-9a-f-]+/g, "one").replace(/[^a-z0-9]+/g, "-");
  await picture(page, `${kind}${name}`);
}
