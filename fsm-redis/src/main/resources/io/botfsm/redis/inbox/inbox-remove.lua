-- Removes updates, whether they wait or not.
-- KEYS: 1 inbox, 2 waiting, 3 updates
-- ARGV: 1 fencing token, '' none; then names of updates
-- Returns {1, how many waited}, or {2, token}: a higher fencing token was seen; an error SPOILT: nothing was changed
-- Reads every key before the first write, so that one of another type refuses everything.
local call, inbox, waiting, updates = redis.call, KEYS[1], KEYS[2], KEYS[3]
local old = call('HMGET', inbox, 'fence', 'bytes')
local fence, bytes, token = tonumber(old[1] or 0), tonumber(old[2] or 0), tonumber(ARGV[1]) or 0
if not (fence and bytes) then return redis.error_reply('SPOILT fence, last or bytes of an inbox is no number') end
local left, removed = call('ZCARD', waiting), 0
call('HMGET', updates, '')
if token ~= 0 and token < fence then return {2, old[1]} end
for i = 2, #ARGV do
  local record = call('HMGET', updates, ARGV[i])[1]
  if call('ZREM', waiting, ARGV[i]) == 1 then removed = removed + 1 end -- with or without a record
  if record then
    call('HDEL', updates, ARGV[i])
    bytes = bytes - (tonumber(string.match(record, '^%d+ (%d+) ')) or 0)
  end
end
if removed == left or bytes < 0 then bytes = 0 end -- some were deleted by hand
if string.format('%.0f', bytes) ~= (old[2] or '0') then call('HSET', inbox, 'bytes', string.format('%.0f', bytes)) end
if token > fence then call('HSET', inbox, 'fence', ARGV[1]) end
return {1, removed}
