// Tokens in whole journeys: how many are asked for, and what happens when they end, are revoked, or cannot be had.
"use strict";
const assert = require("node:assert/strict");
const { describe, it, before } = require("node:test");
const { setTimeout: sleep } = require("node:timers/promises");
const { world } = require("./bridge/world");
const { PASSWORD } = require("./bridge/legacy_database");
const { send } = require("./tenant/token_endpoint");

describe("tokens", () => {
  const on = world(before);
  const tenant = () => on.tenant;
  let next = 0;
  const somebody = () => `person${next++}@old.example`;
  const login = () => tenant().login(somebody(), PASSWORD);
  /** As after a quiet quarter of an hour: no token is kept anywhere. */
  const forget = async () => {
    await tenant().newContainer();
    tenant().actionCache = [];
  };

  it("ten logins cost two tokens: one of the scripts, one of the Actions", async () => {
    const { result, tokens } = await on.counting(async () => {
      const types = [];
      for (let count = 0; count < 10; count += 1) {
        types.push((await login()).type);
      }
      return types;
    });
    assert.deepEqual(result, Array(10).fill("s"));
    assert.equal(tokens, 2);
  });

  it("the other dialect", async () => {
    await forget();
    tenant().tokens.dialect = "rfc9068";
    const { type, user } = await login();
    assert.equal(type, "s");
    assert.ok(user.app_metadata.drawbridge_migrated_at);
    tenant().tokens.dialect = "auth0";
  });

  it("a token that ends before anybody thought is replaced once", async () => {
    await forget();
    // The bridge's leeway of 30 s makes it good for five seconds, whatever `expires_in` says.
    tenant().tokens.claims = { exp: () => Math.floor(Date.now() / 1000) - 25 };
    assert.equal((await login()).type, "s");
    tenant().tokens.claims = {};
    await sleep(6100);
    const { result, tokens, login: calls } = await on.counting(login);
    assert.deepEqual([result.type, tokens, calls], ["s", 2, 2]);
    assert.ok(result.user.app_metadata.drawbridge_migrated_at, "the Actions replaced theirs, too");
  });

  it("the signing key rotates, and rotates again before the bridge has looked", async () => {
    await forget();
    tenant().tokens.keys.rotate();
    assert.equal((await login()).type, "s", "the next key was published already");
    await forget();
    tenant().tokens.keys.rotate();
    tenant().tokens.keys.rotate();
    const types = [(await login()).type, (await login()).type];
    assert.ok(types.includes("s"), `${types}`);
    assert.ok(!types.some((type) => ["fu", "fp"].includes(type)));
    await sleep(1100);
    assert.equal((await login()).type, "s");
  });

  it("the key of the kept token is revoked: one new token", async () => {
    await forget();
    assert.equal((await login()).type, "s");
    tenant().tokens.keys.rotate();
    tenant().tokens.keys.revokePrevious();
    await on.bridge.stop();
    await on.bridge.start();
    const { result, tokens, login: calls } = await on.counting(login);
    assert.deepEqual([result.type, tokens, calls], ["s", 2, 2]);
  });

  it("the JWKS is down: the bridge goes on with the keys that it has", async () => {
    tenant().tokens.jwksDown = true;
    await forget();
    assert.equal((await login()).type, "s");
    tenant().tokens.jwksDown = false;
  });

  it("a token of a wrong audience decides nothing, and burns no quota", async () => {
    await forget();
    tenant().tokens.claims = { aud: () => "https://another.example" };
    const { result, tokens, users } = await on.counting(async () => {
      const types = [];
      for (let count = 0; count < 5; count += 1) {
        types.push((await login()).type, (await tenant().signUp(somebody(), "zz-new")).type);
      }
      return types;
    });
    tenant().tokens.claims = {};
    assert.deepEqual(result, Array(5).fill(["f", "fs"]).flat());
    assert.deepEqual([tokens, users], [2, 0]);
    assert.match(tenant().log.at(-1).description, /401 invalid_token/);
    await forget();
  });

  for (const [name, fault] of [
    ["429", async (request, response) => send(response, 429, { error: "too_many_requests" })],
    ["500", async (request, response) => send(response, 500, {})],
    ["HTML", async (request, response) => response.end("<h1>Maintenance</h1>")],
    ["a reset", async (request, response) => response.socket.destroy()],
  ]) {
    it(`token endpoint: ${name}`, async () => {
      await forget();
      tenant().tokens.fault = fault;
      const person = somebody();
      const {
        result,
        users,
        login: calls,
      } = await on.counting(async () => [
        (await tenant().login(person, PASSWORD)).type,
        (await tenant().signUp(person, "zz-new")).type,
        (await tenant().signUp(`new-${person}`, "zz-new")).type,
      ]);
      assert.deepEqual([...result, users, calls], ["f", "fs", "fs", 0, 0]);
      tenant().tokens.fault = null;
      assert.equal((await tenant().login(person, PASSWORD)).type, "s");
      // Whoever holds a token does not need the endpoint.
      tenant().tokens.fault = fault;
      const { result: other } = await on.counting(login);
      assert.equal(other.type, "s");
      assert.ok(other.user.app_metadata.drawbridge_migrated_at);
      tenant().tokens.fault = null;
    });
  }

  it("token endpoint slow: twenty people wait for one token", async () => {
    await forget();
    tenant().tokens.fault = async () => {
      await sleep(1000);
      return false;
    };
    const before = tenant().log.length;
    const { result, users } = await on.counting(() =>
      Promise.all(Array.from({ length: 20 }, (_, place) => tenant().signUp(`crowd${place}@new.example`, "zz-new"))),
    );
    tenant().tokens.fault = null;
    assert.deepEqual([...new Set(result.map(({ type }) => type)), users], ["ss", 20]);
    const granted = tenant()
      .log.slice(before)
      .filter(({ type }) => type === "seccft");
    assert.equal(granted.length, 1);
  });

  it("only the bridge's client is given a token for its API, and no person", async () => {
    const ask = (client_id, client_secret) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({
          grant_type: "client_credentials",
          client_id,
          client_secret,
          audience: tenant().audience,
        });
        const { request } = require("node:https");
        const headers = { "content-type": "application/json" };
        const asked = request(tenant().tokens.url, { method: "POST", headers, rejectUnauthorized: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.on("error", reject);
        asked.end(body);
      });
    assert.equal(await ask("stranger", "stranger-secret"), 400);
    assert.equal(tenant().log.at(-1).type, "feccft");
    assert.equal(await ask("bridge-client", "zz-client-secret"), 200);
    const { user } = await login();
    const refused = await tenant().login(user.email, PASSWORD, { asks: tenant().audience });
    assert.deepEqual([refused.type, refused.shown], ["f", "This API is not for people."]);
    assert.equal((await tenant().login(user.email, PASSWORD, { asks: "https://shop.example" })).type, "s");
  });

  it("nobody is told anything, nothing is left behind", () => on.stop());
});
