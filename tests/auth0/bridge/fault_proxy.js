// Stands between the tenant and the bridge, counts what passes, and breaks what it is told to break.
"use strict";
const fs = require("node:fs");
const https = require("node:https");

class FaultProxy {
  /** `bridgePort()` gives the bridge's port, which is known once it has started. */
  constructor({ tls, bridgePort }) {
    this.bridgePort = bridgePort;
    this.ca = fs.readFileSync(tls.ca);
    /** What happens to a request: null passes it, else a function of `faults.js`. */
    this.fault = null;
    /** `{path, status}` of every request that came; the status is the bridge's own, null when it was never asked. */
    this.calls = [];
    this.port = 0;
    this.server = https.createServer({ cert: fs.readFileSync(tls.certificate), key: fs.readFileSync(tls.key) });
    this.server.on("request", (request, response) => this.pass(request, response));
  }

  async start() {
    await new Promise((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
    this.port = this.server.address().port;
    this.url = `https://127.0.0.1:${this.port}`;
  }

  /** Nobody listens any more: connections are refused. */
  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** How many calls came, of a route or of all. */
  count(path) {
    return this.calls.filter((call) => path === undefined || call.path === path).length;
  }

  pass(request, response) {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("error", () => {});
    response.on("error", () => {});
    request.on("end", async () => {
      const call = { path: request.url, status: null };
      this.calls.push(call);
      const ask = async () => {
        const answer = await this.askBridge(request, Buffer.concat(chunks));
        call.status = answer.status;
        return answer;
      };
      if (this.fault !== null) {
        await this.fault({ request, response, ask });
        return;
      }
      reply(response, await ask());
    });
  }

  /** The bridge's answer; 502 as of any proxy when there is none. */
  askBridge(request, body) {
    const { host: ignored, connection: alsoIgnored, ...headers } = request.headers;
    const { method, url: path } = request;
    return new Promise((resolve) => {
      const failed = () =>
        resolve({ status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad Gateway</h1>" });
      const asked = https.request(
        { host: "127.0.0.1", port: this.bridgePort(), method, path, headers, ca: this.ca, agent: false },
        (answer) => {
          const chunks = [];
          answer.on("data", (chunk) => chunks.push(chunk));
          answer.on("error", failed);
          answer.on("end", () =>
            resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      asked.on("error", failed);
      asked.end(body);
    });
  }
}

function reply(response, { status, headers, body }) {
  const { connection: ignored, "transfer-encoding": alsoIgnored, ...rest } = headers;
  response.writeHead(status, rest);
  response.end(body);
}

module.exports = { FaultProxy, reply };
