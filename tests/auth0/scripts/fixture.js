// What the tests of the scripts share: the scripts, the Nodes, a container before canned servers, and the checks of
// every call.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { execFileSync } = require("node:child_process");
const { makeCertificates } = require("../tenant/certificates");
const { ScriptSandbox } = require("../tenant/script_sandbox");
const { CannedServer, grant } = require("./canned_servers");

const TEMPLATES = path.join(__dirname, "../../../src/auth0/templates");
const template = (file) => fs.readFileSync(path.join(TEMPLATES, file), "utf8");
const SCRIPTS = {
  login: { name: "login", source: template("login.js") },
  getUser: { name: "getUser", source: template("get_user.js") },
};
const IDENTIFIER = "zzada@old.example";
const PASSWORD = "zzcorrect horse";
const CLIENT_SECRET = "zzsecret";
/** No message may hold any of these: what a person typed, what proves who we are, what somebody answered. */
const NEVER_SHOWN = [IDENTIFIER, "zzada", PASSWORD, "zzcorrect", CLIENT_SECRET, "zztoken", "zzbody"];

/** `[{name, binary}]` of the Nodes to try. */
function nodes() {
  const binaries = (process.env.DRAWBRIDGE_NODES || process.execPath).split(":").filter((binary) => binary !== "");
  return binaries.map((binary) => ({ binary, name: `Node ${execFileSync(binary, ["--version"]).toString().trim()}` }));
}

/** A container under this Node, before a canned bridge and a canned token endpoint. */
async function stage(node) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "drawbridge-scripts-"));
  const tls = makeCertificates(directory);
  const bridge = await new CannedServer(tls).start();
  const tokens = await new CannedServer(tls).start();
  tokens.will(grant());
  const container = new ScriptSandbox({ ca: tls.ca, node });
  let clients = 0;
  return {
    bridge,
    tokens,
    /** Settings with a client of their own, so that no token is kept for them. */
    configuration(changes = {}) {
      clients += 1;
      const whole = {
        BRIDGE_URL: bridge.url,
        TOKEN_URL: `${tokens.url}/oauth/token`,
        CLIENT_ID: `client-${clients}`,
        CLIENT_SECRET,
        AUDIENCE: "https://legacy-users.example",
        ...changes,
      };
      return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
    },
    /** `prelude` stands before the script and may put something else in the place of what the platform has. */
    async run(name, configuration, { withContext = false, prelude = "" } = {}) {
      const given = name === "login" ? [IDENTIFIER, PASSWORD] : [IDENTIFIER];
      const script = { name, source: prelude + SCRIPTS[name].source };
      const result = await container.runScript(script, given, { configuration, withContext });
      assert.equal(result.thrown, null);
      assert.equal(result.calls.length, 1, "the callback is called exactly once");
      return { ...result.calls[0], milliseconds: result.milliseconds, timersLeft: result.timersLeft };
    },
    /** Ends everything. A test of its own, the last one: Node forgives an `after` that fails. */
    async stop() {
      const complaints = await container.stop();
      await bridge.stop();
      await tokens.stop();
      fs.rmSync(directory, { recursive: true });
      assert.deepEqual(complaints, [], "nothing is thrown, rejected, logged or called twice afterwards");
    },
  };
}

/** Holds one outcome against a word of the table. */
function check(outcome, expected) {
  const [word, ...rest] = expected.split(" ");
  const text = rest.join(" ");
  const kinds = {
    wrong: "WrongUsernameOrPasswordError",
    nobody: "WrongUsernameOrPasswordError",
    person: "UnauthorizedError",
    error: "Error",
  };
  if (word === "profile" || word === "none") {
    assert.equal(outcome.error, null, `no error: ${outcome.error && outcome.error.message}`);
    assert.equal(outcome.arguments, word === "none" ? 1 : 2);
    return;
  }
  assert.ok(outcome.error, "an error");
  const { kind, message, identifier, keys } = outcome.error;
  assert.equal(kind, kinds[word]);
  assert.equal(outcome.arguments, 1);
  assert.ok(message.includes(text), message);
  assert.match(message, /\(request (auth0-[0-9a-z]{10,}|0123456789abcdef0123456789abcdef)\)$/);
  for (const secret of NEVER_SHOWN) {
    assert.ok(!message.includes(secret), `the message shows ${secret}`);
  }
  if (word === "error") {
    assert.deepEqual(keys, [], "an Error carries its message and nothing else");
  }
  if (kind === kinds.wrong) {
    assert.equal(identifier, word === "wrong" ? IDENTIFIER : null);
  }
}

module.exports = { SCRIPTS, IDENTIFIER, PASSWORD, template, TEMPLATES, nodes, stage, check };
