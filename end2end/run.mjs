// Starts the sandbox and the app (with its own PostgreSQL), runs every journey in Chromium, stops both, and counts.
// Environment: APP_BIN, SANDBOX_BIN, SITE_ROOT, DATA_DIR, CHROMIUM; arguments: journeys to run (all without any).
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { startServices } from "./services.mjs";

const folder = join(import.meta.dirname, "journeys");
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((file) => file.endsWith(".test.mjs"))
  .filter((file) => wanted.length === 0 || wanted.includes(basename(file, ".test.mjs")))
  .map((file) => join(folder, file));

const services = await startServices();
const count = { passed: 0, failed: 0 };
const stream = run({ files, concurrency: 1, timeout: 600_000 });
stream.on("test:pass", (event) => { if (isJourney(event)) count.passed += 1; });
stream.on("test:fail", (event) => { if (isJourney(event)) count.failed += 1; });
await new Promise((resolve) => stream.compose(new spec()).on("end", resolve).pipe(process.stdout));
await services.stop();
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);

// Each file is an event of its own too; only what stands inside is a journey.
function isJourney(event) {
  return event.details?.type !== "suite" && !files.includes(event.name) && event.skip === undefined;
}
