-- Compares a conversation with its entry in the index of deadlines, and puts the entry where it belongs.
-- KEYS: 1 conversation, 2 index
-- ARGV: 1 the entry, 2 the time in ms since 1970, 3 the latest end of a deferral, in hundredths of a second since 1970,
--       4 where the entry of a record that cannot be read goes, likewise, '' to leave it
-- Returns {0, version (7 bytes), deadline, place}: it is due, both in hundredths of a second since 1970
--         {1}: nothing is due, and nothing is changed, unless it ended within the last minute: its entry is then kept until that is over
--         {2}: it had no entry; {3}: the entry was later than it may be; {4}: there is no deadline; {5}: it was earlier
--         {6}: the record cannot be read
-- The field v: see write.lua
local call, conversation, index, entry = redis.call, KEYS[1], KEYS[2], ARGV[1]
local now, farthest = tonumber(ARGV[2]), tonumber(ARGV[3])
local place = tonumber(call('ZSCORE', index, entry) or nil)
local old = redis.pcall('HMGET', conversation, 'v', 'x')
local deadline = 0
if old.err or old[1] and (#old[1] < 23 or math.floor(struct.unpack('>I6', old[1], 8) / 17592186044416) ~= 1) then
  if place and ARGV[4] ~= '' then call('ZADD', index, ARGV[4], entry) end
  return {6}
end
if old[1] then
  deadline = struct.unpack('>I5', old[1], 19)
  if deadline >= 549755813888 then -- there is a field x
    deadline = deadline - 549755813888
    local after = struct.unpack('>I6', old[2]) + 60000
    if now >= after then
      deadline = 0
    elseif now >= after - 60000 then -- a write from before the end may be on its way
      if place and place * 10 <= now then call('ZADD', index, math.ceil(after / 10), entry) end
      return {1}
    end
  end
end
if deadline == 0 then return {call('ZREM', index, entry) == 1 and 4 or 1} end
local isDue = deadline * 10 <= now
if not place or place > (isDue and farthest or deadline) then
  call('ZADD', index, deadline, entry)
  return {place and 3 or 2}
end
if place * 10 > now then return {1} end
if isDue then return {0, string.sub(old[1], 1, 7), deadline, place} end
call('ZADD', index, deadline, entry)
return {5}
