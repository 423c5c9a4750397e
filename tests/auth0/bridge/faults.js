// Everything that can go wrong between the tenant and the bridge, by the moment at which it does.
"use strict";
const { setTimeout: sleep } = require("node:timers/promises");
const { reply } = require("./fault_proxy");

const page =
  (status, type, body, headers = {}) =>
  async ({ response }) =>
    reply(response, { status, headers: { "content-type": type, ...headers }, body });

/** Instead of the bridge. */
const INSTEAD = {
  "reset before the question": async ({ response }) => response.socket.destroy(),
  "reset in the status line": async ({ response }) => response.socket.end("HTTP/1.1 2"),
  "not HTTP": async ({ response }) => response.socket.end("SSH-2.0-OpenSSH_9.2\r\n"),
  "404 in HTML": page(404, "text/html", "<h1>Not Found</h1>"),
  "404 in JSON": page(404, "application/json", '{"error":"not found"}'),
  "403 of a firewall": page(403, "text/html", "<h1>Forbidden</h1>"),
  "429 of a firewall": page(429, "text/html", "<h1>Slow down</h1>", { "retry-after": "5" }),
  "502 in HTML": page(502, "text/html", "<h1>Bad Gateway</h1>"),
  "503 without a body": page(503, "text/plain", ""),
  "200 in HTML": page(200, "text/html", "<h1>Welcome</h1>"),
  "200 empty": page(200, "application/json", ""),
  "200 with {}": page(200, "application/json", "{}"),
  "200 with null": page(200, "application/json", "null"),
  204: page(204, "application/json", ""),
  "a huge body": page(200, "application/json", `{"user_id":"legacy|1","name":"${"x".repeat(1 << 20)}"}`),
  "a redirect": page(307, "text/html", "", { location: "https://elsewhere.example/login" }),
  "a redirect to the same host": page(302, "text/html", "", { location: "/get_user" }),
};

/** After the bridge has answered: its answer is lost or spoilt on the way. */
const AFTERWARDS = {
  "reset after the answer": async ({ response, ask }) => {
    await ask();
    response.socket.destroy();
  },
  "reset in the body": async ({ response, ask }) => {
    const { status, headers, body } = await ask();
    response.writeHead(status, { ...headers, "content-length": body.length });
    response.write(body.subarray(0, body.length / 2), () => response.socket.destroy());
  },
  "half a body": async ({ response, ask }) => {
    const { status, headers, body } = await ask();
    reply(response, {
      status,
      headers: { ...headers, "content-length": body.length >> 1 },
      body: body.subarray(0, body.length >> 1),
    });
  },
  "another media type": async ({ response, ask }) => {
    const { status, headers, body } = await ask();
    reply(response, { status, headers: { ...headers, "content-type": "text/plain" }, body });
  },
  "status turned into 500": async ({ response, ask }) => {
    const { headers, body } = await ask();
    reply(response, { status: 500, headers, body });
  },
};

/** The answer comes whole, but late. */
const late =
  (milliseconds) =>
  async ({ response, ask }) => {
    await sleep(milliseconds);
    reply(response, await ask());
  };

/** The answer never comes. */
const silence = async () => {};

/** This fault for the first request, none for the others. */
function once(fault) {
  let used = false;
  return async (given) => {
    if (used) {
      return reply(given.response, await given.ask());
    }
    used = true;
    return fault(given);
  };
}

module.exports = { INSTEAD, AFTERWARDS, late, silence, once };
