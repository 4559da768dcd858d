-- Ends a lease, no matter who has it, raises the fence, and notifies waiters.
-- KEYS: 1 lease, also the channel, 2 fence
-- ARGV: 1 how long a fence is kept that was not there, in ms
-- The fence: see lease-acquire.lua
-- Returns 1, or error FENCE: no higher token is left; nothing was written
local HIGHEST = 9007199254740991 -- 2^53 - 1
local call, lease, fence = redis.call, KEYS[1], KEYS[2]
call('GET', lease) -- fails if it is another kind of value, which is not ours to delete
local last = call('GET', fence)
local t = call('TIME')
local now = t[1] * 1000000 + t[2]
local token = now
if last then
  local next = (string.byte(last, -17) == 32 and tonumber(string.sub(last, 1, -18)) or HIGHEST) + 1
  if token < next then token = next end
end
if token > HIGHEST then return redis.error_reply('FENCE no higher fencing token is left') end
local value = string.format('%.0f', token) .. (last and string.sub(last, -17) or string.format(' %016.0f', now))
call('DEL', lease) -- the first write: a server without memory refuses a SET only before it
if last then call('SET', fence, value, 'KEEPTTL') else call('SET', fence, value, 'PX', ARGV[1]) end
redis.pcall('PUBLISH', lease, '')
return 1
