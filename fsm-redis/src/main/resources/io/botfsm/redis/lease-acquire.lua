-- Takes a lease if nobody has it.
-- KEYS: 1 lease, 2 fence
-- ARGV: 1 claim, 2 time to live in ms (above 0), 3 least fencing token, '' none,
--       4 how long the fence is kept in ms, '' for ever
-- Returns 'token since' or 'token since now': granted; when the fence was begun, and the time if the token does not show that
--         {claim, PTTL}: somebody has it; PTTL -1 without a time to live
--         error FENCE:   nobody has it, but no higher token is left; nothing was written
-- The fence holds 'token since': the highest token, and when the fence was begun, in µs, 16 digits.
local HIGHEST = 9007199254740991 -- 2^53 - 1
local call, lease, fence = redis.call, KEYS[1], KEYS[2]
local last = call('GET', fence)
local t = call('TIME')
local now = t[1] * 1000000 + t[2]
local token = now
if last then
  local next = (string.byte(last, -17) == 32 and tonumber(string.sub(last, 1, -18)) or HIGHEST) + 1
  if token < next then token = next end
end
if ARGV[3] ~= '' then
  local floor = tonumber(ARGV[3])
  if token < floor then token = floor end
end
if token > HIGHEST and not call('GET', lease) then return redis.error_reply('FENCE no higher fencing token is left') end
if not call('SET', lease, ARGV[1], 'NX', 'PX', ARGV[2]) then return {call('GET', lease), call('PTTL', lease)} end
local value = string.format('%.0f', token) .. (last and string.sub(last, -17) or string.format(' %016.0f', now))
if ARGV[4] == '' then call('SET', fence, value) else call('SET', fence, value, 'PX', ARGV[4]) end
if token == now then return value end
return string.format('%s %.0f', value, now)
