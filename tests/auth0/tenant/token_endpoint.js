// The tenant's own web server: `/oauth/token` and the JWKS. It counts token requests, because each costs quota.
"use strict";
const https = require("node:https");
const { SigningKeys, machineClaims } = require("./signing_keys");

const SCOPES = "legacy:login legacy:get_user legacy:mark_migrated";

class TokenEndpoint {
  /** `exchange(clientId, audience)` is the credentials-exchange trigger: it gives null or `{code, reason}`. */
  constructor({ tls, clients, audience, exchange = async () => null }) {
    Object.assign(this, { clients, audience, exchange, keys: new SigningKeys() });
    this.dialect = "auth0";
    this.lifetime = 86400;
    /** Claims that are not what they should be: name to function. */
    this.claims = {};
    /** What the next token requests meet: null, or a function `(request, response) => handled`. */
    this.fault = null;
    this.jwksDown = false;
    this.requests = 0;
    this.jwksRequests = 0;
    this.server = https.createServer(tls, (request, response) => this.answer(request, response));
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.issuer = `https://127.0.0.1:${this.server.address().port}/`;
    this.url = `${this.issuer}oauth/token`;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  answer(request, response) {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      if (request.url === "/.well-known/jwks.json") {
        this.jwksRequests += 1;
        return this.jwksDown ? send(response, 503, {}) : send(response, 200, this.keys.jwks());
      }
      if (request.method !== "POST" || request.url !== "/oauth/token") {
        return send(response, 404, { error: "not_found" });
      }
      this.requests += 1;
      if (this.fault !== null && (await this.fault(request, response)) !== false) {
        return undefined;
      }
      return this.grant(Buffer.concat(chunks).toString("utf8"), request, response);
    });
  }

  async grant(body, request, response) {
    const asked = JSON.parse(body);
    if (request.headers["content-type"] !== "application/json" || asked.grant_type !== "client_credentials") {
      return send(response, 400, { error: "invalid_request" });
    }
    if (this.clients[asked.client_id] === undefined || this.clients[asked.client_id] !== asked.client_secret) {
      return send(response, 401, { error: "access_denied", error_description: "Unauthorized" });
    }
    if (asked.audience !== this.audience) {
      return send(response, 403, { error: "access_denied", error_description: "Service not found" });
    }
    const denied = await this.exchange(asked.client_id, asked.audience);
    if (denied !== null) {
      return send(response, 400, { error: denied.code, error_description: denied.reason });
    }
    return send(response, 200, {
      access_token: this.machineToken(asked.client_id),
      scope: SCOPES,
      expires_in: this.lifetime,
      token_type: "Bearer",
    });
  }

  machineToken(clientId) {
    const { dialect, issuer, audience, lifetime } = this;
    const { type, claims } = machineClaims({ dialect, issuer, audience, clientId, scope: SCOPES, lifetime });
    for (const [name, value] of Object.entries(this.claims)) {
      claims[name] = value();
    }
    return this.keys.sign(claims, type);
  }
}

function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

module.exports = { TokenEndpoint, send };
