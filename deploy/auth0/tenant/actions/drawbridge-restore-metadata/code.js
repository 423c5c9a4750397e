/**
 * Auth0 post-login Action: gives a user the metadata that an interrupted first login or a password reset left out.
 *
 * Auth0 writes metadata only at the end of a login, so a user may exist without it. It is fetched once, and a marker
 * of our own says so: "is empty" would bring back what somebody removed on purpose. It must never overwrite a key that
 * is there, nor keep anybody from logging in: when anything goes wrong the marker stays unset, and the next login tries
 * again.
 *
 * It must run BEFORE mark-migrated.js: a marked user is hidden, which would look like "nothing to restore".
 * Secrets: BRIDGE_URL, TOKEN_URL, CLIENT_ID, CLIENT_SECRET, AUDIENCE, CONNECTION.
 */
exports.onExecutePostLogin = async (event, api) => {
  try {
    const known = event.user.app_metadata || {};
    const identifier = event.user.email || event.user.username;
    // Who is marked has crossed with everything, or never was in the old database.
    if (known.drawbridge_restored || known.drawbridge_migrated_at || !identifier || !isLoginThroughBridge(event)) {
      return;
    }
    const reply = await ask("/get_user", { identifier }, event.secrets, api.cache);
    if (reply.status === 404 && reply.code === "user_not_found") {
      api.user.setAppMetadata("drawbridge_restored", new Date().toISOString());
      return;
    }
    if (reply.status !== 200 || !reply.json || typeof reply.json.user_id !== "string" || reply.json.user_id === "") {
      throw new Error("no profile");
    }
    // The same address is not the same person: a new account must not inherit somebody's roles.
    if (isSameUser(event, reply.json.user_id)) {
      addMissing(reply.json.metadata, known, (key, value) => api.user.setAppMetadata(key, value));
      addMissing(reply.json.user_metadata, event.user.user_metadata || {}, (key, value) =>
        api.user.setUserMetadata(key, value),
      );
    }
    api.user.setAppMetadata("drawbridge_restored", new Date().toISOString());
  } catch (error) {
    // The person is let in; the next login tries again.
    noteFailure(api);
  }
};

function noteFailure(api) {
  try {
    api.cache.set(RESTORE_FAILED_KEY, "true", { ttl: 30000 });
  } catch (error) {
    // Without a cache nothing is noted.
  }
}

function isSameUser(event, legacyId) {
  const linked = (event.user.identities || []).find((identity) => identity.connection === event.secrets.CONNECTION);
  return event.user.user_id === "auth0|" + legacyId || (linked !== undefined && linked.user_id === legacyId);
}

function addMissing(given, known, set) {
  for (const [key, value] of Object.entries(given || {})) {
    if (!Object.prototype.hasOwnProperty.call(known, key)) {
      set(key, value);
    }
  }
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
