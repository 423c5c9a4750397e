/**
 * Auth0 custom database script "Login": asks the bridge whether this is the right password of this person.
 *
 * It must never take an outage for a "no", call back twice or not at all, or put what a person typed into a message.
 * Settings of the connection: BRIDGE_URL, TOKEN_URL, CLIENT_ID, CLIENT_SECRET, AUDIENCE, and METADATA_KEY if wanted.
 */
function login(identifier, password, context, callback) {
  // Without the connection's script context Auth0 gives no third argument but the callback.
  const answer = typeof callback === "function" ? callback : context;

  function decide(reply) {
    const reference = " (request " + reply.requestId + ")";
    // One text for the three: where a tenant shows it, it must not tell a stranger who has an account.
    const wrong = "wrong e-mail address, user name or password" + reference;
    switch (reply.outcome) {
      case "200":
        return [null, reply.profile];
      case "422 wrong_password":
      case "422 no_password":
        return [new WrongUsernameOrPasswordError(identifier, wrong)];
      case "404 user_not_found":
        return [new WrongUsernameOrPasswordError(null, wrong)];
      // Answered only after the right password: this person may know.
      case "422 account_disabled":
        return [new UnauthorizedError("This account is disabled. Please contact support." + reference)];
      case "429 too_many_attempts":
        return [new UnauthorizedError("Too many attempts. Try again " + waiting(reply.retryAfter) + "." + reference)];
      default:
        return [failure("the bridge answered " + reply.outcome, reply.requestId)];
    }
  }

  function waiting(retryAfter) {
    const seconds = /^\d{1,6}$/.test(retryAfter || "")
      ? Number(retryAfter)
      : Math.ceil((Date.parse(retryAfter || "") - Date.now()) / 1000);
    if (!(seconds >= 0 && seconds <= 86400)) {
      return "later";
    }
    const [count, unit] = seconds <= 90 ? [Math.max(1, seconds), "second"] : [Math.ceil(seconds / 60), "minute"];
    return "in " + count + " " + unit + (count === 1 ? "" : "s");
  }

  // ---- The same in login.js and get_user.js: Auth0 takes each file alone, so each carries it. ----

  // Auth0 kills a script after about 20 s, and then nobody learns why: ours always ends before. Milliseconds.
  const LIMITS = { token: 4000, call: 8000, total: 15000 };
  const MAX_BODY_BYTES = 64 * 1024;
  // A 401 that a new token does not mend must not burn the tenant's token quota login by login.
  const RENEWAL_PAUSE = 30000;

  // Only these words of an answer are repeated in a message: anything else might be what the person typed.
  const KNOWN_CODES = [
    "invalid_request",
    "invalid_token",
    "not_a_client_token",
    "client_not_allowed",
    "insufficient_scope",
    "user_not_found",
    "ambiguous_user",
    "body_too_large",
    "unsupported_media_type",
    "wrong_password",
    "account_disabled",
    "no_password",
    "too_many_attempts",
    "password_unverifiable",
    "user_unmappable",
    "overloaded",
    "database_unavailable",
    "keys_unavailable",
    "not_found",
    "method_not_allowed",
  ];

  const ownRequestId = "auth0-" + Date.now().toString(36) + Math.random().toString(36).slice(2, 14);

  async function ask(path, question) {
    const deadline = Date.now() + LIMITS.total;
    const settings = readSettings();
    const body = JSON.stringify(question);
    let token = await accessToken(settings, deadline);
    let response = await call(settings.bridge + path, token, body, deadline);
    if (response.status === 401) {
      token = await accessToken(settings, deadline, token);
      response = await call(settings.bridge + path, token, body, deadline);
    }
    return understand(response, settings.metadataKey);
  }

  function readSettings() {
    const given = typeof configuration === "object" && configuration !== null ? configuration : {};
    for (const name of ["BRIDGE_URL", "TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "AUDIENCE"]) {
      if (typeof given[name] !== "string" || given[name] === "") {
        throw undecided("the connection's setting " + name + " is missing");
      }
    }
    const metadataKey = given.METADATA_KEY || "app_metadata";
    if (metadataKey !== "app_metadata" && metadataKey !== "metadata") {
      throw undecided("the connection's setting METADATA_KEY is neither app_metadata nor metadata");
    }
    const bridge = httpsUrl(given.BRIDGE_URL, "BRIDGE_URL");
    if (bridge.pathname !== "/" || bridge.search !== "" || bridge.hash !== "") {
      throw undecided("the connection's setting BRIDGE_URL has more than https://HOST in it");
    }
    const tokenUrl = httpsUrl(given.TOKEN_URL, "TOKEN_URL").href;
    const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, AUDIENCE: audience } = given;
    return { bridge: bridge.origin, tokenUrl, clientId, clientSecret, audience, metadataKey };
  }

  // Passwords and client secrets never travel in the clear.
  function httpsUrl(text, name) {
    try {
      const url = new URL(text);
      if (url.protocol === "https:" && url.username === "" && url.password === "") {
        return url;
      }
    } catch (error) {
      // No URL at all: the same advice.
    }
    throw undecided("the connection's setting " + name + " is not an https URL");
  }

  // One token a container and one token request at a time: every token costs quota. A failed request is not kept.
  async function accessToken(settings, deadline, refused) {
    const holders = global.drawbridgeTokens || (global.drawbridgeTokens = {});
    const key = JSON.stringify([settings.tokenUrl, settings.clientId, settings.audience]);
    const held = holders[key] || (holders[key] = { token: null, until: 0, renewedAt: 0, request: null });
    // Whoever comes second with the same refused token finds it gone, and shares the new one.
    if (refused !== undefined && held.token === refused) {
      if (Date.now() - held.renewedAt < RENEWAL_PAUSE) {
        throw undecided("the bridge answered 401 invalid_token, to a new token as well");
      }
      held.renewedAt = Date.now();
      held.token = null;
    }
    if (held.token !== null && Date.now() < held.until) {
      return held.token;
    }
    if (held.request === null) {
      held.request = requestToken(settings)
        .then((fresh) => Object.assign(held, fresh).token)
        .finally(() => {
          held.request = null;
        });
    }
    return within(deadline - Date.now(), "no access token in time", () => held.request);
  }

  async function requestToken(settings) {
    const asked = Date.now();
    const response = await exchange(settings.tokenUrl, LIMITS.token, "the token endpoint", {
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: settings.clientId,
        client_secret: settings.clientSecret,
        audience: settings.audience,
      }),
    });
    if (response.status !== 200) {
      throw undecided("the token endpoint answered " + response.status);
    }
    const granted = jsonObject(response.text);
    if (granted === null || typeof granted.access_token !== "string" || !/^[\w.~+/=-]+$/.test(granted.access_token)) {
      throw undecided("the token endpoint answered 200 without a token");
    }
    const seconds = Number.isFinite(granted.expires_in) ? granted.expires_in : 0;
    return { token: granted.access_token, until: asked + (seconds - 60) * 1000 };
  }

  function call(url, token, body, deadline) {
    return exchange(url, Math.min(LIMITS.call, deadline - Date.now()), "the bridge", {
      headers: {
        authorization: "Bearer " + token,
        "content-type": "application/json",
        accept: "application/json, application/problem+json",
        "x-request-id": ownRequestId,
      },
      body,
    });
  }

  // One POST, whole body included, within its limit. A redirect is not followed: it would carry the password elsewhere.
  async function exchange(url, limit, whom, request) {
    try {
      return await within(limit, whom + " did not answer in time", async (signal) => {
        const response = await fetch(url, { method: "POST", redirect: "manual", signal, ...request });
        if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
          throw undecided(whom + " answered with a redirect");
        }
        return {
          status: response.status,
          mediaType: (response.headers.get("content-type") || "").split(";")[0].trim().toLowerCase(),
          retryAfter: response.headers.get("retry-after"),
          text: await boundedText(response, whom),
        };
      });
    } catch (error) {
      if (isUndecided(error)) {
        throw error;
      }
      // Messages of the platform may quote what was sent; its error codes do not.
      const code = String((error && error.cause && error.cause.code) || "");
      const known = /^[A-Z][A-Z0-9_]{1,50}$/.test(code) ? ": " + code : "";
      throw undecided(whom + " could not be reached or broke off" + known);
    }
  }

  async function boundedText(response, whom) {
    if (!response.body) {
      return "";
    }
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let bytes = 0;
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return text + decoder.decode();
      }
      bytes += value.byteLength;
      if (bytes > MAX_BODY_BYTES) {
        reader.cancel().catch(() => {});
        throw undecided(whom + " answered with more than 64 KiB");
      }
      text += decoder.decode(value, { stream: true });
    }
  }

  // The race ends the wait even where an abort does not end the work.
  async function within(limit, late, work) {
    const controller = new AbortController();
    let timer = null;
    const expired = new Promise((resolve, reject) => {
      timer = setTimeout(
        () => {
          reject(undecided(late));
          controller.abort();
        },
        Math.max(0, limit),
      );
    });
    try {
      return await Promise.race([work(controller.signal), expired]);
    } finally {
      clearTimeout(timer);
    }
  }

  // Only what the contract says counts: a proxy's own 404 page is not "no such user".
  function understand(response, metadataKey) {
    const given = jsonObject(response.text);
    if (response.status === 200) {
      const isProfile = given !== null && typeof given.user_id === "string" && given.user_id !== "";
      if (response.mediaType !== "application/json" || !isProfile) {
        throw undecided("the bridge answered 200 without a profile");
      }
      const { metadata, app_metadata: ignored, ...profile } = given;
      if (metadata !== undefined) {
        if (!isObject(metadata)) {
          throw undecided("the bridge answered 200 with metadata that is no object");
        }
        // Under one key, never under both: Auth0's own documentation names either.
        profile[metadataKey] = metadata;
      }
      return { outcome: "200", profile, requestId: ownRequestId };
    }
    const problem = response.mediaType === "application/problem+json" && given !== null ? given : {};
    const code = KNOWN_CODES.includes(problem.code) ? problem.code : "without a known code";
    const echoed = typeof problem.request_id === "string" && /^[0-9a-f-]{16,64}$/.test(problem.request_id);
    return {
      outcome: response.status + " " + code,
      retryAfter: response.retryAfter,
      requestId: echoed ? problem.request_id : ownRequestId,
    };
  }

  function jsonObject(text) {
    try {
      const value = JSON.parse(text);
      return isObject(value) ? value : null;
    } catch (error) {
      return null;
    }
  }

  function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }

  // An error whose text is safe to show; every other one might quote what was sent. A mark rather than a class: a run
  // may get it from another run's token request, and that run's classes are not this one's.
  function undecided(what) {
    return Object.assign(new Error(what), { isUndecided: true });
  }

  function isUndecided(error) {
    return typeof error === "object" && error !== null && error.isUndecided === true;
  }

  function failure(what, requestId) {
    return new Error("drawbridge: " + what + " (request " + requestId + ")");
  }

  // Exactly one call on every path; what the callback itself throws is not ours to answer again.
  function run(path, question, decide, answer) {
    Promise.resolve()
      .then(() => ask(path, question))
      .then(decide)
      .catch((error) => [failure(isUndecided(error) ? error.message : "the script failed", ownRequestId)])
      .then((outcome) => answer(...outcome))
      .catch(() => {});
  }

  // ---- End of the same part. ----

  run("/login", { identifier, password }, decide, answer);
}
