/**
 * Auth0 post-login Action: tells the bridge once that this user now lives in Auth0, so that it hides the old row.
 *
 * It must never keep anybody from logging in: when anything goes wrong the marker stays unset and the next login tries
 * again. It runs after restore-metadata.js: a marked user is hidden, and metadata can no longer be fetched.
 *
 * Secrets: BRIDGE_URL, TOKEN_URL, CLIENT_ID, CLIENT_SECRET, AUDIENCE, CONNECTION. With WAIT_FOR_RESTORE = "true" a user
 * is marked not at the first login but at the next one, when the marker of restore-metadata.js is known to be stored:
 * Auth0 writes metadata only after the last Action, so a tenant that dies between mark and write would lose it.
 */
exports.onExecutePostLogin = async (event, api) => {
  try {
    const known = event.user.app_metadata || {};
    if (known.drawbridge_migrated_at || !isLoginThroughBridge(event)) {
      return;
    }
    if (api.cache.get(RESTORE_FAILED_KEY)) {
      return;
    }
    // Only a marker that an earlier login has written is known to be stored, and the metadata with it.
    const restored = Date.parse(known.drawbridge_restored);
    if (event.secrets.WAIT_FOR_RESTORE === "true" && !(restored < passwordTypedAt(event))) {
      return;
    }
    const reply = await ask("/mark_migrated", { user_id: ownUserId(event) }, event.secrets, api.cache);
    if (reply.status === 200 && reply.json && typeof reply.json.migrated_at === "string") {
      api.user.setAppMetadata("drawbridge_migrated_at", reply.json.migrated_at);
    } else if (reply.status === 404 && reply.code === "user_not_found") {
      // Somebody who signed up in Auth0 and was never in the old database: no need to ask again.
      api.user.setAppMetadata("drawbridge_migrated_at", "never");
    }
  } catch (error) {
    // The person is let in; the next login tries again.
  }
};

/** After an account link the user carries the id of another store; the old one is among the identities. */
function ownUserId(event) {
  const linked = (event.user.identities || []).find((identity) => identity.connection === event.secrets.CONNECTION);
  const own = event.user.user_id.startsWith("auth0|") || !linked;
  return own ? event.user.user_id : linked.provider + "|" + linked.user_id;
}

// ---- The same in mark-migrated.js and restore-metadata.js: Auth0 takes each Action alone. ----

// Auth0 gives all Actions of a login 20 s together: two of ours take 16 at the very worst. Milliseconds.
const LIMITS = { token: 3000, call: 4000, total: 8000 };
const MAX_BODY_BYTES = 64 * 1024;
// All Actions of a trigger share the cache, so they share the token, too.
const TOKEN_KEY = "drawbridge_token";
// There for half a minute when metadata could not be fetched: a mark would then hide it for good.
const RESTORE_FAILED_KEY = "drawbridge_restore_failed";

/** Whether a person has just typed a password for our connection: no refresh, no silent login, no other store. */
function isLoginThroughBridge(event) {
  const { connection, secrets } = event;
  const transaction = event.transaction || {};
  if (!secrets.CONNECTION || connection.name !== secrets.CONNECTION || connection.strategy !== "auth0") {
    return false;
  }
  if (transaction.protocol === "oauth2-refresh-token" || transaction.protocol === "oauth2-token-exchange") {
    return false;
  }
  if ((transaction.prompt || []).includes("none")) {
    return false;
  }
  return Date.now() - passwordTypedAt(event) < 10 * 60 * 1000;
}

/** When the password was typed; a session that is reused (SSO) still names it, with that moment. */
function passwordTypedAt(event) {
  const methods = (event.authentication && event.authentication.methods) || [];
  const passwords = methods.filter((method) => method.name === "pwd");
  const moments = passwords.map((method) => Date.parse(method.timestamp)).filter(Number.isFinite);
  // Where Auth0 does not say: a minute ago, which is longer than these Actions take.
  return moments.length === 0 ? Date.now() - 60000 : Math.max(...moments);
}

/** Asks the bridge; gives status, problem code and JSON object. Throws when there is no whole answer in time. */
async function ask(path, question, secrets, cache) {
  const deadline = Date.now() + LIMITS.total;
  const url = httpsUrl(secrets.BRIDGE_URL).origin + path;
  const body = JSON.stringify(question);
  let reply = await post(url, LIMITS.call, deadline, body, await accessToken(secrets, cache, deadline));
  if (reply.status === 401) {
    cache.delete(TOKEN_KEY);
    reply = await post(url, LIMITS.call, deadline, body, await accessToken(secrets, cache, deadline));
  }
  const isProblem = reply.mediaType === "application/problem+json";
  return { ...reply, code: isProblem && reply.json ? reply.json.code : undefined };
}

async function accessToken(secrets, cache, deadline) {
  const kept = cache.get(TOKEN_KEY);
  if (kept && kept.value) {
    return kept.value;
  }
  const asked = Date.now();
  const grant = {
    grant_type: "client_credentials",
    client_id: secrets.CLIENT_ID,
    client_secret: secrets.CLIENT_SECRET,
    audience: secrets.AUDIENCE,
  };
  const reply = await post(httpsUrl(secrets.TOKEN_URL).href, LIMITS.token, deadline, JSON.stringify(grant));
  const token = reply.status === 200 && reply.json ? reply.json.access_token : undefined;
  if (typeof token !== "string" || token === "") {
    throw new Error("no access token");
  }
  const lifetime = (Number(reply.json.expires_in) || 0) * 1000;
  const until = asked + Math.min(lifetime, 24 * 60 * 60 * 1000) - 60000;
  // The cache takes 4 kB; a token that does not fit is asked for every time.
  if (until > Date.now() && token.length < 4000) {
    cache.set(TOKEN_KEY, token, { expires_at: until });
  }
  return token;
}

function httpsUrl(text) {
  const url = new URL(text);
  if (url.protocol !== "https:") {
    throw new Error("not an https URL");
  }
  return url;
}

/** One POST, whole body included, within its limit. A redirect is not followed. */
async function post(url, limit, deadline, body, token) {
  const controller = new AbortController();
  let timer = null;
  const expired = new Promise((resolve, reject) => {
    timer = setTimeout(
      () => {
        reject(new Error("no answer in time"));
        controller.abort();
      },
      Math.max(0, Math.min(limit, deadline - Date.now())),
    );
  });
  const headers = { "content-type": "application/json" };
  if (token) {
    headers.authorization = "Bearer " + token;
  }
  const work = async () => {
    const response = await fetch(url, { method: "POST", redirect: "manual", signal: controller.signal, headers, body });
    const mediaType = (response.headers.get("content-type") || "").split(";")[0].trim().toLowerCase();
    return { status: response.status, mediaType, json: jsonObject(await boundedText(response)) };
  };
  try {
    return await Promise.race([work(), expired]);
  } finally {
    clearTimeout(timer);
  }
}

async function boundedText(response) {
  const reader = response.body.getReader();
  const chunks = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return Buffer.concat(chunks).toString("utf8");
    }
    bytes += value.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      reader.cancel().catch(() => {});
      throw new Error("more than 64 KiB");
    }
    chunks.push(value);
  }
}

function jsonObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch (error) {
    return null;
  }
}

// ---- End of the same part. ----
