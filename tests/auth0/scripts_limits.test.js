// Time, with the real limits: every wait ends by itself before Auth0's 20 s, wherever the other side falls silent. A busy
// machine may be late, but never by more than that.
"use strict";
const assert = require("node:assert/strict");
const { describe, it, before } = require("node:test");
const { nodes, stage, check } = require("./scripts/fixture");
const { PROFILE } = require("./scripts/canned_answers");
const { json, problem, grant } = require("./scripts/canned_servers");

const never = () => {};
const slowly = (milliseconds, then) => (response) => setTimeout(() => then(response), milliseconds);
const halfABody = (status, type, text) => (response) => {
  response.writeHead(status, { "content-type": type, "content-length": "500" });
  response.write(text);
};
/** A byte now and then: never silent, never done. */
const trickle = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const drip = setInterval(() => response.write(" "), 200);
  response.on("close", () => clearInterval(drip));
};

const CASES = [
  ["a bridge just in time", { bridge: [slowly(4000, json(PROFILE))] }, "profile", [3900, 19000]],
  ["a bridge that never answers", { bridge: [never] }, "error the bridge did not answer in time", [7900, 19000]],
  [
    "a bridge that stops within a profile",
    { bridge: [halfABody(200, "application/json", '{"user_id":"legacy|42",')] },
    "error the bridge did not answer in time",
    [7900, 19000],
  ],
  [
    "a bridge that stops within a problem",
    { bridge: [halfABody(404, "application/problem+json", '{"code":"user_not_found"')] },
    "error the bridge did not answer in time",
    [7900, 19000],
  ],
  ["a bridge that trickles", { bridge: [trickle] }, "error the bridge did not answer in time", [7900, 19000]],
  [
    "a token endpoint that never answers",
    { tokens: [never] },
    "error the token endpoint did not answer in time",
    [3900, 19000],
  ],
  [
    "a token endpoint that stops within a token",
    { tokens: [halfABody(200, "application/json", '{"access_token":')] },
    "error the token endpoint did not answer in time",
    [3900, 19000],
  ],
  [
    "a token endpoint that trickles",
    { tokens: [trickle] },
    "error the token endpoint did not answer in time",
    [3900, 19000],
  ],
  [
    "everything slow and the token refused: 15 s in all",
    { tokens: [slowly(2500, grant())], bridge: [slowly(7000, problem(401, "invalid_token")), never] },
    "error the bridge did not answer in time",
    [14800, 19500],
  ],
  [
    "the second token too slow",
    { tokens: [slowly(2500, grant()), never], bridge: [slowly(7000, problem(401, "invalid_token"))] },
    "error ",
    [13000, 17000],
  ],
];

// Under the oldest and the newest Node. All waits at once, each before servers and in a container of its own.
const all = nodes();
describe("limits", { concurrency: 2 }, () => {
  for (const node of new Set([all[0], all[all.length - 1]])) {
    describe(node.name, { concurrency: CASES.length }, () => {
      for (const [
        place,
        [name, { bridge = [json(PROFILE)], tokens = [grant()] }, expected, [least, most]],
      ] of CASES.entries()) {
        let on = null;
        before(async () => {
          on = { ...on, [place]: await stage(node.binary) };
        });
        it(name, async () => {
          const at = on[place];
          at.bridge.will(...bridge);
          at.tokens.will(...tokens);
          try {
            const outcome = await at.run(place % 2 ? "getUser" : "login", at.configuration());
            check(outcome, expected);
            assert.ok(outcome.milliseconds >= least && outcome.milliseconds <= most, `${outcome.milliseconds} ms`);
            assert.equal(outcome.timersLeft, 0);
          } finally {
            await at.stop();
          }
        });
      }
    });
  }
});
