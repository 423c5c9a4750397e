// The files themselves: what Auth0 accepts, and that the parts that each file repeats are the same.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { describe, it } = require("node:test");
const { TEMPLATES, template, nodes } = require("./scripts/fixture");
const { ScriptSandbox } = require("./tenant/script_sandbox");

const SCRIPTS = ["login.js", "get_user.js", "complete_login.js", "complete_get_user.js"];
const ACTIONS = fs.readdirSync(path.join(TEMPLATES, "actions")).map((file) => `actions/${file}`);

/** What stands between the two marks. */
function samePart(file) {
  const [, part] = template(file).split(/---- The same in [^\n]*\n/);
  return part.split(/---- End of the same part/)[0];
}

describe("templates", () => {
  it("the shared parts are equal", () => {
    assert.ok(samePart("login.js").length > 5000);
    assert.equal(samePart("login.js"), samePart("get_user.js"));
    assert.ok(samePart("actions/mark-migrated.js").length > 3000);
    assert.equal(samePart("actions/mark-migrated.js"), samePart("actions/restore-metadata.js"));
  });

  for (const file of [...SCRIPTS, ...ACTIONS]) {
    it(`${file} is what Auth0 accepts`, () => {
      const source = template(file);
      assert.ok(Buffer.byteLength(source) < 100000);
      new vm.Script(source);
      assert.ok(!/\brequire\s*\(|\bimport\b/.test(source), "needs nothing");
      assert.ok(!/\bconsole\b/.test(source), "prints nothing");
      assert.ok(!/##|@@/.test(source), "the deploy tool replaces such marks in scripts, too");
      assert.ok(/^[\x20-\x7e\n]*$/.test(source), "plain ASCII: it is pasted through browsers");
    });
  }

  for (const node of nodes()) {
    it(`a finished migration knows nobody, ${node.name}`, async () => {
      const container = new ScriptSandbox({ ca: "", node: node.binary });
      for (const [file, name, given] of [
        ["complete_login.js", "login", ["a", "b"]],
        ["complete_get_user.js", "getUser", ["a"]],
      ]) {
        for (const withContext of [false, true]) {
          const { calls, thrown } = await container.runScript({ name, source: template(file) }, given, { withContext });
          assert.equal(thrown, null);
          assert.deepEqual(calls, [{ error: null, profile: null, arguments: 2 }]);
        }
      }
      assert.deepEqual(await container.stop(), []);
    });
  }
});
