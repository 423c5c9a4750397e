// Auth0's own user store with "Import Users to Auth0" on, as strict as the real one about what a profile may hold.
"use strict";
const crypto = require("node:crypto");

const PROHIBITED_METADATA = (
  "__tenant _id blocked clientID created_at email_verified email globalClientID global_client_id identities lastIP " +
  "lastLogin loginsCount metadata multifactor_last_modified multifactor updated_at user_id"
).split(" ");
const LENGTHS = { name: 300, nickname: 300, given_name: 150, family_name: 150, username: 128 };
const MAX_PASSWORD_BYTES = 72;

/** The store says no: a profile that breaks a rule, or somebody who is there already. */
class StoreRefusal extends Error {}

class UserStore {
  constructor(connection) {
    this.connection = connection;
    this.users = new Map();
  }

  /** Whoever has this e-mail address or username. */
  find(identifier) {
    const wanted = identifier.trim().toLowerCase();
    return [...this.users.values()].find(({ email, username }) => [email, username].includes(wanted));
  }

  /** Creates the user of a script's profile; its metadata is written later, at the end of the login. */
  importUser(profile, password) {
    checkProfile(profile);
    const {
      user_id: legacyId,
      app_metadata: ignored,
      metadata: alsoIgnored,
      user_metadata: andIgnored,
      ...rest
    } = profile;
    const existing = this.users.get(`auth0|${legacyId}`);
    if (existing !== undefined) {
      // Another tab was faster.
      return existing;
    }
    return this.create(legacyId, rest, password);
  }

  /** Creates a user who was never anywhere else. */
  signUp(email, password) {
    return this.create(crypto.randomBytes(12).toString("hex"), { email, email_verified: false }, password);
  }

  create(id, attributes, password) {
    const email = attributes.email && attributes.email.toLowerCase();
    const username = attributes.username && attributes.username.toLowerCase();
    for (const taken of [email, username]) {
      if (taken !== undefined && this.find(taken) !== undefined) {
        throw new StoreRefusal("The user already exists.");
      }
    }
    const user = {
      ...attributes,
      ...(email === undefined ? {} : { email }),
      ...(username === undefined ? {} : { username }),
      user_id: `auth0|${id}`,
      identities: [{ provider: "auth0", user_id: id, connection: this.connection, isSocial: false }],
      app_metadata: {},
      user_metadata: {},
      logins_count: 0,
    };
    this.users.set(user.user_id, user);
    this.setPassword(user, password);
    return user;
  }

  setPassword(user, password) {
    const salt = crypto.randomBytes(16);
    Object.defineProperty(user, "password", { value: { salt, digest: digest(salt, password) }, configurable: true });
  }

  verify(user, password) {
    return crypto.timingSafeEqual(user.password.digest, digest(user.password.salt, password));
  }

  /** Metadata is one write; a prohibited key fails all of it. */
  writeMetadata(user, appMetadata, userMetadata) {
    checkMetadata(appMetadata);
    Object.assign(user.app_metadata, appMetadata);
    Object.assign(user.user_metadata, userMetadata);
  }
}

function digest(salt, password) {
  const cut = Buffer.from(password, "utf8").subarray(0, MAX_PASSWORD_BYTES);
  return crypto.createHash("sha256").update(salt).update(cut).digest();
}

function checkProfile(profile) {
  const refuse = (rule) => {
    throw new StoreRefusal(`the profile breaks a rule: ${rule}`);
  };
  const { user_id: id, email } = profile;
  if (typeof id !== "string" || id === "" || id.length > 255 || /\s/.test(id) || id.startsWith("auth0|")) {
    refuse("user_id");
  }
  if (email === undefined && profile.username === undefined) {
    refuse("neither email nor username");
  }
  if (email !== undefined && !(/^[^@\s]{1,64}@[^@\s]+$/.test(email) && email.length <= 254)) {
    refuse("email");
  }
  for (const [key, value] of Object.entries(profile)) {
    if (value === "" || value === null) {
      refuse(`${key} is empty`);
    }
    if (LENGTHS[key] !== undefined && value.length > LENGTHS[key]) {
      refuse(`${key} is too long`);
    }
  }
  if (profile.phone_number !== undefined && !/^\+[0-9]{1,15}$/.test(profile.phone_number)) {
    refuse("phone_number");
  }
  if (profile.metadata !== undefined && profile.app_metadata !== undefined) {
    refuse("metadata and app_metadata at once");
  }
  checkMetadata(profile.app_metadata || profile.metadata || {});
}

function checkMetadata(metadata) {
  for (const key of Object.keys(metadata)) {
    if (PROHIBITED_METADATA.includes(key) || /[.$]/.test(key)) {
      throw new StoreRefusal(`the metadata key ${key} is prohibited`);
    }
  }
}

module.exports = { UserStore, StoreRefusal };
