-- Lets a lease last another time to live, if the claim has it.
-- KEYS: 1 lease, 2 fence
-- ARGV: 1 claim, 2 time to live in ms (above 0), 3 least fencing token that the fence is to hold, '' any,
--       4 how long the fence is kept in ms, '' for ever
-- Returns 1:                    renewed
--         {claim, PTTL, fence}: the claim does not have it; as lease-read.lua; nothing was written
local call, lease, fence = redis.call, KEYS[1], KEYS[2]
local held = call('GET', lease)
if held ~= ARGV[1] then return {held or '', call('PTTL', lease), call('GET', fence) or ''} end
local floor, kept = tonumber(ARGV[3]), ARGV[4]
local value -- of the fence, where it is to rise; see lease-acquire.lua
if floor then
  local last = call('GET', fence)
  if not last then
    local t = call('TIME')
    value = string.format('%s %016.0f', ARGV[3], t[1] * 1000000 + t[2])
  elseif string.byte(last, -17) == 32 and (tonumber(string.sub(last, 1, -18)) or floor) < floor then
    value = ARGV[3] .. string.sub(last, -17)
  end
end
call('PEXPIRE', lease, ARGV[2]) -- the first write: a server without memory refuses a SET only before it
if value then
  if kept == '' then call('SET', fence, value) else call('SET', fence, value, 'PX', kept) end
elseif kept ~= '' then
  call('PEXPIRE', fence, kept)
end
return 1
