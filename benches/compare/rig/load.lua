-- Random users for wrk. Arguments: what to ask (a key of `bodies`), token, users, seed, pause.
-- With a pause (milliseconds, mean) every connection waits at random before each request: a steady rate, not a flood.
local route, users, pause

function init(args)
  local token
  route, token, users, pause = args[1], args[2], tonumber(args[3]), tonumber(args[5])
  math.randomseed(tonumber(args[4]))
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. token
  if pause > 0 then
    delay = function() return math.random(0, 2 * pause) end
  end
end

local bodies = {
  login = function(n)
    return "/login", string.format('{"identifier":"user%d@example.com","password":"correct horse %d"}', n, n % 8)
  end,
  mixed = function(n)
    return "/login", string.format('{"identifier":"mixed%d@example.com","password":"correct horse 0"}', n)
  end,
  slow = function(n)
    return "/login", string.format('{"identifier":"slow%d@example.com","password":"correct horse 0"}', n)
  end,
  get_user = function(n) return "/get_user", string.format('{"identifier":"user%d@example.com"}', n) end,
  mark_migrated = function(n) return "/mark_migrated", string.format('{"user_id":"legacy|%d"}', n) end,
}

-- What comes to a door that is open for an hour: in 100 logins 80 right ones, 8 of other schemes, 6 wrong, 4 of nobody, and two whose
-- hash takes sixteen times as long.
function bodies.hostile(n)
  local kind = math.random(1, 100)
  if kind <= 80 then return bodies.login(n) end
  if kind <= 88 then return bodies.mixed(n % 1000 + 1) end
  local who = kind <= 94 and "user" .. n or kind <= 98 and "nobody" .. n or "dear" .. n % 1000 + 1
  local password = kind <= 94 and "wrong" or "correct horse 0"
  return "/login", string.format('{"identifier":"%s@example.com","password":"%s"}', who, password)
end

-- Requests that are none, each refused for another reason.
function bodies.rubbish(n)
  local kinds = {
    function() return "/login", '{"identifier":"user1@example.com"' end,
    function() return "/login", '{"identifier":"user1@example.com","password":"x","more":1}' end,
    function() return "/get_user", '{"identifier":"user1@example.com"}', { Authorization = "Bearer a." .. n .. ".c" } end,
    function() return "/get_user", '{"identifier":"user1@example.com"}', { ["Content-Type"] = "text/plain" } end,
    function() return "/admin" .. n, "{}" end,
    function() return "/mark_migrated", '{"user_id":"' .. string.rep("x", 4000) .. '"}' end,
  }
  local path, body, headers = kinds[math.random(1, #kinds)]()
  for name, value in pairs(wrk.headers) do
    headers = headers or {}
    headers[name] = headers[name] or value
  end
  return path, body, headers
end

function request()
  local path, body, headers = bodies[route](math.random(1, users))
  return wrk.format(nil, path, headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"micros":%d,"refused":%d,"lost":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
