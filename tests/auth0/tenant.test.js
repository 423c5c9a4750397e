// The stand-in itself: a script that misbehaves is noticed, and the store is as strict as Auth0's.
"use strict";
const assert = require("node:assert/strict");
const { describe, it } = require("node:test");
const { nodes } = require("./scripts/fixture");
const { ScriptSandbox } = require("./tenant/script_sandbox");
const { UserStore, StoreRefusal } = require("./tenant/user_store");

const MISBEHAVING = [
  ["calls back twice", "callback(null); callback(null);", /called twice/],
  ["calls back twice, later", "callback(null); setTimeout(() => callback(null), 30);", /called twice/],
  ["rejects afterwards", "callback(null); Promise.reject(new Error('late'));", /unhandled rejection: Error: late/],
  ["throws afterwards", "setTimeout(() => { callback(null); throw new Error('late'); }, 5);", /uncaught: Error: late/],
  ["prints", "console.log(identifier); callback(null);", /console: ada/],
];

for (const node of nodes()) {
  describe(`tenant, ${node.name}`, () => {
    const run = async (body, limit = 20000) => {
      const container = new ScriptSandbox({ ca: "", node: node.binary });
      const source = `function login(identifier, password, callback) { ${body} }`;
      const result = await container.send({
        work: "script",
        name: "login",
        source,
        given: ["ada", "secret"],
        configuration: {},
        limit,
      });
      await new Promise((resolve) => setTimeout(resolve, 60));
      return { ...result, complaints: await container.stop() };
    };

    for (const [name, body, complaint] of MISBEHAVING) {
      it(`a script that ${name} is noticed`, async () => {
        const { complaints } = await run(body);
        assert.equal(complaints.length, 1);
        assert.match(complaints[0], complaint);
      });
    }
    it("one that throws, or never calls back", async () => {
      assert.equal((await run("throw new Error('early');")).thrown, "early");
      const { calls, milliseconds } = await run("", 200);
      assert.deepEqual(calls, []);
      assert.ok(milliseconds >= 190);
    });
    it("one that is right is not complained of; what is no Error is seen", async () => {
      const { calls, complaints } = await run("callback(new UnauthorizedError('text'));");
      assert.deepEqual([calls.length, calls[0].error.kind, complaints], [1, "UnauthorizedError", []]);
      assert.match((await run("callback('text');")).calls[0].error.kind, /^not an error/);
    });
  });
}

describe("user store", () => {
  const profile = (changes) => ({ user_id: "legacy|1", email: "Ada@Old.example", ...changes });
  it("keeps e-mails in lower case and puts auth0| in front", () => {
    const { email, user_id: id } = new UserStore("c").importUser(profile({}), "x");
    assert.deepEqual([email, id], ["ada@old.example", "auth0|legacy|1"]);
  });
  it("cuts passwords at 72 bytes", () => {
    const store = new UserStore("c");
    const user = store.importUser(profile({}), "é".repeat(40));
    assert.ok(store.verify(user, "é".repeat(36)));
    assert.ok(!store.verify(user, "é".repeat(35)));
  });
  for (const changes of [
    { user_id: "" },
    { user_id: 1 },
    { user_id: "a b" },
    { user_id: "auth0|1" },
    { user_id: "x".repeat(256) },
    { email: undefined },
    { email: "ada" },
    { email: `${"x".repeat(65)}@old.example` },
    { name: "" },
    { name: "x".repeat(301) },
    { given_name: "x".repeat(151) },
    { username: "x".repeat(129) },
    { phone_number: "0123" },
    { picture: null },
    { app_metadata: { email: 1 } },
    { metadata: { "a.b": 1 } },
    { app_metadata: { $set: 1 } },
    { metadata: {}, app_metadata: {} },
  ]) {
    it(`refuses ${JSON.stringify(changes).slice(0, 60)}`, () => {
      assert.throws(() => new UserStore("c").importUser(profile(changes), "x"), StoreRefusal);
    });
  }
  it("has nobody twice", () => {
    const store = new UserStore("c");
    store.importUser(profile({}), "x");
    assert.throws(
      () => store.importUser(profile({ user_id: "legacy|2", email: "ADA@old.example" }), "x"),
      StoreRefusal,
    );
  });
});
