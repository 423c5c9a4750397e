-- One decision of the generic cell rate algorithm, whole or not at all. All times are microseconds of this server.
-- KEYS[1] the bucket; ARGV: event, what one event fills, the period, what a replica has counted alone.
local event, increment, period, alone = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local stored = redis.call('GET', KEYS[1])
local empty_at = stored and tonumber(stored) or now
-- A clock that was set back, or a limit that was lowered, leaves nobody out for longer than a period.
empty_at = math.min(math.max(empty_at, now + alone, now), now + period)
local over = empty_at + increment - now - period
local changed = alone > 0
if over <= 0 and event == 'count' then
  empty_at = empty_at + increment
  changed = true
end
local answer
if over <= 0 and event == 'success' then
  empty_at = now
  answer = redis.pcall('DEL', KEYS[1])
elseif changed then
  answer = redis.pcall('SET', KEYS[1], string.format('%.0f', empty_at), 'PX', math.ceil((empty_at - now) / 1000))
end
-- Before Redis 7 an error that is raised here loses its code: it is handed on as it is.
if type(answer) == 'table' and answer.err then
  return answer
end
return { math.max(over, 0), empty_at - now }
