-- Random users for wrk. Arguments: what to ask (login, mixed, slow, get_user, mark_migrated), token, users, seed, pause.
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

function request()
  local path, body = bodies[route](math.random(1, users))
  return wrk.format(nil, path, nil, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"micros":%d,"refused":%d,"lost":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
