-- Takes a dead letter away, and lets its update wait again, or not.
-- KEYS: 1 inbox, 2 waiting, 3 updates, 4 dead, 5 letters
-- ARGV: 1 the position, 2 'replay' or 'drop'
-- Returns 1; 0: there is none, or none that can be replayed, and nothing was changed; an error SPOILT: nothing was changed
-- Reads every key before the first write, so that one of another type refuses everything.
local call, inbox, waiting, updates, dead, letters = redis.call, KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local old = call('HMGET', inbox, 'last', 'bytes')
local last, bytes = tonumber(old[1] or 0), tonumber(old[2] or 0)
if not (last and bytes) then return redis.error_reply('SPOILT fence, last or bytes of an inbox is no number') end
local name = call('ZRANGEBYSCORE', dead, ARGV[1], ARGV[1], 'LIMIT', 0, 1)[1]
local letter = call('HMGET', letters, name or '')[1]
local waits = call('ZSCORE', waiting, name or '') and call('HMGET', updates, name or '')[1]
if not name then return 0 end
if ARGV[2] == 'replay' and not waits then
  local length, from = string.match(letter or '', '^%d+ (%d+) ()')
  local record = length and string.sub(letter, from + length)
  local size = record and string.match(record, '^(%d+) ')
  if not size then return 0 end
  local t = call('TIME')
  last = last + 1
  call('HSET', updates, name, string.format('%.0f ', t[1] * 1000 + math.floor(t[2] / 1000)) .. record)
  call('ZADD', waiting, last, name)
  call('HSET', inbox, 'last', string.format('%.0f', last), 'bytes', string.format('%.0f', bytes + size))
end
call('ZREM', dead, name)
call('HDEL', letters, name)
return 1
