// Both scripts against the table of canned answers, and against settings and token endpoints that are wrong.
"use strict";
const assert = require("node:assert/strict");
const { describe, it, before } = require("node:test");
const { IDENTIFIER, PASSWORD, nodes, stage, check } = require("./scripts/fixture");
const { ANSWERS, PROFILE } = require("./scripts/canned_answers");
const { answer, json, grant } = require("./scripts/canned_servers");

const HTML = answer(200, "text/html", "<html>zzbody</html>");
const PATHS = { login: "/login", getUser: "/get_user" };

const SETTINGS = [
  ["no settings at all", null, "BRIDGE_URL is missing"],
  ...["BRIDGE_URL", "TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "AUDIENCE"].flatMap((name) => [
    [`no ${name}`, { [name]: undefined }, `${name} is missing`],
    [`empty ${name}`, { [name]: "" }, `${name} is missing`],
  ]),
  ["a bridge that is no URL", { BRIDGE_URL: "zzbody" }, "BRIDGE_URL is not an https URL"],
  ["a bridge in the clear", { BRIDGE_URL: "http://127.0.0.1:1" }, "BRIDGE_URL is not an https URL"],
  ["a bridge with a path", { BRIDGE_URL: "https://127.0.0.1:1/login" }, "BRIDGE_URL has more than"],
  ["a bridge with a query", { BRIDGE_URL: "https://127.0.0.1:1/?a" }, "BRIDGE_URL has more than"],
  ["a bridge with a password", { BRIDGE_URL: "https://a:zzbody@127.0.0.1:1" }, "BRIDGE_URL is not an https URL"],
  ["a token endpoint in the clear", { TOKEN_URL: "http://127.0.0.1:1/oauth/token" }, "TOKEN_URL is not an https URL"],
  ["an unknown METADATA_KEY", { METADATA_KEY: "user_metadata" }, "METADATA_KEY"],
  ["a bridge that nobody runs", { BRIDGE_URL: "https://127.0.0.1:1" }, "the bridge could not be reached"],
  ["a bridge whose name nobody knows", { BRIDGE_URL: "https://bridge.invalid" }, "the bridge could not be reached"],
  [
    "a token endpoint that nobody runs",
    { TOKEN_URL: "https://127.0.0.1:1/oauth/token" },
    "the token endpoint could not be reached",
  ],
];

const QUOTING = [
  [
    "fetch",
    'const fetch = async (url, { body }) => { throw new TypeError("cannot send " + body); };',
    "the token endpoint could not be reached",
  ],
  [
    "fetch, at once",
    'const fetch = (url, { body }) => { throw new TypeError("cannot send " + body); };',
    "the token endpoint could not be reached",
  ],
  [
    "a cause",
    "const fetch = async (url, { body }) => { throw Object.assign(new Error(body), { cause: { code: body } }); };",
    "the token endpoint could not be reached",
  ],
  ["nothing at all", "const fetch = async () => { throw undefined; };", "the token endpoint could not be reached"],
  [
    "JSON",
    'const JSON = { stringify(value) { throw new Error("zzbody " + Object.values(value)); } };',
    "the script failed",
  ],
  ["no global", "const global = undefined;", "the script failed"],
];

const TOKEN_ANSWERS = [
  ["429", answer(429, "application/json", '{"error":"zzbody"}'), "the token endpoint answered 429"],
  [
    "401, a wrong secret",
    answer(401, "application/json", '{"error":"access_denied"}'),
    "the token endpoint answered 401",
  ],
  ["403", answer(403, "application/json", "{}"), "the token endpoint answered 403"],
  ["500", answer(500, "text/html", "zzbody"), "the token endpoint answered 500"],
  ["404", answer(404, "application/problem+json", '{"code":"user_not_found"}'), "the token endpoint answered 404"],
  ["HTML", HTML, "without a token"],
  ["empty", answer(200, "application/json"), "without a token"],
  ["{}", json({}), "without a token"],
  ["a token that breaks the header", json({ access_token: "zztoken\r\nx: y", expires_in: 86400 }), "without a token"],
  [
    "a redirect",
    answer(307, null, "", { location: "https://127.0.0.1:1/" }),
    "the token endpoint answered with a redirect",
  ],
  ["too much", json({ access_token: "x".repeat(70000) }), "64 KiB"],
  ["a reset", (response) => response.socket.destroy(), "the token endpoint could not be reached or broke off"],
];

for (const node of nodes()) {
  describe(node.name, () => {
    let on = null;
    before(async () => {
      on = await stage(node.binary);
    });

    for (const script of ["login", "getUser"]) {
      describe(script, () => {
        for (const [name, canned, expected] of ANSWERS) {
          it(name, async () => {
            on.tokens.will(grant());
            on.bridge.will(canned);
            const outcome = await on.run(script, on.configuration());
            check(outcome, expected[script]);
            assert.equal(outcome.timersLeft, 0);
            const refused = name.startsWith("401");
            assert.equal(on.tokens.seen.length, refused ? 2 : 1, "token requests");
            assert.equal(on.bridge.seen.length, refused ? 2 : 1, "a question is asked once");
          });
        }

        it("asks as the contract says, and passes the profile on under one key", async () => {
          for (const [key, expectedKey] of [
            [undefined, "app_metadata"],
            ["metadata", "metadata"],
            ["app_metadata", "app_metadata"],
          ]) {
            for (const withContext of [false, true]) {
              on.bridge.will(json({ ...PROFILE, app_metadata: { not: "ours" } }));
              const outcome = await on.run(script, on.configuration({ METADATA_KEY: key }), { withContext });
              const { metadata, ...rest } = PROFILE;
              assert.deepEqual(outcome.profile, { ...rest, [expectedKey]: metadata });
              const [asked] = on.bridge.seen;
              assert.deepEqual([asked.method, asked.url], ["POST", PATHS[script]]);
              assert.equal(asked.headers["content-type"], "application/json");
              assert.match(asked.headers.authorization, /^Bearer zztoken-\d+$/);
              assert.match(asked.headers["x-request-id"], /^auth0-[0-9a-z]{10,}$/);
              const identifier = { identifier: IDENTIFIER };
              assert.deepEqual(
                JSON.parse(asked.body),
                script === "login" ? { ...identifier, password: PASSWORD } : identifier,
              );
            }
          }
        });

        for (const [name, prelude, text] of QUOTING) {
          it(`an error of the platform that quotes what was sent: ${name}`, async () => {
            check(await on.run(script, on.configuration(), { prelude }), `error ${text}`);
          });
        }

        for (const [name, changes, text] of SETTINGS) {
          it(`settings: ${name}`, async () => {
            on.bridge.will(json(PROFILE));
            const settings = changes === null ? undefined : on.configuration(changes);
            check(await on.run(script, settings), `error ${text}`);
            assert.equal(on.bridge.seen.length, 0);
          });
        }

        for (const [name, canned, text] of TOKEN_ANSWERS) {
          it(`token endpoint: ${name}`, async () => {
            on.bridge.will(json(PROFILE));
            on.tokens.will(canned);
            const settings = on.configuration();
            check(await on.run(script, settings), `error ${text}`);
            assert.equal(on.bridge.seen.length, 0);
            // A failure is not kept: the next person gets in.
            on.tokens.will(grant());
            check(await on.run(script, settings), "profile");
          });
        }
      });
    }

    it("nothing is left behind", () => on.stop());
  });
}
