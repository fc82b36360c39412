// The sandbox and the app as processes of their own, on free ports, with a data directory of their own.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const artifacts = join(import.meta.dirname, "artifacts");

export async function startServices() {
  mkdirSync(artifacts, { recursive: true });
  const [appPort, sandboxPort] = [await freePort(), await freePort()];
  // By name: browsers tie passkeys to a domain.
  const app = `http://localhost:${appPort}`;
  const sandbox = `http://127.0.0.1:${sandboxPort}`;
  Object.assign(process.env, { APP_URL: app, SANDBOX_URL: sandbox });
  const dataDir = required("DATA_DIR");
  const sandboxProcess = start("sandbox", required("SANDBOX_BIN"), [], {
    SANDBOX_PORT: sandboxPort, SANDBOX_MONTHS: "4", SANDBOX_FAN_SCALE: "0.2", SANDBOX_RATE_LIMIT: "0", SANDBOX_LIVE: "false",
    SANDBOX_REDIRECT_URIS: `${app}/oauth/fanvue/callback`, SANDBOX_WEBHOOK_URL: `${app}/webhooks/fanvue`,
    SANDBOX_WEBHOOK_SECRET: "sandbox-webhook-secret",
  });
  const appProcess = start("app", required("APP_BIN"), ["serve"], {
    PORT: appPort, PUBLIC_URL: app, DATA_DIR: dataDir, LEPTOS_SITE_ROOT: required("SITE_ROOT"),
    FANVUE_CLIENT_ID: "sandbox-client", FANVUE_CLIENT_SECRET: "sandbox-secret", FANVUE_AUTHORIZE_URL: `${sandbox}/oauth2/auth`,
    FANVUE_TOKEN_URL: `${sandbox}/oauth2/token`, FANVUE_API_URL: sandbox, FANVUE_WEBHOOK_SECRET: "sandbox-webhook-secret",
  });
  const stop = async () => { await stopProcess(appProcess); await stopProcess(sandboxProcess); };
  try {
    await answers(`${sandbox}/`, sandboxProcess);
    await answers(`${app}/health/database`, appProcess);
  } catch (error) {
    await stop();
    throw error;
  }
  return { app, sandbox, stop };
}

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run through \`make test\``);
  return value;
}

function start(name, program, args, settings) {
  const environment = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]));
  const child = spawn(program, args, { env: { PATH: process.env.PATH, HOME: process.env.HOME, RUST_LOG: process.env.RUST_LOG ?? "info", ...environment } });
  const log = createWriteStream(join(artifacts, `${name}.log`));
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  child.on("error", (error) => { log.write(`${error}\n`); });
  return child;
}

async function stopProcess(child) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await ended;
  clearTimeout(hard);
}

async function answers(url, child) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the program for ${url} ended with ${child.exitCode}: see end2end/artifacts`);
    const ok = await fetch(url).then((response) => response.ok, () => false);
    if (ok) return;
    await pause(100);
  }
  throw new Error(`${url} does not answer`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
