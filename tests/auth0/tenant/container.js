// The process that Auth0's scripts and Actions run in. `global` survives between runs, as it does there.
// It is a child process of its own, under any Node version, so that whatever a script leaves behind is seen:
// a second callback, a rejection nobody handles, a line on the console, a timer that still runs.
"use strict";
const vm = require("node:vm");
const { runTrigger } = require("./trigger_runner");

const complaints = [];
const timers = new Set();
process.on("uncaughtException", (error) => complaints.push(`uncaught: ${error && error.stack}`));
process.on("unhandledRejection", (error) => complaints.push(`unhandled rejection: ${error && error.stack}`));
process.on("disconnect", () => process.exit());

const logged = (...words) => complaints.push(`console: ${words.join(" ")}`);
const sandbox = {
  fetch,
  AbortController,
  AbortSignal,
  Headers,
  Request,
  Response,
  FormData,
  URL,
  URLSearchParams,
  TextDecoder,
  TextEncoder,
  Buffer,
  setImmediate,
  clearImmediate,
  queueMicrotask,
  console: { log: logged, info: logged, warn: logged, error: logged, debug: logged },
  setTimeout(work, after, ...given) {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work(...given);
    }, after);
    timers.add(timer);
    return timer;
  },
  clearTimeout(timer) {
    timers.delete(timer);
    clearTimeout(timer);
  },
  // The scripts promise to need nothing.
  require(name) {
    throw new Error(`\`${name}\` was required`);
  },
};
sandbox.global = sandbox;
const context = vm.createContext(sandbox);

// In the context itself: an error of another realm would not be an `Error` there.
const errors = vm.runInContext(
  `({
    WrongUsernameOrPasswordError: class WrongUsernameOrPasswordError extends Error {
      constructor(identifier, message) { super(message); this.name = "WrongUsernameOrPasswordError"; this.identifier = identifier; }
    },
    UnauthorizedError: class UnauthorizedError extends Error {
      constructor(message) { super(message); this.name = "UnauthorizedError"; }
    },
    ValidationError: class ValidationError extends Error {
      constructor(code, message) { super(message); this.name = "ValidationError"; this.code = code; }
    },
  })`,
  context,
);

/** Runs `login` or `getUser` once and tells every call of the callback. */
async function runScript({ source, name, given, withContext, configuration, limit }) {
  const calls = [];
  let called = null;
  const first = new Promise((resolve) => {
    called = resolve;
  });
  const callback = (...outcome) => {
    calls.push(described(outcome));
    if (calls.length > 1) {
      complaints.push("the callback was called twice");
    }
    called();
  };
  const names = [...(configuration === undefined ? [] : ["configuration"]), ...Object.keys(errors)];
  const values = [...(configuration === undefined ? [] : [configuration]), ...Object.values(errors)];
  let thrown = null;
  const began = Date.now();
  let stall = null;
  try {
    const script = vm.runInContext(`(function (${names}) {\n${source}\n;return ${name};\n})`, context)(...values);
    script(...given, ...(withContext ? [{ organization: {} }] : []), callback);
  } catch (error) {
    thrown = String(error && error.message);
  }
  if (thrown === null) {
    await Promise.race([
      first,
      new Promise((resolve) => {
        stall = setTimeout(resolve, limit);
      }),
    ]);
    clearTimeout(stall);
  }
  const milliseconds = Date.now() - began;
  // Time for a second call, or for a rejection that nobody handles.
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { calls, thrown, milliseconds, timersLeft: timers.size };
}

function described(outcome) {
  const [error, profile, ...more] = outcome;
  const count = { arguments: outcome.length };
  if (more.length > 0) {
    complaints.push("the callback was given more than two values");
  }
  if (error === null || error === undefined) {
    return { error: null, profile, ...count };
  }
  // Only what is an Error to Auth0 counts as one.
  const kind =
    Object.prototype.toString.call(error) === "[object Error]" ? error.name : `not an error: ${typeof error}`;
  return { error: { kind, message: error.message, identifier: error.identifier, keys: Object.keys(error) }, ...count };
}

process.on("message", async ({ id, work, ...given }) => {
  let result = null;
  if (work === "script") {
    result = await runScript(given);
  } else if (work === "trigger") {
    result = await runTrigger(given, sandbox, complaints);
  }
  process.send({ id, result, complaints: complaints.splice(0) });
});
