// A tenant, the proxy and the real bridge before its database, for one test file; and what must hold whatever was done.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { makeCertificates } = require("../tenant/certificates");
const { Tenant } = require("../tenant/tenant");
const { Bridge } = require("./bridge");
const { FaultProxy } = require("./fault_proxy");
const { PEOPLE, PASSWORD, UMLAUT_PASSWORD } = require("./legacy_database");

class World {
  async start({ node } = {}) {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), "drawbridge-journeys-"));
    const tls = makeCertificates(this.directory);
    this.tenant = new Tenant({ tls, node });
    await this.tenant.start();
    this.bridge = new Bridge({
      directory: this.directory,
      tls,
      issuer: this.tenant.tokens.issuer,
      audience: this.tenant.audience,
    });
    await this.bridge.start().catch(async (error) => {
      // A test process with open servers would wait for ever.
      await this.tenant.stop();
      throw error;
    });
    this.proxy = new FaultProxy({ tls, bridgePort: () => this.bridge.port });
    await this.proxy.start();
    this.tenant.bridgeUrl = this.proxy.url;
    /** What people typed that no log may hold. */
    this.typed = [PASSWORD, UMLAUT_PASSWORD, "zz-client-secret", "zz-wrong", "zz-new"];
    return this;
  }

  /** How many calls of a route, token requests and users come of this. */
  async counting(work) {
    const before = this.counts();
    const result = await work();
    const now = this.counts();
    return { result, ...Object.fromEntries(Object.entries(now).map(([name, count]) => [name, count - before[name]])) };
  }

  counts() {
    const { proxy, tenant } = this;
    return {
      login: proxy.count("/login"),
      getUser: proxy.count("/get_user"),
      mark: proxy.count("/mark_migrated"),
      tokens: tenant.tokens.requests,
      users: tenant.store.users.size,
    };
  }

  async stop() {
    await this.tenant.stop();
    await this.proxy.stop();
    await this.bridge.stop();
    fs.rmSync(this.directory, { recursive: true });
    assert.deepEqual(this.tenant.complaints, [], "no script threw, called back twice, or printed anything");
    assert.deepEqual(this.tenant.failures, [], "no Action threw");
    this.nothingTold();
  }

  /** Passwords, tokens and identifiers are in nobody's log. */
  nothingTold() {
    const told = JSON.stringify(this.tenant.log.map(({ description }) => description)) + this.bridge.printed;
    // Upper case counts: a request id may well hold `eyj`.
    assert.ok(!/eyJ[\w-]{10}/.test(told), "a log holds a token");
    for (const secret of [...this.typed, ...PEOPLE.map(({ email }) => email)]) {
      assert.ok(!told.toLowerCase().includes(secret.toLowerCase()), `a log holds ${secret}`);
    }
  }
}

/** Starts a world before the tests of a file. Its `stop` is the last test: Node forgives an `after` that fails. */
function world(before, options) {
  const one = new World();
  before(() => one.start(options));
  return one;
}

module.exports = { world };
