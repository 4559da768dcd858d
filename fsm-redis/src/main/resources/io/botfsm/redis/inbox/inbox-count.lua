-- Counts what an inbox holds.
-- KEYS: 1 inbox, 2 waiting, 3 updates, 4 dead
-- Returns how many wait, their bytes, how many dead letters there are, and when the first of those that wait was stored, in ms, -1 if none waits
local call = redis.call
local oldest, at = -1, 0
repeat
  local name = call('ZRANGEBYSCORE', KEYS[2], '-inf', '+inf', 'LIMIT', at, 1)[1]
  local stored = name and string.match(call('HMGET', KEYS[3], name)[1] or '', '^(%d+) %d+ %d+ %d+ ')
  if stored then oldest = tonumber(stored) end
  at = at + 1
until stored or not name -- one that cannot be read is passed over
return {call('ZCARD', KEYS[2]), tonumber(call('HMGET', KEYS[1], 'bytes')[1] or 0) or 0, call('ZCARD', KEYS[4]), oldest}
