// The Actions one by one before canned answers: when they ask at all, what they set, and that they keep nobody out.
"use strict";
const assert = require("node:assert/strict");
const { describe, it, before } = require("node:test");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { makeCertificates } = require("./tenant/certificates");
const { ScriptSandbox } = require("./tenant/script_sandbox");
const { nodes, template } = require("./scripts/fixture");
const { CannedServer, answer, json, problem, grant } = require("./scripts/canned_servers");

const PROFILE = {
  user_id: "legacy|42",
  email: "ada@old.example",
  metadata: { plan: "gold", roles: ["a"] },
  user_metadata: { locale: "de" },
};
const MARK = { user_id: "legacy|42", migrated_at: "2026-01-02T03:04:05Z", newly_marked: true };
const AUDIENCE = "https://legacy-users.example";
const NOW = () => new Date().toISOString();

/** An event as of a first login through the connection, with changes. */
function event({ user = {}, connection = {}, transaction = {}, typedAt = NOW(), ...more } = {}) {
  return {
    user: {
      user_id: "auth0|legacy|42",
      email: "ada@old.example",
      identities: [{ provider: "auth0", user_id: "legacy|42", connection: "legacy-users" }],
      app_metadata: {},
      user_metadata: {},
      ...user,
    },
    connection: { id: "con_1", name: "legacy-users", strategy: "auth0", ...connection },
    transaction: { protocol: "oidc-basic-profile", prompt: [], ...transaction },
    authentication: { methods: [{ name: "pwd", timestamp: typedAt }] },
    stats: { logins_count: 1 },
    client: { client_id: "shop" },
    ...more,
  };
}

const SILENT = [
  ["a refresh", { transaction: { protocol: "oauth2-refresh-token" } }],
  ["a token exchange", { transaction: { protocol: "oauth2-token-exchange" } }],
  ["silent authentication", { transaction: { prompt: ["none"] } }],
  ["SSO: the password is an hour old", { typedAt: new Date(Date.now() - 3600000).toISOString() }],
  ["another connection", { connection: { name: "customers" } }],
  ["a social connection", { connection: { name: "legacy-users", strategy: "google-oauth2" } }],
  ["a marked user", { user: { app_metadata: { drawbridge_migrated_at: "2026-01-01T00:00:00Z" } } }],
];

// Runtime node22, and 18 on older tenants.
for (const node of nodes()) {
  describe(`Actions, ${node.name}`, () => {
    let directory, bridge, tokens, container, cache;
    before(async () => {
      directory = fs.mkdtempSync(path.join(os.tmpdir(), "drawbridge-actions-"));
      const tls = makeCertificates(directory);
      bridge = await new CannedServer(tls).start();
      tokens = await new CannedServer(tls).start();
      container = new ScriptSandbox({ ca: tls.ca, node: node.binary });
    });
    const stop = async () => {
      const complaints = await container.stop();
      await bridge.stop();
      await tokens.stop();
      fs.rmSync(directory, { recursive: true });
      assert.deepEqual(complaints, []);
    };

    /** Runs Actions; `cached` keeps what an earlier run left in `api.cache`. */
    async function run(names, given, { secrets = {}, trigger = "post-login", cached = false } = {}) {
      const whole = {
        BRIDGE_URL: bridge.url,
        TOKEN_URL: `${tokens.url}/oauth/token`,
        CLIENT_ID: "bridge",
        CLIENT_SECRET: "secret",
        AUDIENCE,
        CONNECTION: "legacy-users",
        ...secrets,
      };
      const actions = [names].flat().map((name) => ({ name, source: template(`actions/${name}.js`), secrets: whole }));
      const done = await container.runTrigger({
        trigger,
        actions,
        event: given,
        cache: cached ? cache : [],
        laterActionsSee: true,
      });
      assert.deepEqual(done.failures, []);
      cache = done.cache;
      return done;
    }
    const canned = (...answers) => {
      tokens.will(grant());
      bridge.will(...answers);
    };

    describe("mark-migrated", () => {
      it("marks with the user_id as it is, and remembers the moment", async () => {
        canned(json(MARK));
        const { appMetadata } = await run("mark-migrated", event());
        assert.deepEqual(appMetadata, { drawbridge_migrated_at: MARK.migrated_at });
        const [{ method, url, body }] = bridge.seen;
        assert.deepEqual([method, url, JSON.parse(body)], ["POST", "/mark_migrated", { user_id: "auth0|legacy|42" }]);
      });
      it("of a linked account it takes the id of our connection", async () => {
        canned(json(MARK));
        await run("mark-migrated", event({ user: { user_id: "google-oauth2|7" } }));
        assert.deepEqual(JSON.parse(bridge.seen[0].body), { user_id: "auth0|legacy|42" });
      });
      it("who was never in the old database is not asked about again", async () => {
        canned(problem(404, "user_not_found"));
        assert.deepEqual((await run("mark-migrated", event())).appMetadata, { drawbridge_migrated_at: "never" });
      });
      it("without a moment in the event, too", async () => {
        canned(json(MARK));
        const { appMetadata } = await run("mark-migrated", event({ authentication: undefined }));
        assert.ok(appMetadata.drawbridge_migrated_at);
      });
      for (const [state, restored, marks] of [
        ["no marker", undefined, false],
        ["a marker of this login", new Date(Date.now() + 3600000).toISOString(), false],
        ["a marker of an earlier login", "2026-01-01T00:00:00Z", true],
      ]) {
        it(`told to wait, with ${state}: ${marks ? "marks" : "waits"}`, async () => {
          canned(json(MARK));
          const user = { app_metadata: restored === undefined ? {} : { drawbridge_restored: restored } };
          await run("mark-migrated", event({ user }), { secrets: { WAIT_FOR_RESTORE: "true" } });
          assert.equal(bridge.seen.length, marks ? 1 : 0);
        });
      }
    });

    describe("restore-metadata", () => {
      it("sets what is missing, and nothing else", async () => {
        canned(json(PROFILE));
        const known = { app_metadata: { plan: "platinum" }, user_metadata: { locale: null } };
        const { appMetadata, userMetadata } = await run("restore-metadata", event({ user: known }));
        const { drawbridge_restored: marker, ...rest } = appMetadata;
        assert.match(marker, /^\d{4}-/);
        assert.deepEqual([rest, userMetadata], [{ roles: ["a"] }, {}]);
        assert.deepEqual(JSON.parse(bridge.seen[0].body), { identifier: "ada@old.example" });
      });
      it("a user without an e-mail address is asked for by username, one without either not at all", async () => {
        canned(json(PROFILE));
        await run("restore-metadata", event({ user: { email: undefined, username: "ada" } }));
        assert.deepEqual(JSON.parse(bridge.seen[0].body), { identifier: "ada" });
        canned(json(PROFILE));
        await run("restore-metadata", event({ user: { email: undefined } }));
        assert.equal(bridge.seen.length, 0);
      });
      it("somebody else with the same address inherits nothing", async () => {
        canned(json({ ...PROFILE, metadata: { roles: ["admin"] } }));
        const other = {
          user_id: "auth0|65f0",
          identities: [{ provider: "auth0", user_id: "65f0", connection: "legacy-users" }],
        };
        const { appMetadata, userMetadata } = await run("restore-metadata", event({ user: other }));
        assert.deepEqual([Object.keys(appMetadata), userMetadata], [["drawbridge_restored"], {}]);
      });
      it("nobody there counts as done", async () => {
        canned(problem(404, "user_not_found"));
        assert.deepEqual(Object.keys((await run("restore-metadata", event())).appMetadata), ["drawbridge_restored"]);
      });
      it("is done once", async () => {
        canned(json(PROFILE));
        await run("restore-metadata", event({ user: { app_metadata: { drawbridge_restored: NOW() } } }));
        assert.equal(bridge.seen.length, 0);
      });
      it("what it failed to fetch, the next Action does not hide", async () => {
        canned(problem(503, "overloaded"), json(MARK));
        const { appMetadata } = await run(["restore-metadata", "mark-migrated"], event());
        assert.deepEqual([appMetadata, bridge.seen.length], [{}, 1]);
      });
    });

    for (const action of ["mark-migrated", "restore-metadata"]) {
      describe(`${action}, whatever happens`, () => {
        for (const [name, changes] of SILENT) {
          it(`leaves alone: ${name}`, async () => {
            canned(json(PROFILE));
            await run(action, event(changes));
            assert.deepEqual([bridge.seen.length, tokens.seen.length], [0, 0]);
          });
        }
        for (const [name, secrets] of [
          ["CONNECTION", { CONNECTION: undefined }],
          ["BRIDGE_URL", { BRIDGE_URL: undefined }],
          ["https", { BRIDGE_URL: "http://127.0.0.1:1" }],
          ["TOKEN_URL", { TOKEN_URL: "x" }],
        ]) {
          it(`lets people in without ${name}`, async () => {
            canned(json(PROFILE));
            const { appMetadata, denied } = await run(action, event(), { secrets });
            assert.deepEqual([appMetadata, denied], [{}, null]);
          });
        }
        for (const [name, broken] of [
          ["404 of a proxy", answer(404, "text/html", "<h1>no</h1>")],
          ["404 in JSON", answer(404, "application/json", '{"code":"user_not_found"}')],
          ["HTML", answer(200, "text/html", "<h1>hello</h1>")],
          ["empty", answer(200, "application/json")],
          ["{}", json({})],
          ["a list", json([])],
          ["401 twice", problem(401, "invalid_token")],
          ["403", problem(403, "insufficient_scope")],
          ["503", problem(503, "database_unavailable")],
          ["204", answer(204, null)],
          ["a redirect", answer(307, null, "", { location: "/elsewhere" })],
          ["a huge body", json({ ...PROFILE, ...MARK, name: "x".repeat(70000) })],
          ["a reset", (response) => response.socket.destroy()],
        ]) {
          it(`sets nothing and lets people in: ${name}`, async () => {
            // What comes second would do, but nobody asks again or goes where a redirect points.
            canned(broken, ...(name === "a redirect" ? [json({ ...PROFILE, ...MARK })] : []));
            const { appMetadata, userMetadata, denied } = await run(action, event());
            assert.deepEqual([appMetadata, userMetadata, denied], [{}, {}, null]);
            assert.equal(tokens.seen.length, name === "401 twice" ? 2 : 1);
            assert.equal(bridge.seen.length, name === "401 twice" ? 2 : 1);
          });
        }
        it("keeps its token in the cache, until 60 s before its end", async () => {
          canned(action === "mark-migrated" ? json(MARK) : json(PROFILE));
          for (const cached of [false, true, true]) {
            await run(action, event(), { cached });
          }
          assert.equal(tokens.seen.length, 1);
          const [[, { expires_at: ends }]] = cache;
          assert.ok(Math.abs(ends - (Date.now() + 86340000)) < 5000);
        });
        for (const [name, token] of [
          ["a token that ends within a minute", grant(60)],
          ["a token over 4 kB", json({ access_token: "x".repeat(5000), expires_in: 86400 })],
        ]) {
          it(`does not keep ${name}`, async () => {
            canned(action === "mark-migrated" ? json(MARK) : json(PROFILE));
            tokens.will(token);
            const { appMetadata } = await run(action, event());
            assert.equal(Object.keys(appMetadata).length > 0, true);
            assert.deepEqual(cache, []);
          });
        }
        it("replaces a refused token once", async () => {
          canned(problem(401, "invalid_token"), json({ ...PROFILE, ...MARK }));
          const { appMetadata } = await run(action, event());
          assert.ok(Object.keys(appMetadata).length > 0);
          assert.equal(tokens.seen.length, 2);
        });
      });
    }

    describe("protect-bridge-audience", () => {
      const login = (asked, secrets) =>
        run(
          "protect-bridge-audience-login",
          event(asked === undefined ? {} : { resource_server: { identifier: asked } }),
          { secrets },
        );
      it("no person gets a token for the bridge, everybody for everything else", async () => {
        assert.ok((await login(AUDIENCE)).denied.reason);
        for (const asked of ["https://shop.example", undefined]) {
          assert.equal((await login(asked)).denied, null);
          assert.equal((await login(asked, { AUDIENCE: undefined })).denied, null);
        }
      });
      it("only our clients get one", async () => {
        const exchange = async (client_id, asked, CLIENT_ID) =>
          (
            await run(
              "protect-bridge-audience-exchange",
              { client: { client_id }, resource_server: { identifier: asked } },
              { trigger: "credentials-exchange", secrets: { CLIENT_ID } },
            )
          ).denied;
        assert.equal(await exchange("bridge", AUDIENCE, "bridge"), null);
        assert.equal(await exchange("actions", AUDIENCE, "bridge, actions"), null);
        assert.equal((await exchange("stranger", AUDIENCE, "bridge, actions")).code, "invalid_request");
        assert.equal((await exchange("stranger", AUDIENCE, undefined)).code, "invalid_request");
        assert.equal((await exchange("", AUDIENCE, "")).code, "invalid_request");
        assert.equal(await exchange("stranger", "https://shop.example", "bridge"), null);
      });
    });

    it("nothing is left behind", stop);
  });
}
