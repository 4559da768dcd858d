-- Adds updates behind all that wait: all of them, or none. Those that wait already stay where they are.
-- KEYS: 1 inbox, 2 waiting, 3 updates
-- ARGV: 1 fencing token, '' none; how much may wait: 2 updates, 3 bytes; then name and record of each update, the record without its time
-- Returns 1: they wait; 0: there is no room, and none was added; {2, token}: a higher fencing token was seen; an error SPOILT: nothing was changed
-- Reads every key before the first write, so that one of another type refuses everything.
local call, inbox, waiting, updates = redis.call, KEYS[1], KEYS[2], KEYS[3]
local old = call('HMGET', inbox, 'fence', 'last', 'bytes')
local fence, last, bytes = tonumber(old[1] or 0), tonumber(old[2] or 0), tonumber(old[3] or 0)
if not (fence and last and bytes) then return redis.error_reply('SPOILT fence, last or bytes of an inbox is no number') end
local token, count = tonumber(ARGV[1]) or 0, call('ZCARD', waiting)
call('HMGET', updates, '')
if token ~= 0 and token < fence then return {2, old[1]} end
local added, seen = {}, {}
for i = 4, #ARGV, 2 do
  local name = ARGV[i]
  if not seen[name] and not (call('ZSCORE', waiting, name) and call('HMGET', updates, name)[1]) then
    added[#added + 1] = i
    bytes = bytes + tonumber(string.match(ARGV[i + 1], '^(%d+) '))
  end
  seen[name] = true
end
local isRoom = #added == 0 or count + #added <= tonumber(ARGV[2]) and bytes <= tonumber(ARGV[3])
if isRoom and #added > 0 then
  local t = call('TIME')
  local now = string.format('%.0f ', t[1] * 1000 + math.floor(t[2] / 1000))
  for k = 1, #added do
    local i = added[k]
    last = last + 1
    call('HSET', updates, ARGV[i], now .. ARGV[i + 1])
    call('ZADD', waiting, last, ARGV[i])
  end
  call('HSET', inbox, 'last', string.format('%.0f', last), 'bytes', string.format('%.0f', bytes))
end
if token > fence then call('HSET', inbox, 'fence', ARGV[1]) end
return isRoom and 1 or 0
