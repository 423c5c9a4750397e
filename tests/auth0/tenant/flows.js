// What people and administrators do in a tenant in import mode, step by step as Auth0 does it.
// Every flow gives `{ok, type, user, shown}`: `type` is what it wrote to the log, `shown` what the person may read.
"use strict";
const { setTimeout: sleep } = require("node:timers/promises");
const { StoreRefusal } = require("./user_store");

/** The tenant broke off in the middle of a login. */
class TenantDied extends Error {}

const done = (tenant, type, user, description = "") => {
  tenant.write(type, description, user);
  return { ok: true, type, user };
};
const refused = (tenant, type, description, shown = "") => {
  tenant.write(type, description);
  return { ok: false, type, shown };
};

/** A person types identifier and password. */
async function login(identifier, password, how = {}) {
  // Nobody types two passwords within a millisecond, and Auth0's moments have no finer grain.
  await sleep(2);
  const user = this.store.find(identifier);
  if (user !== undefined) {
    return this.store.verify(user, password)
      ? finishLogin(this, user, {}, how)
      : refused(this, "fp", "Wrong email or password.");
  }
  const { error, profile } = await this.runScript("login", identifier, password);
  if (error !== null) {
    return refusedByScript(this, error);
  }
  if (profile === undefined || profile === null) {
    return refused(this, "f", "the script gave no profile");
  }
  try {
    const created = this.store.importUser(profile, password);
    const pending = { app: profile[this.metadataKey] || {}, user: profile.user_metadata || {} };
    return await finishLogin(this, created, pending, how);
  } catch (refusal) {
    if (!(refusal instanceof StoreRefusal)) {
      throw refusal;
    }
    return refused(this, "f", refusal.message);
  }
}

function refusedByScript(tenant, { kind, message, identifier }) {
  if (kind === "WrongUsernameOrPasswordError") {
    return refused(tenant, identifier === null ? "fu" : "fp", message);
  }
  return refused(tenant, "f", message, kind === "UnauthorizedError" ? message : "");
}

/** Everything after the password: the Actions, then all metadata in one write. */
async function finishLogin(
  tenant,
  user,
  { app = {}, user: own = {} },
  { protocol = "oidc-basic-profile", prompt = [], asks, connection = {}, typedAt = new Date() } = {},
) {
  if (tenant.diesBefore === "metadata") {
    tenant.diesBefore = null;
    throw new TenantDied();
  }
  const {
    identities,
    app_metadata: appMetadata,
    user_metadata: userMetadata,
    logins_count: logins,
    ...attributes
  } = user;
  const trigger = await tenant.runTrigger("post-login", {
    user: {
      ...attributes,
      identities,
      app_metadata: { ...appMetadata, ...app },
      user_metadata: { ...userMetadata, ...own },
    },
    connection: { id: "con_0000000000000001", name: tenant.connection, strategy: "auth0", ...connection },
    transaction: { protocol, prompt },
    authentication: { methods: [{ name: "pwd", timestamp: typedAt.toISOString() }] },
    stats: { logins_count: logins + 1 },
    client: { client_id: "shop" },
    request: { ip: "192.0.2.1" },
    ...(asks === undefined ? {} : { resource_server: { identifier: asks } }),
  });
  if (tenant.diesBefore === "write") {
    tenant.diesBefore = null;
    throw new TenantDied();
  }
  tenant.store.writeMetadata(user, { ...app, ...trigger.appMetadata }, { ...own, ...trigger.userMetadata });
  if (trigger.denied !== null) {
    return refused(tenant, "f", trigger.denied.reason, trigger.denied.reason);
  }
  user.logins_count += 1;
  return done(tenant, "s", user);
}

/** The person's browser or app comes back without a password: SSO, silent authentication, refresh. */
async function comeBack(user, how) {
  return finishLogin(this, user, {}, how);
}

/** Whether the old database knows this person: "yes", "no", or nobody can tell. */
async function askGetUser(tenant, identifier) {
  const { error, profile } = await tenant.runScript("getUser", identifier);
  if (error !== null) {
    return { answer: "unknown", message: error.message };
  }
  return profile === undefined || profile === null ? { answer: "no" } : { answer: "yes", profile };
}

/** Anybody signs up with an address. */
async function signUp(email, password) {
  if (this.store.find(email) !== undefined) {
    return refused(this, "fs", "The user already exists.");
  }
  const { answer, message } = await askGetUser(this, email);
  if (answer !== "no") {
    return refused(this, "fs", answer === "yes" ? "The user already exists." : message);
  }
  return done(this, "ss", this.store.signUp(email, password));
}

/** Anybody asks for a reset; the link in the mail is followed, and a new password set. */
async function resetPassword(email, password) {
  let user = this.store.find(email);
  if (user === undefined) {
    const { answer, profile, message } = await askGetUser(this, email);
    if (answer !== "yes") {
      // Auth0 tells the person the same either way.
      return refused(this, "fcpr", answer === "no" ? "The user does not exist." : message);
    }
    this.write("scpr", "");
    // Whoever has read the mail has the address. Metadata is a login's business.
    user = this.store.importUser({ ...profile, email_verified: true }, password);
  } else {
    this.write("scpr", "", user);
    this.store.setPassword(user, password);
  }
  return done(this, "scp", user);
}

/** A person, or an administrator, changes the address. */
async function changeEmail(user, email) {
  if (this.store.find(email) !== undefined) {
    return refused(this, "fce", "The specified new email already exists");
  }
  const { answer, profile, message } = await askGetUser(this, email);
  if (answer === "unknown" || (answer === "yes" && `auth0|${profile.user_id}` !== user.user_id)) {
    return refused(this, "fce", answer === "yes" ? "The specified new email already exists" : message);
  }
  user.email = email.toLowerCase();
  return done(this, "sce", user);
}

/** An administrator deletes a user. */
function deleteUser(user) {
  this.store.users.delete(user.user_id);
  return done(this, "sdu", user);
}

module.exports = { login, comeBack, signUp, resetPassword, changeEmail, deleteUser, TenantDied };
