// The tenant's signing keys: a current and a next one in the JWKS, the previous one until it is revoked.
"use strict";
const crypto = require("node:crypto");

class SigningKeys {
  constructor() {
    this.previous = null;
    this.current = makeKey();
    this.next = makeKey();
  }

  /** What the tenant publishes. `alg` is left out of one key: it is optional there. */
  jwks() {
    const published = [this.current, this.next, this.previous].filter((key) => key !== null);
    return {
      keys: published.map(({ kid, publicJwk }, place) => ({
        ...publicJwk,
        kid,
        use: "sig",
        ...(place === 0 ? { alg: "RS256" } : {}),
      })),
    };
  }

  /** The next key signs from now on; the old one stays published. */
  rotate() {
    [this.previous, this.current, this.next] = [this.current, this.next, makeKey()];
  }

  /** The old key is published no longer. */
  revokePrevious() {
    this.previous = null;
  }

  sign(claims, type) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg: "RS256", typ: type, kid: this.current.kid })}.${part(claims)}`;
    return `${text}.${crypto.sign("sha256", Buffer.from(text), this.current.privateKey).toString("base64url")}`;
  }
}

function makeKey() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    kid: crypto.randomBytes(12).toString("base64url"),
    privateKey,
    publicJwk: publicKey.export({ format: "jwk" }),
  };
}

/** The claims of a machine-to-machine token in one of the two dialects. */
function machineClaims({ dialect, issuer, audience, clientId, scope, lifetime }) {
  const now = Math.floor(Date.now() / 1000);
  const common = { iss: issuer, sub: `${clientId}@clients`, aud: audience, iat: now, exp: now + lifetime, scope };
  return dialect === "rfc9068"
    ? { type: "at+jwt", claims: { ...common, client_id: clientId, jti: crypto.randomUUID() } }
    : { type: "JWT", claims: { ...common, azp: clientId, gty: "client-credentials" } };
}

module.exports = { SigningKeys, machineClaims };
