// The tenant's side of a container: starts it under a Node version, hands it work, keeps its complaints.
"use strict";
const { fork } = require("node:child_process");
const path = require("node:path");

/** Auth0 gives a script about this long. Milliseconds. */
const SCRIPT_LIMIT = 20000;

class ScriptSandbox {
  constructor({ ca, node = process.execPath }) {
    this.complaints = [];
    this.waiting = new Map();
    this.runs = 0;
    const { NODE_TEST_CONTEXT: ignored, NODE_OPTIONS: alsoIgnored, ...env } = process.env;
    this.child = fork(path.join(__dirname, "container.js"), {
      execPath: node,
      execArgv: [],
      env: { ...env, NODE_EXTRA_CA_CERTS: ca },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child.on("message", ({ id, result, complaints }) => {
      this.complaints.push(...complaints);
      this.waiting.get(id).resolve(result);
      this.waiting.delete(id);
    });
    this.ended = new Promise((resolve) => {
      this.child.on("exit", () => {
        for (const { reject } of this.waiting.values()) {
          reject(new Error("the container ended"));
        }
        resolve();
      });
    });
  }

  send(work) {
    this.runs += 1;
    const id = this.runs;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, limit: SCRIPT_LIMIT, ...work });
    });
  }

  /** Runs a custom database script; `script` is `{source, name}` with the function's name. */
  runScript(script, given, { configuration, withContext = false }) {
    return this.send({ work: "script", ...script, given, configuration, withContext });
  }

  /** Runs the Actions of a trigger. */
  runTrigger(given) {
    return this.send({ work: "trigger", ...given });
  }

  /** Ends the container, and gives what it complained of. */
  async stop() {
    // A last round: complaints may have come after the last answer.
    await this.send({ work: "nothing" }).catch(() => {});
    this.child.kill("SIGKILL");
    await this.ended;
    return this.complaints;
  }
}

module.exports = { ScriptSandbox };
