// The real binary in front of a legacy database, with a certificate of the test's authority.
"use strict";
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { makeLegacyDatabase } = require("./legacy_database");

const BINARY = path.resolve(process.env.DRAWBRIDGE_BIN || path.join(__dirname, "../../../target/debug/drawbridge"));

class Bridge {
  constructor({ directory, tls, issuer, audience }) {
    Object.assign(this, { directory, tls, issuer, audience });
    this.database = path.join(directory, "legacy.db");
    /** Everything that it printed, at its most verbose. */
    this.printed = "";
    this.port = 0;
    makeLegacyDatabase(this.database);
    // A test that breaks off leaves no server behind.
    process.on("exit", () => this.child && this.child.kill("SIGKILL"));
  }

  configuration() {
    return `
[server]
listen = "127.0.0.1:${this.port}"
tls = { certificate = "${this.tls.certificate}", key = "${this.tls.key}" }
[ops]
listen = "127.0.0.1:0"
[token]
issuer = "${this.issuer}"
audience = "${this.audience}"
jwks_cooldown = "1s"
[database]
url = "sqlite:${this.database}"
[users]
table = "users"
identifiers = ["email", "username"]
user_id = { column = "id", prefix = "legacy|" }
active = "is_active"
[users.profile]
email = "email"
email_verified = true
username = "username"
name = "full_name"
[users.metadata]
plan = "plan_code"
roles = { column = "roles", type = "json" }
[users.user_metadata]
locale = "locale"
[password]
column = "password"
schemes = ["auto"]
[limits]
verify_threads = 1
account_attempts = "5 per 15m"
[log]
format = "json"
level = "trace"
`;
  }

  /** Starts it; after a stop on the same port. */
  async start() {
    const file = path.join(this.directory, "drawbridge.toml");
    fs.writeFileSync(file, this.configuration());
    this.child = spawn(BINARY, ["serve", "--config", file], {
      env: { ...process.env, SSL_CERT_FILE: this.tls.ca },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const before = this.printed.length;
    await new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("exit", () => reject(new Error(`the bridge did not start:\n${this.printed.slice(before)}`)));
      this.child.stderr.on("data", (chunk) => {
        this.printed += chunk;
        const line = this.printed
          .slice(before)
          .split("\n")
          .find((text) => text.includes('"listening"'));
        if (line !== undefined && line.endsWith("}")) {
          resolve(JSON.parse(line));
        }
      });
    }).then(({ bridge, ops }) => {
      this.port = Number(new URL(bridge).port);
      this.ops = ops;
    });
  }

  async stop(signal = "SIGTERM") {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill(signal);
      await ended;
    }
  }
}

module.exports = { Bridge };
