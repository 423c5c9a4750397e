// A bridge and a token endpoint that answer what a test tells them to, byte for byte.
"use strict";
const https = require("node:https");
const fs = require("node:fs");

class CannedServer {
  constructor({ certificate, key }) {
    /** `(response, request, body) => void`, or a list of them: one for each request, the last for all others. */
    this.answers = [];
    /** `{method, url, headers, body}` of every request. */
    this.seen = [];
    this.server = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) });
    this.server.on("request", (request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("error", () => {});
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        this.seen.push({ method: request.method, url: request.url, headers: request.headers, body });
        const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        answer(response, request, body);
      });
    });
  }

  /** These answers from now on, and nothing seen yet. */
  will(...answers) {
    this.answers = answers;
    this.seen = [];
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `https://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** An answer with this status, media type and body. */
function answer(status, type, body = "", headers = {}) {
  return (response) => {
    response.writeHead(status, { ...(type === null ? {} : { "content-type": type }), ...headers });
    response.end(body);
  };
}

const json = (body, type = "application/json") => answer(200, type, JSON.stringify(body));

/** The bridge's own error body. */
function problem(status, code, headers = {}, more = {}) {
  const body = {
    type: "about:blank",
    title: "zzbody",
    status,
    code,
    request_id: "0123456789abcdef0123456789abcdef",
    ...more,
  };
  return answer(status, "application/problem+json", JSON.stringify(body), headers);
}

let tokens = 0;
/** A token grant; every token differs. */
function grant(expiresIn = 86400) {
  return (response) => {
    tokens += 1;
    json({ access_token: `zztoken-${tokens}`, token_type: "Bearer", expires_in: expiresIn })(response);
  };
}

module.exports = { CannedServer, answer, json, problem, grant };
