// A stand-in for an Auth0 tenant: its token endpoint, its user store, a container for scripts and Actions, its log.
// It knows only what Auth0 documents; where the documentation is silent there is a switch.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const flows = require("./flows");
const { ScriptSandbox } = require("./script_sandbox");
const { TokenEndpoint } = require("./token_endpoint");
const { UserStore } = require("./user_store");

const TEMPLATES = path.join(__dirname, "../../../src/auth0/templates");
const template = (file) => fs.readFileSync(path.join(TEMPLATES, file), "utf8");

const CONNECTION = "legacy-users";
const AUDIENCE = "https://legacy-users.acme.example";
const CLIENT = { id: "bridge-client", secret: "zz-client-secret" };

class Tenant {
  constructor({ tls, node }) {
    Object.assign(this, { tls, node, connection: CONNECTION, audience: AUDIENCE, clientId: CLIENT.id });
    this.store = new UserStore(CONNECTION);
    /** `{type, description, user_id}`; Auth0 itself writes what was typed beside these, which is not ours. */
    this.log = [];
    this.withContext = false;
    /** Under which key a script's profile carries app_metadata. */
    this.metadataKey = "app_metadata";
    /** Whether an Action sees metadata that one before it set in the same login. */
    this.laterActionsSee = true;
    this.waitForRestore = false;
    /** Where the next login breaks off: null, "metadata" (the user exists, no Action has run) or "write" (all have). */
    this.diesBefore = null;
    this.actionCache = [];
    this.failures = [];
    this.complaints = [];
    this.scripts = {
      login: { name: "login", source: template("login.js") },
      getUser: { name: "getUser", source: template("get_user.js") },
    };
    this.actions = {
      "post-login": ["protect-bridge-audience-login", "restore-metadata", "mark-migrated"],
      "credentials-exchange": ["protect-bridge-audience-exchange"],
    };
    this.tokens = new TokenEndpoint({
      tls: { cert: fs.readFileSync(tls.certificate), key: fs.readFileSync(tls.key) },
      clients: { [CLIENT.id]: CLIENT.secret, stranger: "stranger-secret" },
      audience: AUDIENCE,
      exchange: (clientId, audience) => this.credentialsExchange(clientId, audience),
    });
  }

  async start() {
    await this.tokens.start();
    this.newContainer();
  }

  /** Auth0 replaces containers as it likes: `global` is empty then. */
  newContainer() {
    const old = this.container;
    this.container = new ScriptSandbox({ ca: this.tls.ca, node: this.node });
    return old === undefined ? undefined : old.stop().then((complaints) => this.complaints.push(...complaints));
  }

  async stop() {
    this.complaints.push(...(await this.container.stop()));
    await this.tokens.stop();
  }

  /** What the connection's scripts are given. */
  configuration() {
    return { ...this.secrets(), METADATA_KEY: this.metadataKey };
  }

  secrets() {
    const { bridgeUrl: BRIDGE_URL, audience: AUDIENCE_ } = this;
    return {
      BRIDGE_URL,
      TOKEN_URL: this.tokens.url,
      CLIENT_ID: CLIENT.id,
      CLIENT_SECRET: CLIENT.secret,
      AUDIENCE: AUDIENCE_,
    };
  }

  write(type, description, user) {
    this.log.push({ type, description, user_id: user && user.user_id });
  }

  /** The types of the log, in order. */
  logTypes() {
    return this.log.map(({ type }) => type);
  }

  /** Runs a script; more or fewer calls of the callback than one are a failure of the test, not of the tenant. */
  async runScript(name, ...given) {
    const { configuration, withContext } = { configuration: this.configuration(), withContext: this.withContext };
    const { calls, thrown } = await this.container.runScript(this.scripts[name], given, { configuration, withContext });
    if (thrown !== null || calls.length !== 1) {
      this.complaints.push(`${name}: thrown ${thrown}, ${calls.length} calls`);
    }
    return calls[0] || { error: { kind: "Error", message: "script time-out" } };
  }

  async runTrigger(trigger, event) {
    const secrets = {
      ...this.secrets(),
      CONNECTION: this.connection,
      ...(this.waitForRestore ? { WAIT_FOR_RESTORE: "true" } : {}),
    };
    const actions = this.actions[trigger].map((name) => ({ name, source: template(`actions/${name}.js`), secrets }));
    const { laterActionsSee, actionCache: cache } = this;
    const done = await this.container.runTrigger({ trigger, actions, event, cache, laterActionsSee });
    this.actionCache = done.cache;
    this.failures.push(...done.failures);
    return done;
  }

  async credentialsExchange(clientId, audience) {
    const event = { client: { client_id: clientId }, resource_server: { identifier: audience }, transaction: {} };
    const { denied } = await this.runTrigger("credentials-exchange", event);
    this.write(denied === null ? "seccft" : "feccft", denied === null ? "" : denied.reason);
    return denied;
  }
}

Object.assign(Tenant.prototype, flows);

module.exports = { Tenant };
