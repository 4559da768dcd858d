-- Makes an update a dead letter, whether it waits or not, or only if it waits; the oldest dead letters go if there are too many.
-- KEYS: 1 inbox, 2 waiting, 3 updates, 4 dead, 5 letters
-- ARGV: 1 fencing token, '' none; 2 the update's name; 3 the letter's record without its time; 4 how many dead letters are kept; 5 '1': only if it waits
-- Returns 1, or {2, token}: a higher fencing token was seen; an error SPOILT: nothing was changed
-- Reads every key before the first write, so that one of another type refuses everything.
local call, inbox, waiting, updates, dead, letters = redis.call, KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local name = ARGV[2]
local old = call('HMGET', inbox, 'fence', 'last', 'bytes')
local fence, last, bytes = tonumber(old[1] or 0), tonumber(old[2] or 0), tonumber(old[3] or 0)
if not (fence and last and bytes) then return redis.error_reply('SPOILT fence, last or bytes of an inbox is no number') end
local token, left = tonumber(ARGV[1]) or 0, call('ZCARD', waiting)
local record, letter = call('HMGET', updates, name)[1], call('HMGET', letters, name)[1]
local isDead = call('ZSCORE', dead, name) and letter
if token ~= 0 and token < fence then return {2, old[1]} end
if ARGV[5] == '1' and not (record or call('ZSCORE', waiting, name)) then
  if token > fence then call('HSET', inbox, 'fence', ARGV[1]) end
  return 1
end
left = left - call('ZREM', waiting, name)
if record then
  call('HDEL', updates, name)
  bytes = bytes - (tonumber(string.match(record, '^%d+ (%d+) ')) or 0)
end
if left == 0 or bytes < 0 then bytes = 0 end -- some were deleted by hand
if not isDead then
  local t = call('TIME')
  last = last + 1
  call('HSET', letters, name, string.format('%.0f ', t[1] * 1000 + math.floor(t[2] / 1000)) .. ARGV[3])
  call('ZADD', dead, last, name)
end
local excess = call('ZCARD', dead) - tonumber(ARGV[4])
if excess > 0 then
  local oldest = call('ZRANGEBYSCORE', dead, '-inf', '+inf', 'LIMIT', 0, excess)
  for i = 1, #oldest do
    call('ZREM', dead, oldest[i])
    call('HDEL', letters, oldest[i])
  end
end
call('HSET', inbox, 'last', string.format('%.0f', last), 'bytes', string.format('%.0f', bytes))
if token > fence then call('HSET', inbox, 'fence', ARGV[1]) end
return 1
