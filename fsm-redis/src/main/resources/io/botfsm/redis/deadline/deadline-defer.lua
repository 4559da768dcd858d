-- Moves the entry of a conversation that is due, unless another has or its deadline has changed.
-- KEYS: 1 conversation, 2 index
-- ARGV: 1 the entry, 2 the time in ms since 1970; in hundredths of a second since 1970: 3 its deadline, 4 its place, 5 its new place
-- Returns 1: moved, 0: not, and nothing was changed
-- The field v: see write.lua
local call = redis.call
if tonumber(call('ZSCORE', KEYS[2], ARGV[1]) or nil) ~= tonumber(ARGV[4]) then return 0 end
local old = call('HMGET', KEYS[1], 'v', 'x')
if not old[1] or #old[1] < 23 then return 0 end
local deadline = struct.unpack('>I5', old[1], 19)
if deadline >= 549755813888 then -- there is a field x
  deadline = deadline - 549755813888
  if tonumber(ARGV[2]) >= struct.unpack('>I6', old[2]) then return 0 end
end
if deadline ~= tonumber(ARGV[3]) then return 0 end
call('ZADD', KEYS[2], ARGV[5], ARGV[1])
return 1
