// A Chromium that a test drives by lines: one JSON command on stdin, one JSON answer on stdout.
// Speaks the DevTools protocol with nothing but Node's own WebSocket and fetch (Node 22).
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const profile = mkdtempSync(join(tmpdir(), "drawbridge-chromium-"));
const flags = ["--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "--no-first-run", "--disable-gpu",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb"];
// Its sandbox refuses root, and a container's /dev/shm is often too small.
if (process.getuid() === 0) flags.push("--no-sandbox", "--disable-dev-shm-usage");
const chromium = spawn(process.env.CHROMIUM ?? "chromium", [...flags, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
process.on("exit", () => chromium.kill("SIGKILL"));

const endpoint = await new Promise((resolve, reject) => {
  chromium.on("error", reject);
  chromium.on("exit", () => reject(new Error("Chromium ended before it listened")));
  createInterface(chromium.stderr).on("line", (line) => {
    const found = /DevTools listening on (ws:\S+)/.exec(line);
    if (found) resolve(new URL(found[1]));
  });
});
const targets = await (await fetch(`http://${endpoint.host}/json/list`)).json();
const socket = new WebSocket(targets.find((target) => target.type === "page").webSocketDebuggerUrl);
await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));

const waiting = new Map();
const listeners = new Map();
let number = 0;
const send = (method, params = {}) => new Promise((resolve, reject) => {
  number += 1;
  waiting.set(number, { resolve, reject, method });
  socket.send(JSON.stringify({ id: number, method, params }));
});
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.id === undefined) return listeners.get(message.method)?.(message.params);
  const { resolve, reject, method } = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.error) reject(new Error(`${method}: ${message.error.message}`));
  else resolve(message.result);
};

// What a page may not do unseen.
let seen;
const forget = () => { seen = { console: [], violations: [], requests: [] }; };
forget();
listeners.set("Runtime.consoleAPICalled", ({ type, args }) => {
  if (["error", "warning", "assert"].includes(type)) seen.console.push(`${type}: ${args.map((arg) => arg.value ?? arg.description).join(" ")}`);
});
listeners.set("Runtime.exceptionThrown", ({ exceptionDetails }) => seen.console.push(`exception: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`));
listeners.set("Log.entryAdded", ({ entry }) => seen.console.push(`${entry.source} ${entry.level}: ${entry.text}`));
listeners.set("Audits.issueAdded", ({ issue }) => seen.violations.push(`${issue.code} ${JSON.stringify(issue.details)}`));
listeners.set("Network.requestWillBeSent", ({ request }) => seen.requests.push(request.url.startsWith("data:") ? "data:" : request.url));
let fakes = {};
listeners.set("Fetch.requestPaused", ({ requestId, request }) => {
  const fake = fakes[new URL(request.url).pathname];
  if (fake === undefined) return send("Fetch.continueRequest", { requestId });
  const body = Buffer.from(JSON.stringify(fake)).toString("base64");
  return send("Fetch.fulfillRequest", { requestId, responseCode: 200, responseHeaders: [{ name: "content-type", value: "application/json" }], body });
});
for (const domain of ["Page", "Runtime", "Log", "Network", "Audits"]) await send(`${domain}.enable`);

const evaluate = async (expression) => {
  const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value ?? null;
};

const commands = {
  async open({ url, width = 1280, height = 900, scheme = "light", timezone = "Europe/Vienna", motion = "no-preference" }) {
    forget();
    await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: width < 600 ? 2 : 1, mobile: width < 600 });
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: motion }] });
    await send("Emulation.setTimezoneOverride", { timezoneId: timezone });
    const loaded = new Promise((resolve) => listeners.set("Page.loadEventFired", resolve));
    const { errorText } = await send("Page.navigate", { url });
    if (errorText) throw new Error(errorText);
    await loaded;
  },
  evaluate: ({ expression }) => evaluate(expression),
  async wait({ expression, seconds = 30 }) {
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) {
      if (await evaluate(expression)) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`never came true: ${expression}`);
  },
  async fake({ answers }) {
    fakes = answers;
    await send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
  },
  async shot({ path, full = true }) {
    const { data } = await send("Page.captureScreenshot", { format: "png", captureBeyondViewport: full });
    writeFileSync(path, Buffer.from(data, "base64"));
  },
  async key({ key }) {
    await send("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, windowsVirtualKeyCode: key === "Tab" ? 9 : 13 });
    await send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key });
  },
  seen: () => seen,
};

for await (const line of createInterface(process.stdin)) {
  const { command, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await commands[command](given)) ?? null };
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
const gone = new Promise((resolve) => chromium.on("close", resolve));
send("Browser.close").catch(() => {});
await gone;
rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
process.exit(0);
