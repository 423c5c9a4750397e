// The table: what the bridge, or whatever stands in its place, answers, and what each script must make of it.
//
// `profile`: the profile. `wrong`, `nobody`: WrongUsernameOrPasswordError with and without the identifier. `none`:
// `callback(null)`. `person`: UnauthorizedError, a text for people. `error`: an Error, which decides nothing.
// What follows the word is in the message. Bodies hold `zzbody`, which no message may repeat.
"use strict";
const { answer, json, problem } = require("./canned_servers");

const HTML = "<html><h1>zzbody</h1></html>";
const PROFILE = { user_id: "legacy|42", email: "ada@old.example", email_verified: true, metadata: { plan: "gold" } };
const both = (word) => ({ login: word, getUser: word });
const socket = (act) => (response) => act(response, response.socket);

const ANSWERS = [
  // What the bridge says.
  ["profile", json(PROFILE), both("profile")],
  ["profile, media type with charset", json(PROFILE, "Application/JSON; charset=utf-8"), both("profile")],
  ["wrong password", problem(422, "wrong_password"), { login: "wrong", getUser: "error wrong_password" }],
  ["no password", problem(422, "no_password"), { login: "wrong", getUser: "error no_password" }],
  ["no such user", problem(404, "user_not_found"), { login: "nobody", getUser: "none" }],
  ["disabled", problem(422, "account_disabled"), { login: "person disabled", getUser: "error account_disabled" }],
  ...[
    ["1", "in 1 second."],
    ["90", "in 90 seconds."],
    ["91", "in 2 minutes."],
    ["900", "in 15 minutes."],
    ["soon", "again later."],
    ["9999999", "again later."],
    ["-1", "again later."],
    ["0", "in 1 second."],
    [new Date(Date.now() + 600000).toUTCString(), "in 10 minutes."],
  ].map(([after, text]) => [
    `throttled for ${after}`,
    problem(429, "too_many_attempts", { "retry-after": after }),
    { login: `person ${text}`, getUser: "error too_many_attempts" },
  ]),
  [
    "throttled, nobody knows how long",
    problem(429, "too_many_attempts"),
    { login: "person again later.", getUser: "error" },
  ],
  ...[
    [400, "invalid_request"],
    [403, "not_a_client_token"],
    [403, "client_not_allowed"],
    [403, "insufficient_scope"],
    [409, "ambiguous_user"],
    [413, "body_too_large"],
    [415, "unsupported_media_type"],
    [500, "password_unverifiable"],
    [500, "user_unmappable"],
    [503, "overloaded"],
    [503, "database_unavailable"],
    [503, "keys_unavailable"],
    [404, "not_found"],
    [405, "method_not_allowed"],
  ].map(([status, code]) => [`${status} ${code}`, problem(status, code), both(`error ${status} ${code}`)]),
  ["401, to a new token as well", problem(401, "invalid_token"), both("error 401 invalid_token")],

  // A word with another status than its own is nobody's word.
  ["wrong_password with 500", problem(500, "wrong_password"), both("error 500 wrong_password")],
  ["user_not_found with 500", problem(500, "user_not_found"), both("error 500")],
  ["user_not_found with 410", problem(410, "user_not_found"), both("error 410")],
  ["account_disabled with 403", problem(403, "account_disabled"), both("error 403")],
  ["a code that is not ours", problem(422, "zzbody"), both("error 422 without a known code")],
  ["a code that is no text", problem(404, ["user_not_found"]), both("error 404 without a known code")],
  [
    "a request id that is none of ours",
    problem(503, "overloaded", {}, { request_id: "zzbody zzbody zzbody" }),
    both("error 503"),
  ],

  // What stands in its place.
  ["404 of a proxy, HTML", answer(404, "text/html", HTML), both("error 404")],
  ["404 with JSON that is no problem", answer(404, "application/json", '{"code":"user_not_found"}'), both("error 404")],
  ["404 without a body", answer(404, null), both("error 404")],
  [
    "404 problem with broken JSON",
    answer(404, "application/problem+json", '{"code":"user_not_found"'),
    both("error 404"),
  ],
  ["404 problem in a list", answer(404, "application/problem+json", '[{"code":"user_not_found"}]'), both("error 404")],
  ["422 in HTML", answer(422, "text/html", HTML), both("error 422")],
  ["429 of a firewall", answer(429, "text/html", HTML, { "retry-after": "60" }), both("error 429")],
  ["502 in HTML", answer(502, "text/html", HTML), both("error 502")],
  ["503 without a body", answer(503, null), both("error 503")],
  ["204", answer(204, null), both("error 204")],
  ["201 with a profile", answer(201, "application/json", JSON.stringify(PROFILE)), both("error 201")],
  ["200 in HTML", answer(200, "text/html", HTML), both("error without a profile")],
  ["200 empty", answer(200, "application/json"), both("error without a profile")],
  ["200 broken JSON", answer(200, "application/json", '{"user_id":"legacy|42"'), both("error without a profile")],
  ["200 with null", answer(200, "application/json", "null"), both("error without a profile")],
  ["200 with {}", json({}), both("error without a profile")],
  ["200 with a list", json([PROFILE]), both("error without a profile")],
  ["200 with a text", json("legacy|42"), both("error without a profile")],
  ["200 with an empty user_id", json({ ...PROFILE, user_id: "" }), both("error without a profile")],
  ["200 with a numeric user_id", json({ ...PROFILE, user_id: 42 }), both("error without a profile")],
  ["200 without a media type", answer(200, null, JSON.stringify(PROFILE)), both("error without a profile")],
  ["200 as text", json(PROFILE, "text/plain"), both("error without a profile")],
  ["200 with metadata that is a list", json({ ...PROFILE, metadata: [] }), both("error metadata")],
  [
    "200 with a problem",
    answer(200, "application/problem+json", '{"code":"user_not_found"}'),
    both("error without a profile"),
  ],
  ["200 over 64 KiB", json({ ...PROFILE, name: "x".repeat(70000) }), both("error 64 KiB")],
  ["301 elsewhere", answer(301, null, "", { location: "/elsewhere" }), both("error redirect")],
  ["302 to the same", answer(302, null, "", { location: "/login" }), both("error redirect")],
  ["307 elsewhere", answer(307, null, "", { location: "/elsewhere" }), both("error redirect")],
  ["308 elsewhere", answer(308, "text/html", HTML, { location: "/elsewhere" }), both("error redirect")],
  ["300", answer(300, null), both("error redirect")],

  // Connections that break.
  ["reset before the answer", socket((response, tcp) => tcp.destroy()), both("error broke off")],
  [
    "reset in the headers",
    socket((response, tcp) => tcp.end("HTTP/1.1 200 OK\r\ncontent-ty")),
    both("error broke off"),
  ],
  ["no HTTP", socket((response, tcp) => tcp.end("zzbody\r\n\r\n")), both("error broke off")],
  [
    "reset in the body",
    socket((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
      response.write('{"user_id":"legacy|42",', () => response.socket.destroy());
    }),
    both("error broke off"),
  ],
  [
    "reset in a chunked body",
    socket((response) => {
      response.writeHead(404, { "content-type": "application/problem+json" });
      response.write('{"code":"user_not_found"}', () => response.socket.destroy());
    }),
    both("error broke off"),
  ],
  [
    "a body that is not the gzip it claims",
    answer(200, "application/json", "zzbody", { "content-encoding": "gzip" }),
    both("error broke off"),
  ],
];

module.exports = { ANSWERS, PROFILE };
