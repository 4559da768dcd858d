-- Takes a lease if nobody has it.
-- KEYS: 1 lease, 2 fence
-- ARGV: 1 claim, 2 time to live in ms (above 0), 3 least fencing token, '' none,
--       4 how long the fence is kept in ms, '' for ever
-- Returns 'token age':   granted; the age of the fence in µs, 0 if there was none
--         {claim, PTTL}: somebody has it; PTTL -1 without a time to live
--         error FENCE:   nobody has it, but no higher token is left; nothing was written
local HIGHEST = 9007199254740991 -- 2^53 - 1
local call, lease, fence = redis.call, KEYS[1], KEYS[2]
local last = call('GET', fence)
local t = call('TIME')
local now = t[1] * 1000000 + t[2]
local token, since = now, now
if last then -- 'token since': the highest token, and when the fence was begun
  last, since = string.match(last, '^(%d+) (%d+)$')
  local next = (tonumber(last) or HIGHEST) + 1
  if token < next then token = next end
end
if ARGV[3] ~= '' then
  local floor = tonumber(ARGV[3])
  if token < floor then token = floor end
end
if token > HIGHEST and not call('GET', lease) then return redis.error_reply('FENCE no higher fencing token is left') end
if not call('SET', lease, ARGV[1], 'NX', 'PX', ARGV[2]) then return {call('GET', lease), call('PTTL', lease)} end
local value = string.format('%.0f %.0f', token, since)
if ARGV[4] == '' then call('SET', fence, value) else call('SET', fence, value, 'PX', ARGV[4]) end
return string.format('%.0f %.0f', token, now - since)
