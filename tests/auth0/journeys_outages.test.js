// The bridge down, slow, restarting, or something else in its place: nothing is taken for a "no", nobody is created,
// and everybody gets in afterwards.
"use strict";
const assert = require("node:assert/strict");
const { describe, it, before } = require("node:test");
const { world } = require("./bridge/world");
const { reply } = require("./bridge/fault_proxy");
const { INSTEAD, AFTERWARDS, late, silence, once } = require("./bridge/faults");
const { CannedServer, json } = require("./scripts/canned_servers");
const { PASSWORD } = require("./bridge/legacy_database");

const UNDECIDED = ["f", "fs", "fcpr", "fce"];

describe("outages", () => {
  const on = world(before);
  const tenant = () => on.tenant;
  let next = 0;
  const somebody = () => `person${next++}@old.example`;

  /** Everything that asks the bridge, while it cannot be asked: all undecided, nobody created, nobody changed. */
  async function nothingIsDecided(person) {
    const newcomer = `new-${person}`;
    const { result, users } = await on.counting(async () => [
      await tenant().login(person, PASSWORD),
      await tenant().login(newcomer, PASSWORD),
      await tenant().signUp(person, "zz-new"),
      await tenant().signUp(newcomer, "zz-new"),
      await tenant().resetPassword(person, "zz-new"),
      await tenant().changeEmail(on.settled, newcomer),
    ]);
    assert.deepEqual(
      result.map(({ type }) => type),
      ["f", "f", "fs", "fs", "fcpr", "fce"],
    );
    assert.equal(users, 0);
    for (const { type, description } of tenant().log.slice(-result.length)) {
      assert.ok(UNDECIDED.includes(type));
      assert.match(description, /^drawbridge: .* \(request [\w-]+\)$/);
    }
  }

  /** Nothing is left behind. */
  async function thenGetsIn(person) {
    const { type, user } = await tenant().login(person, PASSWORD);
    assert.equal(type, "s");
    assert.equal(user.app_metadata.plan, "free");
  }

  before(async () => {
    on.settled = (await tenant().login(somebody(), PASSWORD)).user;
  });

  for (const [name, fault] of Object.entries({ ...INSTEAD, ...AFTERWARDS })) {
    it(name, async () => {
      const person = somebody();
      on.proxy.fault = fault;
      await nothingIsDecided(person);
      // Once only, at the worst moment: the next try gets in.
      on.proxy.fault = once(fault);
      assert.equal((await tenant().login(person, PASSWORD)).type, "f");
      assert.equal(tenant().store.find(person), undefined);
      on.proxy.fault = null;
      await thenGetsIn(person);
    });
  }

  for (const [name, fault] of Object.entries({ ...INSTEAD, ...AFTERWARDS })) {
    it(`after the login, for the Actions: ${name}`, async () => {
      tenant().actionCache = [];
      const email = `fresh-${name.toLowerCase().replace(/\W+/g, "-")}@elsewhere.example`;
      on.proxy.fault = null;
      const { user } = await tenant().signUp(email, "zz-new");
      on.proxy.fault = fault;
      const during = await on.counting(() => tenant().login(email, "zz-new"));
      assert.equal(during.result.type, "s", "a broken bridge keeps nobody out");
      assert.equal(during.mark, 0, "what could not be restored is not marked");
      assert.deepEqual(user.app_metadata, {});
      on.proxy.fault = null;
      tenant().actionCache = [];
      await tenant().login(email, "zz-new");
      assert.equal(user.app_metadata.drawbridge_migrated_at, "never");
    });
  }

  it("a redirect to somebody who would say yes: nothing goes there", async () => {
    const lure = await new CannedServer(tenant().tls).start();
    lure.will(json({ user_id: "legacy|1", email: "ada@old.example", metadata: {} }));
    const person = somebody();
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        const headers = { location: `${lure.url}/login`, "content-type": "text/html" };
        on.proxy.fault = async ({ response }) => reply(response, { status, headers, body: "" });
        await nothingIsDecided(person);
      }
    } finally {
      on.proxy.fault = null;
      await lure.stop();
    }
    assert.deepEqual(lure.seen, [], "no password, no token");
    await thenGetsIn(person);
  });

  it("a mark whose answer is lost is made once, and told at the next login", async () => {
    const person = somebody();
    on.proxy.fault = async (given) =>
      given.request.url === "/mark_migrated"
        ? AFTERWARDS["reset after the answer"](given)
        : reply(given.response, await given.ask());
    const { user } = await tenant().login(person, PASSWORD);
    on.proxy.fault = null;
    assert.equal(user.app_metadata.drawbridge_migrated_at, undefined);
    await tenant().login(person, PASSWORD);
    assert.match(user.app_metadata.drawbridge_migrated_at, /^\d{4}-/);
  });

  it("nobody listens", async () => {
    const person = somebody();
    await on.proxy.stop();
    await nothingIsDecided(person);
    await on.proxy.start();
    await thenGetsIn(person);
  });

  it("the bridge killed behind its proxy, and started again", async () => {
    const person = somebody();
    await on.bridge.stop("SIGKILL");
    await nothingIsDecided(person);
    await on.bridge.start();
    await thenGetsIn(person);
  });

  it("restarted without a proxy, with connections open and logins under way", async () => {
    tenant().bridgeUrl = `https://127.0.0.1:${on.bridge.port}`;
    const people = Array.from({ length: 6 }, somebody);
    assert.equal((await tenant().login(people[0], PASSWORD)).type, "s");
    const flying = people.slice(1).map((person) => tenant().login(person, PASSWORD));
    await on.bridge.stop();
    const during = await tenant().login("newcomer@old.example", PASSWORD);
    assert.equal(during.type, "f");
    for (const { type } of await Promise.all(flying)) {
      assert.ok(["s", "f"].includes(type), type);
    }
    await on.bridge.start();
    for (const person of people.slice(1)) {
      assert.equal((await tenant().login(person, PASSWORD)).type, "s");
    }
    tenant().bridgeUrl = on.proxy.url;
  });

  it("the database locked by somebody else", async (test) => {
    let sqlite = null;
    try {
      sqlite = require("node:sqlite");
    } catch (error) {
      test.skip("this Node has no SQLite");
      return;
    }
    const person = somebody();
    const other = new sqlite.DatabaseSync(on.bridge.database);
    other.exec("BEGIN EXCLUSIVE");
    const { result, users } = await on.counting(() =>
      Promise.all([
        tenant().login(person, PASSWORD),
        tenant().login(`new-${person}`, PASSWORD),
        tenant().signUp(person, "zz-new"),
      ]),
    );
    other.exec("ROLLBACK");
    other.close();
    assert.deepEqual([...result.map(({ type }) => type), users], ["f", "f", "fs", 0]);
    for (const { description } of tenant().log.slice(-3)) {
      assert.match(description, /503 (database_unavailable|overloaded)/);
    }
    await thenGetsIn(person);
  });

  it("a second late is in time", async () => {
    const person = somebody();
    on.proxy.fault = late(1000);
    await thenGetsIn(person);
    on.proxy.fault = null;
  });

  it("nine seconds late is too late, even though the bridge said yes", async () => {
    const person = somebody();
    on.proxy.fault = late(9000);
    const { result, users } = await on.counting(() =>
      Promise.all([
        tenant().login(person, PASSWORD),
        tenant().signUp(person, "zz-new"),
        tenant().signUp("late@new.example", "zz-new"),
      ]),
    );
    on.proxy.fault = null;
    assert.deepEqual([...result.map(({ type }) => type), users], ["f", "fs", "fs", 0]);
    await thenGetsIn(person);
  });

  it("the Actions give up on silence after seconds, and the person is in", async () => {
    const person = somebody();
    tenant().actionCache = [];
    on.proxy.fault = async (given) =>
      given.request.url === "/login" ? reply(given.response, await given.ask()) : silence(given);
    const began = Date.now();
    const { type, user } = await tenant().login(person, PASSWORD);
    on.proxy.fault = null;
    assert.equal(type, "s");
    assert.ok(Date.now() - began < 9000);
    assert.equal(user.app_metadata.plan, "free", "the login script's own metadata is there");
    tenant().actionCache = [];
    await tenant().login(person, PASSWORD);
    assert.ok(user.app_metadata.drawbridge_migrated_at);
  });

  it("nobody is told anything, nothing is left behind", () => on.stop());
});
