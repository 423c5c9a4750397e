// Runs the Actions bound to a trigger one after another, with the documented `event` and `api`.
"use strict";
const vm = require("node:vm");

const CACHE_LIMITS = { entries: 20, bytes: 4096 };
const EXCHANGE_CODES = ["invalid_scope", "invalid_request", "server_error"];
const HANDLERS = { "post-login": "onExecutePostLogin", "credentials-exchange": "onExecuteCredentialsExchange" };

/**
 * Gives what the Actions asked for: metadata to write in one go, a denial, the cache as they left it.
 * `laterActionsSee`: whether an Action sees what one before it set. Auth0's documentation does not say.
 */
async function runTrigger({ trigger, actions, event, cache, laterActionsSee, limit }, sandbox, complaints) {
  const asked = { appMetadata: {}, userMetadata: {}, denied: null, failures: [], cache: new Map(cache) };
  const began = Date.now();
  for (const { name, source, secrets } of actions) {
    const seen = structuredClone(event);
    seen.secrets = secrets;
    if (laterActionsSee && seen.user) {
      Object.assign(seen.user.app_metadata, asked.appMetadata);
      Object.assign(seen.user.user_metadata, asked.userMetadata);
    }
    // Every Action is a module of its own: nothing of one is seen by the next.
    const module = { exports: {} };
    const context = vm.createContext({ ...sandbox, global: undefined, module, exports: module.exports });
    try {
      vm.runInContext(source, context, { filename: name });
      const handler = module.exports[HANDLERS[trigger]];
      const stall = new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error("the trigger took too long")), limit - (Date.now() - began)).unref();
      });
      await Promise.race([handler(seen, api(trigger, asked, complaints)), stall]);
    } catch (error) {
      asked.failures.push(`${name}: ${error && error.message}`);
    }
    if (asked.denied !== null) {
      break;
    }
  }
  return { ...asked, cache: [...asked.cache], milliseconds: Date.now() - began };
}

function api(trigger, asked, complaints) {
  const cache = {
    get(key) {
      const record = asked.cache.get(key);
      return record && record.expires_at > Date.now() ? record : undefined;
    },
    set(key, value, { ttl, expires_at: at } = {}) {
      if (typeof value !== "string" || Buffer.byteLength(value) > CACHE_LIMITS.bytes) {
        return { type: "error", code: "CacheItemSizeExceeded" };
      }
      if (!asked.cache.has(key) && asked.cache.size >= CACHE_LIMITS.entries) {
        return { type: "error", code: "CacheSizeExceeded" };
      }
      const record = { value, expires_at: at !== undefined ? at : Date.now() + (ttl !== undefined ? ttl : 15 * 60000) };
      asked.cache.set(key, record);
      return { type: "success", record };
    },
    delete: (key) => (asked.cache.delete(key) ? { type: "success" } : { type: "error", code: "ItemNotFound" }),
  };
  if (trigger === "credentials-exchange") {
    return {
      cache,
      access: {
        deny(code, reason) {
          if (!EXCHANGE_CODES.includes(code)) {
            complaints.push(`\`${code}\` is no code of api.access.deny`);
          }
          asked.denied = { code, reason };
        },
      },
    };
  }
  const setter = (into) => (key, value) => {
    if (typeof key !== "string" || value === undefined) {
      complaints.push("metadata was set without a key or a value");
    }
    into[key] = structuredClone(value);
  };
  return {
    cache,
    access: {
      deny: (reason) => {
        asked.denied = { code: "access_denied", reason };
      },
    },
    user: { setAppMetadata: setter(asked.appMetadata), setUserMetadata: setter(asked.userMetadata) },
  };
}

module.exports = { runTrigger };
