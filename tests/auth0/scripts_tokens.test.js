// How the scripts come by their token: as few requests as possible, and one new token where the old one is refused.
"use strict";
const assert = require("node:assert/strict");
const { describe, it, before } = require("node:test");
const { setTimeout: sleep } = require("node:timers/promises");
const { nodes, stage, check } = require("./scripts/fixture");
const { PROFILE } = require("./scripts/canned_answers");
const { answer, json, problem, grant } = require("./scripts/canned_servers");

const profile = json(PROFILE);
const slowly =
  (milliseconds, then) =>
  (...given) =>
    setTimeout(() => then(...given), milliseconds);
/** Refuses this many different tokens, then answers. */
function refusing(count) {
  const refused = new Set();
  return (response, request) => {
    const token = request.headers.authorization;
    const refuse = refused.has(token) || refused.size < count;
    if (refuse) {
      refused.add(token);
    }
    (refuse ? problem(401, "invalid_token") : profile)(response, request);
  };
}

for (const node of nodes()) {
  describe(node.name, () => {
    let on = null;
    before(async () => {
      on = await stage(node.binary);
    });
    const together = (count, settings) =>
      Promise.all(Array.from({ length: count }, (_, place) => on.run(place % 2 ? "getUser" : "login", settings)));

    it("asks with the client's credentials, in JSON", async () => {
      on.bridge.will(profile);
      on.tokens.will(grant());
      const settings = on.configuration();
      check(await on.run("login", settings), "profile");
      const [asked] = on.tokens.seen;
      assert.deepEqual(
        [asked.method, asked.url, asked.headers["content-type"]],
        ["POST", "/oauth/token", "application/json"],
      );
      assert.deepEqual(JSON.parse(asked.body), {
        grant_type: "client_credentials",
        client_id: settings.CLIENT_ID,
        client_secret: settings.CLIENT_SECRET,
        audience: settings.AUDIENCE,
      });
    });

    it("one token serves both scripts of a container", async () => {
      on.bridge.will(profile);
      on.tokens.will(grant());
      const settings = on.configuration();
      for (const script of ["login", "getUser", "login", "getUser"]) {
        check(await on.run(script, settings), "profile");
      }
      assert.equal(on.tokens.seen.length, 1);
    });

    it("another client, audience or tenant has its own", async () => {
      on.bridge.will(profile);
      on.tokens.will(grant());
      const settings = on.configuration();
      for (const changes of [
        {},
        { AUDIENCE: "https://other.example" },
        { CLIENT_ID: "other" },
        { TOKEN_URL: `${on.tokens.url}/other` },
      ]) {
        check(await on.run("login", { ...settings, ...changes }), "profile");
      }
      assert.equal(on.tokens.seen.length, 4);
    });

    it("twenty at once share one request", async () => {
      on.bridge.will(profile);
      on.tokens.will(slowly(200, grant()));
      for (const outcome of await together(20, on.configuration())) {
        check(outcome, "profile");
      }
      assert.equal(on.tokens.seen.length, 1);
      assert.equal(on.bridge.seen.length, 20);
    });

    it("twenty at once share one failure, and the next one asks again", async () => {
      on.bridge.will(profile);
      on.tokens.will(slowly(100, answer(429, "application/json", "{}")), grant());
      const settings = on.configuration();
      for (const outcome of await together(20, settings)) {
        check(outcome, "error the token endpoint answered 429");
      }
      assert.equal(on.tokens.seen.length, 1);
      check(await on.run("login", settings), "profile");
      assert.equal(on.tokens.seen.length, 2);
    });

    it("is replaced 60 s before it ends, or at once when nobody says when that is", async () => {
      for (const [expiresIn, requests] of [
        [60, 3],
        [10, 3],
        ["60", 3],
        [null, 3],
        [62, 2],
      ]) {
        on.bridge.will(profile);
        on.tokens.will(grant(expiresIn));
        const settings = on.configuration();
        check(await on.run("login", settings), "profile");
        check(await on.run("login", settings), "profile");
        if (expiresIn === 62) {
          assert.equal(on.tokens.seen.length, 1, "kept for two seconds");
          await sleep(2100);
        }
        check(await on.run("getUser", settings), "profile");
        assert.equal(on.tokens.seen.length, requests, `expires_in ${expiresIn}`);
      }
    });

    it("a refused token is replaced once, and the question asked again", async () => {
      on.bridge.will(refusing(1));
      on.tokens.will(grant());
      const settings = on.configuration();
      check(await on.run("login", settings), "profile");
      check(await on.run("login", settings), "profile");
      assert.equal(on.tokens.seen.length, 2);
      assert.equal(on.bridge.seen.length, 3);
      const ids = new Set(on.bridge.seen.slice(0, 2).map(({ headers }) => headers["x-request-id"]));
      assert.equal(ids.size, 1, "both tries of a login carry one id");
    });

    it("a proxy's 401 is no better than the bridge's", async () => {
      on.bridge.will(answer(401, "text/html", "zzbody"));
      on.tokens.will(grant());
      check(await on.run("login", on.configuration()), "error 401");
      assert.equal(on.bridge.seen.length, 2);
    });

    it("twenty refusals at once share one new token", async () => {
      const settings = on.configuration();
      on.tokens.will(grant());
      on.bridge.will(profile);
      check(await on.run("login", settings), "profile");
      on.tokens.will(slowly(100, grant()));
      on.bridge.will(slowly(50, refusing(1)));
      for (const outcome of await together(20, settings)) {
        check(outcome, "profile");
      }
      assert.equal(on.tokens.seen.length, 1);
      assert.equal(on.bridge.seen.length, 40);
    });

    it("a bridge that refuses every token does not burn the quota", async () => {
      on.bridge.will(refusing(1000));
      on.tokens.will(grant());
      const settings = on.configuration();
      for (let round = 0; round < 5; round += 1) {
        for (const outcome of await together(4, settings)) {
          check(outcome, "error the bridge answered 401 invalid_token");
        }
      }
      assert.equal(on.tokens.seen.length, 2);
    });

    it("no token for the second try: an error, and nothing is kept", async () => {
      on.bridge.will(refusing(1));
      on.tokens.will(grant(), answer(500, "text/html", "zzbody"), grant());
      const settings = on.configuration();
      check(await on.run("login", settings), "error the token endpoint answered 500");
      check(await on.run("login", settings), "profile");
      assert.equal(on.tokens.seen.length, 3);
    });

    it("nothing is left behind", () => on.stop());
  });
}
