// Files of platforms without an API, and getting them recorded.
const HEAD = "Date;Amount;Fee;Type;Customer;Reference\n";

/// A statement of so many rows, the oldest on 1 October 2026.
export function statement(rows) {
  const row = (at) => {
    const day = String((at % 28) + 1).padStart(2, "0");
    return `${day}/10/2026 1${at % 10}:30;1${at % 10},50;2,50;${at % 3 ? "Tip" : "New subscription"};Fan ${at % 7};T${at}\n`;
  };
  return { name: "october.csv", mimeType: "text/csv", buffer: Buffer.from(HEAD + Array.from({ length: rows }, (_, at) => row(at)).join("")) };
}

/// Uploads `file` for a new account, and ends where its columns are asked for.
export async function upload(page, file) {
  await page.goto("/statements/new");
  await page.getByLabel("Name", { exact: true }).fill("Mia Hart");
  await page.getByLabel("Platform").fill("Fansly");
  await page.getByLabel("File").setInputFiles(file);
  await page.getByRole("button", { name: "Upload and look" }).click();
  await page.waitForURL(/statements\/[0-9a-f-]+$/);
}

/// Says what cannot be guessed of the columns.
export async function sayColumns(page) {
  await page.getByLabel("Dates are written").selectOption("day_first");
  await page.getByLabel("Before the cents stands").selectOption("comma");
  await page.getByRole("button", { name: "Look at what would be recorded" }).click();
  await page.getByRole("heading", { name: "What would be recorded" }).waitFor();
}
